// Questions that have to be answered before anything is done.

import { html, useEffect, useRef, useState } from "../html.js";
import { words } from "../words/frame.js";
import { ProblemBox } from "./problem.js";

// Shown as long as it is drawn. `run` does it; `close` is called when that is done, or not wanted.
export function Confirm({ title, yes, run, close, children }) {
  const dialog = useRef(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    dialog.current.showModal();
    return () => dialog.current?.close();
  }, []);
  const go = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await run();
      close();
    } catch (error) {
      setProblem(error);
      setBusy(false);
    }
  };
  return html`
    <dialog ref=${dialog} onClose=${close} aria-labelledby="dialog-title">
      <article>
        <h2 id="dialog-title">${title}</h2>
        ${children}
        <${ProblemBox} problem=${problem} />
        <footer>
          <button class="outline" onClick=${close}>${words.cancel}</button>
          <button class="bad" aria-busy=${busy} disabled=${busy} onClick=${go}>${yes}</button>
        </footer>
      </article>
    </dialog>
  `;
}
