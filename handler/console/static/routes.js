// Every page: its address, its module, its title, whom it is for, and where the menu shows it.
//
// A module's default export is drawn with `params` (of the address) and `query`. `for` is
// "anybody", "user", "moderator" or "admin"; each may see what those before it may.

import { titles } from "./words/frame.js";

const page = (path, name, { right = "user", menu = "" } = {}) => ({
  path,
  load: () => import(`./pages/${name}.js`),
  title: titles[name],
  right,
  menu,
});
const open = { right: "anybody" };

export const routes = [
  page("/", "items", open),
  page("/items", "items", { right: "anybody", menu: "main" }),
  page("/items/new", "item-new"),
  page("/items/:id", "item", open),
  page("/items/:id/edit", "item-edit"),
  page("/transfers", "transfers", { menu: "main" }),
  page("/jobs", "jobs", { menu: "main" }),
  page("/jobs/:id", "job"),
  page("/notifications", "notifications", { menu: "main" }),
  page("/profile", "profile", { menu: "own" }),
  page("/devices", "devices", { menu: "own" }),
  page("/sign-in", "sign-in", open),
  page("/sign-up", "sign-up", open),
  page("/verify", "verify", open),
  page("/forgot", "forgot", open),
  page("/reset", "reset", open),
  page("/email", "email", open),
];
