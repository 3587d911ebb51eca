// A place to drop files into, or to choose them with a click or a key; each shows how far it is.

import { html, useRef, useState } from "../html.js";
import { upload } from "../upload.js";
import { transfers as words } from "../words/transfers.js";
import { ProblemBox } from "./problem.js";
import { say } from "./toasts.js";

// `ready` is called with each file once it is checked, one after another. More than `most` are left
// out, which `tooMany` says.
export function Drop({ label, accept, most = 1, tooMany = "", ready }) {
  const input = useRef(null);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState([]);
  const change = (one, changes) => {
    Object.assign(one, changes);
    setSent((before) => [...before]);
  };
  const take = async (files) => {
    const room = most - (most > 1 ? sent.filter(({ problem }) => !problem).length : 0);
    if (tooMany && files.length > room) say(tooMany);
    const taken = [...files].slice(0, Math.max(0, room)).map((file) => ({ file, part: 0 }));
    setSent((before) => [...before.filter(({ problem }) => !problem), ...taken]);
    for (const one of taken) {
      try {
        await ready(await upload(one.file, (part) => change(one, { part })));
        setSent((before) => before.filter((other) => other !== one));
      } catch (problem) {
        change(one, { problem });
      }
    }
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  const drag = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`
    <div class=${`drop ${over ? "over" : ""}`} onDrop=${drop} onDragOver=${drag} onDragLeave=${() => setOver(false)}>
      <label>${label}
        <input ref=${input} type="file" accept=${accept} multiple=${most > 1}
          onChange=${() => {
            take(input.current.files);
            input.current.value = "";
          }} />
      </label>
      ${sent.map((one) => html`<${Sent} one=${one} />`)}
    </div>
  `;
}

function Sent({ one: { file, part, problem } }) {
  if (problem) return html`<${ProblemBox} problem=${problem} />`;
  return html`
    <label>${file.name} <small class="muted">${part < 1 ? words.sending : words.checking}</small>
      <progress max="1" value=${part < 1 ? part : undefined}></progress>
    </label>
  `;
}
