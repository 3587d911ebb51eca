// One item, with its photos; its owner drags them in and orders them.

import { ask } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { Confirm } from "../parts/dialog.js";
import { ProblemBox } from "../parts/problem.js";
import { When, money } from "../parts/shown.js";
import { say } from "../parts/toasts.js";
import { href, navigate } from "../router.js";
import { words as frame } from "../words/frame.js";
import { Sale } from "./list.js";
import { Photos } from "./photos.js";
import { words } from "./words.js";

export default function Item({ params: { id }, me, title }) {
  const [known, setKnown] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    ask("GET", `/items/${id}`).then(setKnown, setProblem);
  }, [id]);
  if (problem) return html`<h1>${title}</h1><${ProblemBox} problem=${problem} />`;
  if (!known) return html`<h1>${title}</h1><p aria-busy="true">${frame.loading}</p>`;
  const { body: item } = known;
  const isOwner = me?.id === item.owner_id;
  return html`
    <div class="row"><h1>${item.name}</h1> <${Sale} item=${item} /></div>
    <p><strong>${money(item.price, item.currency)}</strong>
      ${item.tags.map((tag) => html` <a class="badge" href=${href(`/items?of=all&q=${tag}`)}>${tag}</a>`)}</p>
    <p class="prose">${item.description}</p>
    <p class="muted">${words.changed} <${When} at=${item.updated_at} /></p>
    <${Photos} item=${item} etag=${known.etag} isOwner=${isOwner} renew=${setKnown} />
    ${(isOwner || (me && me.role !== "user")) && html`<${Actions} item=${item} etag=${known.etag} />`}
  `;
}

function Actions({ item, etag }) {
  const [asking, setAsking] = useState(false);
  const path = `/items/${item.id}`;
  const run = async () => {
    await ask("DELETE", path, { etag });
    say(words.deleted);
    navigate("/items");
  };
  return html`
    <p class="row">
      <a role="button" href=${href(`${path}/edit`)}>${words.change}</a>
      <button class="bad" onClick=${() => setAsking(true)}>${words.delete}</button>
    </p>
    ${asking && html`
      <${Confirm} title=${words.delete} yes=${words.delete} run=${run} close=${() => setAsking(false)}>
        <p>${item.name}: ${words.deleteDetail}</p>
      <//>`}
  `;
}
