// Values as people read them: times, amounts, sizes, ids, states.

import { html } from "../html.js";
import { words } from "../words/frame.js";
import { say } from "./toasts.js";

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];
const BAD = new Set(["dead", "rejected", "cancelled", "disabled"]);
const GOOD = new Set(["succeeded", "ready"]);

export function When({ at }) {
  if (!at) return null;
  const time = new Date(at);
  const seconds = (time - Date.now()) / 1000;
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) || UNITS.at(-1);
  const text = relative.format(Math.round(seconds / length), unit);
  return html`<time datetime=${at} title=${moment.format(time)}>${text}</time>`;
}

export function money(price, currency) {
  try {
    const shape = { style: "currency", currency, minimumFractionDigits: price.split(".")[1]?.length || 0 };
    return new Intl.NumberFormat(undefined, shape).format(price);
  } catch {
    return `${price} ${currency}`; // a currency that this browser does not know
  }
}

export function State({ state, children }) {
  const kind = BAD.has(state) ? "bad" : GOOD.has(state) ? "good" : "";
  return html`<small class=${`badge ${kind}`}>${children || state}</small>`;
}

export function Copy({ text, label = words.copy }) {
  const copy = () => navigator.clipboard.writeText(text).then(() => say(words.copied), () => say(words.notCopied));
  return html`<button class="link" onClick=${copy}>${label}</button>`;
}
