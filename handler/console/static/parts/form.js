// Forms: fields that say what is wrong with them, and one submission at a time.

import { newKey } from "../api.js";
import { html, useEffect, useId, useRef, useState } from "../html.js";
import { words } from "../words/frame.js";
import { ProblemBox } from "./problem.js";

// `send` gets the form's values; what it throws stands above the fields, or beside its own.
export function Form({ send, submit, children, initial = {} }) {
  const [values, setValues] = useState(initial);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const alert = useRef(null);
  useEffect(() => problem && alert.current?.focus(), [problem]);
  const run = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await send(values);
    } catch (error) {
      setProblem(error);
    }
    setBusy(false);
  };
  const errors = problem?.errors || [];
  const form = {
    values,
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    error: (name) => errors.find(({ loc }) => loc[1] === name)?.msg,
  };
  return html`
    <form onSubmit=${run} novalidate>
      <div ref=${alert} tabindex="-1"><${ProblemBox} problem=${problem} /></div>
      ${children(form)}
      <button type="submit" aria-busy=${busy} disabled=${busy}>${busy ? words.working : submit}</button>
    </form>
  `;
}

// Whether what was begun here may still lead elsewhere: not once somebody has gone on.
export function useHere() {
  const here = useRef(true);
  useEffect(() => () => (here.current = false), []);
  return () => here.current;
}

// What makes sending a content again the same request; another content, or `renew`, makes another.
export function useKeys() {
  const last = useRef({});
  return {
    of(content) {
      const text = JSON.stringify(content);
      if (last.current.text !== text) last.current = { text, key: newKey() };
      return last.current.key;
    },
    renew: () => (last.current = {}),
  };
}

export function Field({ form, name, label, hint, type = "text", rows, ...rest }) {
  const id = useId();
  const error = form.error(name);
  const isBox = type === "checkbox";
  const shared = {
    id,
    name,
    "aria-invalid": error ? true : undefined,
    "aria-describedby": error || hint ? `${id}-more` : undefined,
    onInput: ({ target }) => form.set(name, isBox ? target.checked : target.value),
    ...rest,
  };
  const value = form.values[name] ?? "";
  const box = html`<input type="checkbox" role="switch" ...${shared} checked=${value === true} />`;
  if (isBox) return html`<label for=${id}>${box} ${label}</label>`;
  return html`
    <label for=${id}>${label}</label>
    ${rows
      ? html`<textarea rows=${rows} ...${shared} value=${value}></textarea>`
      : html`<input type=${type} ...${shared} value=${value} />`}
    ${(error || hint) && html`<small id=${`${id}-more`} class=${error ? "error" : ""}>${error || hint}</small>`}
  `;
}
