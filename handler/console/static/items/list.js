// Items as a table or as cards: the own ones, or everybody's.

import { html } from "../html.js";
import { List, Table, usePages } from "../parts/list.js";
import { State, When, money } from "../parts/shown.js";
import { filter, href } from "../router.js";
import { useLive, useLooks, useSoon } from "../updates.js";
import { Thumbnail } from "./photo.js";
import { words } from "./words.js";

const LOOKS = { often: 60, live: 600 }; // seconds
const HEAD = [words.photos, words.name, words.price, words.tags, words.state, words.changed];

export default function Items({ query, me, title }) {
  const isMine = me !== null && query.of !== "all";
  const list = usePages("/items", { q: query.q, owner: isMine ? me.id : undefined });
  const reload = useSoon(list.reload); // an import is told of ten times a second
  const isAbout = ({ data }) => (isMine ? data.owner_id === me.id : !query.q) || list.items.some(({ id }) => id === data.id);
  useLooks(list.reload, LOOKS);
  useLive(me && "items", {
    event: (one) => (one.data.changes || [one]).some(isAbout) && reload(),
    again: list.reload,
  });
  const empty = query.q ? words.emptyFound : isMine ? words.emptyMine : words.emptyAll;
  const Shape = query.view === "cards" ? Cards : Rows;
  return html`
    <div class="row">
      <h1>${title}</h1>
      ${me && html`<a role="button" href=${href("/items/new")}>${words.new}</a>`}
    </div>
    <${Filters} ...${{ query, me, isMine }} />
    <${List} list=${list} empty=${empty}>
      ${(items) => html`<${Shape} items=${items} label=${title} />`}
    <//>
  `;
}

function Filters({ query, me, isMine }) {
  const search = (event) => {
    event.preventDefault();
    filter({ q: event.target.elements.q.value.trim() });
  };
  const whose = { mine: words.mine, all: words.all };
  const views = { table: words.table, cards: words.cards };
  return html`
    <form class="row" onSubmit=${search}>
      <input type="search" name="q" aria-label=${words.search} placeholder=${words.search} key=${query.q} defaultValue=${query.q || ""} />
      <button type="submit" class="outline">${words.search}</button>
      ${me && html`<${Pick} name="of" label=${words.whose} options=${whose} value=${isMine ? "mine" : "all"} />`}
      <${Pick} name="view" label=${words.view} options=${views} value=${query.view || "table"} />
    </form>
  `;
}

function Pick({ name, label, options, value }) {
  return html`
    <select aria-label=${label} onChange=${({ target }) => filter({ [name]: target.value })}>
      ${Object.entries(options).map(([key, text]) => html`
        <option value=${key} selected=${key === value}>${text}</option>`)}
    </select>
  `;
}

function Rows({ items, label }) {
  return html`
    <${Table} label=${label} head=${HEAD}>
      ${items.map((item) => html`
        <tr key=${item.id}>
          <td><${Thumbnail} item=${item} /></td>
          <td><a href=${href(`/items/${item.id}`)}>${item.name}</a></td>
          <td class="number">${money(item.price, item.currency)}</td>
          <td>${item.tags.join(", ")}</td>
          <td><${Sale} item=${item} /></td>
          <td><${When} at=${item.updated_at} /></td>
        </tr>`)}
    <//>
  `;
}

function Cards({ items }) {
  return html`
    <div class="cards">
      ${items.map((item) => html`
        <article key=${item.id}>
          <${Thumbnail} item=${item} />
          <a href=${href(`/items/${item.id}`)}>${item.name}</a>
          <span>${money(item.price, item.currency)} <${Sale} item=${item} /></span>
        </article>`)}
    </div>
  `;
}

export function Sale({ item }) {
  return html`<${State} state=${item.is_available ? "ready" : ""}>
    ${item.is_available ? words.available : words.hidden}<//>`;
}
