// Addresses: every page has one, and so has every filter in it.

import { store } from "./store.js";

const BASE = "/console";

export const place = store(read());

// A page: its address, its content, its title, whom it is for, and where the menu shows it.
//
// The content is drawn with `params` (of the address), `query`, `me` and `title`. `right` is
// "anybody", "user", "moderator" or "admin"; each may see what those before it may.
export const page = (path, content, title, { right = "user", menu = "" } = {}) => ({
  path,
  content,
  title,
  right,
  menu,
});

// `path` begins behind the base: "/jobs?state=dead".
export const href = (path) => BASE + (path === "/" ? "" : path);

export function navigate(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", href(path));
  place.set(read());
}

// Change some of the query in place; empty values leave it.
export function filter(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value == null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  navigate(place.get().path + (text ? `?${text}` : ""), { replace: true });
}

// What a pattern such as "/jobs/:id" finds in a path, or null.
export function match(pattern, path) {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return null;
  const params = {};
  for (const [index, part] of wanted.entries()) {
    if (part.startsWith(":")) params[part.slice(1)] = decoded(given[index]);
    else if (part !== given[index]) return null;
  }
  return Object.values(params).includes(null) ? null : params;
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return null; // no link of ours has a lone "%"
  }
}

export function follow() {
  addEventListener("popstate", () => place.set(read()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || link.target || link.hasAttribute("download")) return;
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey)
      return;
    if (link.origin !== location.origin || !`${link.pathname}/`.startsWith(`${BASE}/`)) return;
    if (link.hash) return; // within the page
    event.preventDefault();
    navigate((link.pathname.slice(BASE.length) || "/") + link.search);
  });
}

function read() {
  const path = location.pathname.slice(BASE.length).replace(/\/+$/, "") || "/";
  return { path, query: Object.fromEntries(new URLSearchParams(location.search)) };
}
