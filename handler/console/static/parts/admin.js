// What the pages of administration share: their tabs, filters that stand in the address, looks that
// come again, and links to copy.

import { html, useState } from "../html.js";
import { filter, href, place } from "../router.js";
import { useLooks } from "../updates.js";
import { admin as words, titles } from "../words/admin.js";
import { Copy } from "./shown.js";

const TABS = { "/admin": "admin", "/admin/users": "users", "/admin/jobs": "all-jobs", "/admin/audit": "audit" };

// A page with the tabs above it.
export const tabbed = (Page) => (props) => html`
  <nav class="tabs" aria-label=${titles.admin}><ul>
    ${Object.entries(TABS).map(([path, name]) => html`
      <li><a href=${href(path)} aria-current=${place.get().path === path ? "page" : null}>
        ${titles[name]}</a></li>`)}
  </ul></nav>
  <${Page} ...${props} />
`;

// `also`: what else changes in the address, as it means nothing any more.
export function Choice({ name, label, options, value = "", also = {} }) {
  return html`
    <label>${label}
      <select onChange=${({ target }) => filter({ ...also, [name]: target.value })}>
        ${Object.entries(options).map(([key, text]) => html`
          <option value=${key} selected=${key === value}>${text}</option>`)}
      </select>
    </label>
  `;
}

// Texts that are looked for when one is done typing them.
export function Search({ fields, query }) {
  const search = (event) => {
    event.preventDefault();
    filter(Object.fromEntries(new FormData(event.target)));
  };
  return html`
    <form class="row" onSubmit=${search}>
      ${Object.entries(fields).map(([name, label]) => html`
        <input type="search" key=${`${name}${query[name]}`} name=${name} aria-label=${label}
          placeholder=${label} defaultValue=${query[name] || ""} />`)}
      <button type="submit" class="outline">${words.search}</button>
    </form>
  `;
}

// Looks again and again, unless paused; returns the button that does that, and whether it is.
export function useRepeated(look, looks) {
  const [paused, pause] = useState(false);
  useLooks(look, { ...looks, needed: !paused });
  const button = html`<button class="outline" aria-pressed=${paused} onClick=${() => pause(!paused)}>
    ${paused ? words.resume : words.pause}</button>`;
  return [button, paused];
}

export const CopyLink = () => html`<${Copy} text=${location.href} label=${words.copyLink} />`;
