// What went wrong: title, detail, and the id by which an operator finds the request.

import { html } from "../html.js";
import { words } from "../words/frame.js";

export function ProblemBox({ problem, retry }) {
  if (!problem) return null;
  if (problem.detail === undefined) throw problem; // a fault of the console's own
  return html`
    <section class="problem" role="alert">
      <strong>${problem.title}</strong>
      <p>${problem.detail}${problem.wait ? ` ${words.wait(problem.wait)}` : ""}</p>
      ${problem.errors.length > 0 &&
      html`<ul>${problem.errors.map((error) => html`<li><code>${error.loc.slice(1).join(".")}</code> ${error.msg}</li>`)}</ul>`}
      ${problem.requestId && html`<small>${words.requestId} <code>${problem.requestId}</code></small>`}
      ${retry && html`<button class="outline" onClick=${retry}>${words.again}</button>`}
    </section>
  `;
}
