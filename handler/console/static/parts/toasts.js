// Short news that nobody has to answer; screen readers say them.

import { html } from "../html.js";
import { store } from "../store.js";

const SECONDS = 6;
const shown = store([]);

export function say(text) {
  const one = { text };
  shown.set([...shown.get(), one]);
  setTimeout(() => shown.set(shown.get().filter((other) => other !== one)), SECONDS * 1000);
}

export function Toasts() {
  const texts = shown.use();
  return html`<div class="toasts" role="status">${texts.map(({ text }) => html`<p>${text}</p>`)}</div>`;
}
