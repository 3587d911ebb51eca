// Dead jobs begin anew: one, some, or all that match, which are counted first.

import { post } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { words as frame } from "../words/frame.js";
import { admin as words } from "../words/admin.js";
import { Confirm } from "./dialog.js";
import { ProblemBox } from "./problem.js";
import { say } from "./toasts.js";

// `began` hears of each: what stops half way goes on with the rest.
export function RedriveSome({ ids, label = words.redrive, began = () => {}, done }) {
  const [asking, ask] = useState(false);
  const run = async () => {
    for (const id of ids) {
      await post(`/admin/jobs/${id}/redrive`).catch(unlessGone);
      began(id);
    }
    done();
  };
  return html`
    <button class="outline" onClick=${() => ask(true)}>${label}</button>
    ${asking && html`<${Confirm} title=${label} yes=${words.redrive} run=${run} close=${() => ask(false)}>
      <p>${words.redriveDetail}</p><//>`}
  `;
}

// Somebody else was faster.
function unlessGone(problem) {
  if (problem.status !== 404 && problem.status !== 409) throw problem;
}

export function RedriveMatching({ name, error, label = words.redriveAll, done }) {
  const [asking, ask] = useState(false);
  const run = async () => {
    await post("/admin/jobs/redrive", { name, error });
    say(words.redriven);
    done();
  };
  return html`
    <button class="outline" onClick=${() => ask(true)}>${label}</button>
    ${asking && html`<${Confirm} title=${label} yes=${words.redrive} run=${run} close=${() => ask(false)}>
      <${Count} ...${{ name, error }} /><//>`}
  `;
}

function Count({ name, error }) {
  const [known, tell] = useState({});
  useEffect(() => {
    post("/admin/jobs/redrive", { name, error, dry_run: true }).then(tell, (problem) => tell({ problem }));
  }, []);
  if (known.problem) return html`<${ProblemBox} problem=${known.problem} />`;
  return html`<p aria-busy=${known.matched === undefined}>
    ${known.matched === undefined ? frame.loading : words.redriveMatching(known.matched)}</p>
    <p><code>${name || "*"}</code> <code>${error || "*"}</code></p>`;
}
