// Change an item. When someone else was faster, both versions are shown, field by field.

import { ask } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { useHere } from "../parts/form.js";
import { ProblemBox } from "../parts/problem.js";
import { say } from "../parts/toasts.js";
import { navigate } from "../router.js";
import { words as frame } from "../words/frame.js";
import { Conflict } from "./conflict.js";
import { FIELDS, ItemForm, sent, typed } from "./form.js";

const STALE = 412;

export default function ItemEdit({ params: { id }, title }) {
  const path = `/items/${id}`;
  const [base, setBase] = useState(null); // what this form began with, and its tag
  const [conflict, setConflict] = useState(null);
  const [problem, setProblem] = useState(null);
  const isHere = useHere();
  const read = () => ask("GET", path);
  useEffect(() => {
    read().then(setBase, setProblem);
  }, [id]);

  const write = async (values, etag) => {
    await ask("PUT", path, { body: sent(values), etag });
    say(frame.saved);
    if (isHere()) navigate(path);
  };
  const send = async (values) => {
    try {
      await write(values, base.etag);
    } catch (problem) {
      if (problem.status !== STALE) throw problem;
      setConflict({ mine: values, theirs: await read() });
    }
  };
  const settle = async (choice) => {
    const { mine, theirs } = conflict;
    try {
      await write(merged(choice, mine, typed(theirs.body)), theirs.etag);
    } catch (problem) {
      if (problem.status !== STALE) throw problem;
      setConflict({ mine, theirs: await read() });
    }
  };

  if (problem) return html`<h1>${title}</h1><${ProblemBox} problem=${problem} />`;
  if (!base) return html`<h1>${title}</h1><p aria-busy="true">${frame.loading}</p>`;
  if (conflict) {
    const { mine, theirs } = conflict;
    return html`<${Conflict} key=${theirs.etag} base=${typed(base.body)} mine=${mine} theirs=${typed(theirs.body)}
      settle=${settle} leave=${() => navigate(path)} />`;
  }
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      <${ItemForm} initial=${typed(base.body)} send=${send} submit=${frame.save} />
    </div>
  `;
}

function merged(choice, mine, theirs) {
  return Object.fromEntries(FIELDS.map((name) => [name, choice[name] === "mine" ? mine[name] : theirs[name]]));
}
