// The console begins here: who is signed in, which page is asked for, and the frame around it.

import { html, render, useEffect, useErrorBoundary, useRef } from "./html.js";
import { Menu } from "./parts/menu.js";
import { ProblemBox } from "./parts/problem.js";
import { Toasts } from "./parts/toasts.js";
import { follow, match, navigate, place } from "./router.js";
import { routes } from "./routes.js";
import { resume, session, start } from "./session.js";
import { words } from "./words/frame.js";

const RANKS = ["anybody", "user", "moderator", "admin"];
const name = document.documentElement.dataset.name;

const may = (me, right) => RANKS.indexOf(me ? me.role : "anybody") >= RANKS.indexOf(right);

function found(path) {
  for (const route of routes) {
    const params = match(route.path, path);
    if (params) return { route, params };
  }
  return {};
}

function App() {
  const { path, query } = place.use();
  const known = session.use();
  const { route, params } = found(path);
  const title = route ? route.title : words.notFound;
  const main = useRef(null);
  const before = useRef(path);
  useEffect(() => {
    document.title = `${title} · ${name}`;
    if (before.current !== path) main.current.focus(); // also scrolls up; screen readers begin there
    before.current = path;
  }, [path]);
  return html`
    <a class="skip" href="#main">${words.skip}</a>
    <${Menu} known=${known} routes=${routes} path=${path} may=${may} />
    <main id="main" ref=${main} tabindex="-1">
      ${known
        ? html`<${Page} key=${`${path} ${known.me?.id}`} ...${{ route, params, query, known, title }} />`
        : html`<p aria-busy="true">${words.loading}</p>`}
    </main>
    <${Toasts} />
  `;
}

function Page({ route, params, query, known, title }) {
  const { me } = known;
  const [fault] = useErrorBoundary((error) => reportError(error));
  const allowed = route && may(me, route.right);
  useEffect(() => {
    if (route && !allowed && !me && !known.problem) askToSignIn();
  }, [allowed, me]);
  if (fault) return html`<h1>${words.fault}</h1><p role="alert">${words.faultDetail}</p>`;
  if (!route) return html`<h1>${words.notFound}</h1><p>${words.notFoundDetail}</p>`;
  if (known.problem) return html`<h1>${title}</h1><${ProblemBox} problem=${known.problem} retry=${resume} />`;
  if (!allowed) return html`<h1>${title}</h1><p>${me ? words.notAllowed : words.signInFirst}</p>`;
  return html`<${route.content} ...${{ params, query, me, title }} />`;
}

function askToSignIn() {
  const next = location.pathname.slice("/console".length) + location.search;
  navigate(`/sign-in?next=${encodeURIComponent(next)}`, { replace: true });
}

follow();
start();
render(html`<${App} />`, document.body);
