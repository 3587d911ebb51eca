// Who is signed in. The refresh token is in a cookie that no script can read; the access token is
// in this module's memory alone, and gone with the page. Other tabs only learn that one may be
// signed in, never a token.

import { Problem, ask, get, useBearer } from "./api.js";
import { store } from "./store.js";
import { forget, link, open } from "./updates.js";

const FLAG = "signed-in";
const EARLY = 30_000; // milliseconds before its end in which a token is not used any more
const MOMENT = 1_000; // milliseconds: another tab may be the one that signs out, and says so
const OVER = new Set(["signed_out", "closed", "disabled"]); // of live updates
const REFUSED = new Set([400, 401, 403, 422]); // with a code of the API's: what stands before it has none
const COOKIE = { "X-Token-Mode": "cookie" };

// null until it is known; then { me } with a profile, or with null for nobody.
export const session = store(null);
export const nobody = { me: null };

let token = null;
let ends = 0;
let refreshing = null;

export async function start() {
  useBearer({ token: current, refused: renew });
  addEventListener("storage", hearOtherTabs);
  link.listen(hearOfTheEnd);
  if (!localStorage.getItem(FLAG)) return session.set(nobody);
  return resume();
}

export async function signIn(username, password) {
  await obtain({ grant_type: "password", username, password });
  forget();
  session.set(null); // it may have been another account's
  localStorage.setItem(FLAG, crypto.randomUUID()); // another one each time: other tabs hear of changes
  await load();
}

export async function signOut() {
  await ask("POST", "/logout", { form: {}, headers: COOKIE, anonymous: true });
  leave();
}

// Forget everything about who was signed in, here and in other tabs.
export function leave(ended = false) {
  token = null;
  forget();
  localStorage.removeItem(FLAG);
  session.set({ me: null, ended });
}

// Once more, where nobody could say who is signed in.
export async function resume() {
  if (await refresh()) await load();
}

export async function load() {
  try {
    session.set({ me: await get("/users/me") });
  } catch (problem) {
    session.set({ me: null, problem });
  }
}

async function current() {
  if (token && Date.now() > ends) await refresh();
  return token;
}

// Called with a token that was refused: true if there is a newer one now.
async function renew(refused) {
  return refused !== token ? Boolean(token) : refresh();
}

function refresh() {
  refreshing ||= tryRefresh().finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function tryRefresh() {
  try {
    await obtain({ grant_type: "refresh_token" });
    return true;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    if (REFUSED.has(problem.status) && problem.code) leave(true);
    else if (!session.get()?.me) session.set({ me: null, problem });
    return false;
  }
}

async function obtain(form) {
  const { body } = await ask("POST", "/token", { form, headers: COOKIE, anonymous: true });
  token = body.access_token;
  ends = Date.now() + body.expires_in * 1000 - EARLY;
}

function hearOtherTabs({ key, newValue }) {
  if (key !== FLAG) return;
  if (!newValue) return leave();
  token = null;
  forget();
  session.set(null);
  return resume();
}

// A socket may learn first that its session has ended elsewhere; one that has not goes on.
function hearOfTheEnd({ state, code }) {
  if (state !== "ended" || !OVER.has(code)) return;
  setTimeout(async () => {
    if (token && (await refresh())) open();
  }, MOMENT);
}
