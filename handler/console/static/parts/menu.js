// The head of every page: where one can go, and who one is.

import { html, useEffect, useState } from "../html.js";
import { counted, unread, useInbox } from "../inbox.js";
import { href, navigate } from "../router.js";
import { signOut } from "../session.js";
import { groups, words } from "../words/frame.js";
import { notifications } from "../words/notifications.js";
import { say } from "./toasts.js";

const name = document.documentElement.dataset.name;
const stage = document.documentElement.dataset.stage;

export function Menu({ known, routes, path, may }) {
  const [open, setOpen] = useState(false);
  useEffect(() => setOpen(false), [path]);
  const me = known?.me;
  useInbox(me);
  const shown = routes.filter((route) => route.menu && may(me, route.right));
  return html`
    <header class="top">
      <a class="brand" href=${href("/")}><strong>${name}</strong></a>
      ${stage !== "prod" && html`<small class="badge">${stage}</small>`}
      <button class="toggle outline" aria-expanded=${open} aria-controls="menu"
        onClick=${() => setOpen(!open)}>${words.menu}</button>
      <nav id="menu" class=${open ? "open" : ""} aria-label=${words.menu}>
        ${Object.keys(groups).map((group) => html`<${Group} ...${{ group, shown, path }} />`)}
        <ul>${me ? html`<${Leave} me=${me} />` : html`<${Enter} path=${path} />`}</ul>
      </nav>
    </header>
  `;
}

function Group({ group, shown, path }) {
  const routes = shown.filter((route) => route.menu === group);
  if (!routes.length) return null;
  return html`
    <ul aria-label=${groups[group]}>
      ${routes.map((route) => {
        const here = path === route.path || path.startsWith(`${route.path}/`) || (path === "/" && route.isHome);
        return html`<li><a href=${href(route.path)} aria-current=${here ? "page" : null}>
          ${route.title}</a>${route.path === "/notifications" && html`<${Unread} />`}</li>`;
      })}
    </ul>
  `;
}

function Unread() {
  const count = unread.use();
  return count > 0 && html` <small class="badge" role="img" aria-label=${notifications.unread(count)}>${counted(count)}</small>`;
}

function Enter({ path }) {
  return ["/sign-in", "/sign-up"].map(
    (to) => html`<li><a href=${href(to)} aria-current=${path === to ? "page" : null}>
      ${words[to]}</a></li>`,
  );
}

function Leave({ me }) {
  const leave = () =>
    signOut().then(
      () => navigate("/sign-in"),
      (problem) => say(problem.detail),
    );
  return html`<li><button class="link" title=${me.email} onClick=${leave}>
    ${words.signOut}</button></li>`;
}
