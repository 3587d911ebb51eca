// The API as pages call it: JSON in, JSON out, and every refusal as a Problem.

import { words } from "./words/frame.js";

export class Problem extends Error {
  constructor({ title, detail, status = 0, code = "", request_id = "", errors = [] }, wait = 0) {
    super(detail);
    Object.assign(this, { title, detail, status, code, requestId: request_id, errors, wait });
  }
}

// Who holds the access token tells how to get one; see session.js.
const bearer = { token: async () => null, refused: async () => false };

export function useBearer(given) {
  Object.assign(bearer, given);
}

export async function ask(method, path, options = {}) {
  const token = options.anonymous ? null : await bearer.token();
  const answer = await send(method, path, options, token);
  if (answer.status !== 401 || !token) return read(answer);
  if (!(await bearer.refused(token))) return read(answer);
  return read(await send(method, path, options, await bearer.token()));
}

export const get = async (path, query, options) =>
  (await ask("GET", path, { query, ...options })).body;
export const post = async (path, body, options) =>
  (await ask("POST", path, { body, ...options })).body;

// What makes a repeated POST the same request: one for each thing that is to be made.
export const newKey = () => crypto.randomUUID();

export function address(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value != null && value !== "");
  const text = new URLSearchParams(given).toString();
  return text ? `${path}?${text}` : path;
}

async function send(method, path, { query, body, form, headers, etag, key }, token) {
  const sent = { Accept: "application/json", ...headers };
  if (token) sent.Authorization = `Bearer ${token}`;
  if (etag) sent["If-Match"] = etag;
  if (key) sent["Idempotency-Key"] = key;
  if (body !== undefined) sent["Content-Type"] = "application/json";
  const content = form ? new URLSearchParams(form) : body && JSON.stringify(body);
  return arriving(fetch(address(path, query), { method, headers: sent, body: content }));
}

// An answer, or what is left of it, may never come.
function arriving(promised) {
  return promised.catch(() => {
    throw new Problem({ title: words.offline, detail: words.offlineDetail });
  });
}

// A text from elsewhere, as a link for two minutes leads to.
export async function getText(url) {
  const answer = await arriving(fetch(url, { credentials: "omit" }));
  if (!answer.ok) throw new Problem({ title: words.strange, detail: words.strangeDetail });
  return arriving(answer.text());
}

async function read(answer) {
  if (answer.status === 204) return { status: 204 };
  const isJson = (answer.headers.get("Content-Type") || "").includes("json");
  const body = await arriving(isJson ? answer.json() : answer.text());
  if (answer.ok) return { status: answer.status, body, etag: answer.headers.get("ETag") };
  const told = body.detail ? body : { title: words.strange, detail: words.strangeDetail };
  const wait = Number(answer.headers.get("Retry-After")) || 0;
  throw new Problem({ ...told, status: answer.status }, wait);
}
