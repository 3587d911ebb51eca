// A file goes straight to storage: announced to the API, sent with the form that it answers, and
// waited for until it was checked.

import { Problem, get, post } from "./api.js";
import { transfers as words } from "./words/transfers.js";

const TYPES = { csv: "text/csv", jsonl: "application/jsonl", jpg: "image/jpeg", jpeg: "image/jpeg" };
const [SHORTEST, LONGEST] = [400, 3_000]; // milliseconds between looks

// Resolves with the file when it is ready; `tell` hears of the part that was sent, from 0 to 1.
export async function upload(file, tell = () => {}) {
  const about = { name: file.name, content_type: typeOf(file), size: file.size };
  const { file: made, form } = await post("/files", about);
  await send(form, file, tell);
  return checked(made.id);
}

// What systems call a file varies; what its name ends with says more.
function typeOf({ name, type }) {
  return TYPES[name.split(".").pop().toLowerCase()] || type || "text/plain";
}

// fetch() cannot say how much it has sent.
function send(form, file, tell) {
  const data = new FormData();
  for (const [name, value] of Object.entries(form.fields)) data.append(name, value);
  data.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = () => reject(new Problem({ title: words.notSent, detail: words.notSentDetail }));
    request.upload.onprogress = ({ loaded, total }) => tell(loaded / total);
    request.onload = () => (request.status < 300 ? resolve() : fail());
    request.onerror = fail;
    request.open("POST", form.url);
    request.send(data);
  });
}

async function checked(id) {
  for (let pause = SHORTEST; ; pause = Math.min(LONGEST, pause * 1.3)) {
    const file = await get(`/files/${id}`);
    if (file.state === "ready") return file;
    if (file.state === "rejected") {
      const detail = words.reasons[file.reason] || file.reason;
      throw new Problem({ title: words.rejected(file.name), detail });
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

// Where a file can be read for two minutes.
export const contentUrl = async (id) => (await get(`/files/${id}/content`)).url;
