// Two versions of the same thing, side by side; of each field that differs one is chosen.

import { html, useState } from "../html.js";
import { ProblemBox } from "../parts/problem.js";
import { words as frame } from "../words/frame.js";
import { FIELDS } from "./form.js";
import { words } from "./words.js";

export function Conflict({ base, mine, theirs, settle, leave }) {
  const differing = FIELDS.filter((name) => mine[name] !== theirs[name]);
  const [choice, setChoice] = useState(() => proposed(base, mine));
  const [problem, setProblem] = useState(null);
  const save = () => settle(choice).catch(setProblem);
  return html`
    <section aria-labelledby="conflict">
      <h1 id="conflict">${words.conflict}</h1>
      <p role="alert">${words.conflictDetail}</p>
      <${ProblemBox} problem=${problem} />
      ${differing.map((name) => html`
        <fieldset key=${name}>
          <legend>${words[name]}</legend>
          <div class="pair">
            ${Object.entries({ mine, theirs }).map(([side, version]) => html`
              <label class="version">
                <input type="radio" name=${name} checked=${choice[name] === side}
                  onChange=${() => setChoice({ ...choice, [name]: side })} />
                <b>${side === "mine" ? words.mineValue : words.theirs}</b>
                <span>${written(version[name])}</span>
              </label>`)}
          </div>
        </fieldset>`)}
      <div class="row">
        <button onClick=${save}>${frame.save}</button>
        <button class="outline" onClick=${leave}>${frame.cancel}</button>
      </div>
    </section>
  `;
}

// What one changed oneself is proposed; of the rest, what the other wrote.
function proposed(base, mine) {
  return Object.fromEntries(FIELDS.map((name) => [name, mine[name] === base[name] ? "theirs" : "mine"]));
}

function written(value) {
  if (typeof value === "boolean") return value ? words.yes : words.no;
  return value || words.none;
}
