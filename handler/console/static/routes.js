// Every page: its address, its content, its title, whom it is for, and where the menu shows it.
//
// The content is drawn with `params` (of the address) and `query`. `for` is
// "anybody", "user", "moderator" or "admin"; each may see what those before it may.

import Devices from "./pages/devices.js";
import NewEmail from "./pages/email.js";
import Forgot from "./pages/forgot.js";
import Item from "./pages/item.js";
import ItemEdit from "./pages/item-edit.js";
import ItemNew from "./pages/item-new.js";
import Items from "./pages/items.js";
import Job from "./pages/job.js";
import Jobs from "./pages/jobs.js";
import Notifications from "./pages/notifications.js";
import Profile from "./pages/profile.js";
import Reset from "./pages/reset.js";
import SignIn from "./pages/sign-in.js";
import SignUp from "./pages/sign-up.js";
import Transfers from "./pages/transfers.js";
import Verify from "./pages/verify.js";
import { administration, development } from "./routes-admin.js";
import { titles } from "./words/frame.js";

const page = (path, content, name, { right = "user", menu = "" } = {}) => ({
  path,
  content,
  title: titles[name],
  right,
  menu,
});
const open = { right: "anybody" };

export const routes = [
  page("/", Items, "items", open),
  page("/items", Items, "items", { right: "anybody", menu: "main" }),
  page("/items/new", ItemNew, "item-new"),
  page("/items/:id", Item, "item", open),
  page("/items/:id/edit", ItemEdit, "item-edit"),
  page("/transfers", Transfers, "transfers", { menu: "main" }),
  page("/jobs", Jobs, "jobs", { menu: "main" }),
  page("/jobs/:id", Job, "job"),
  page("/notifications", Notifications, "notifications", { menu: "main" }),
  page("/profile", Profile, "profile", { menu: "own" }),
  page("/devices", Devices, "devices", { menu: "own" }),
  page("/sign-in", SignIn, "sign-in", open),
  page("/sign-up", SignUp, "sign-up", open),
  page("/verify", Verify, "verify", open),
  page("/forgot", Forgot, "forgot", open),
  page("/reset", Reset, "reset", open),
  page("/email", NewEmail, "email", open),
  ...administration,
  ...development,
];
