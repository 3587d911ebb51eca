// The pages of moderators and administrators, as rows of the table of all routes.

import AllJobs from "./pages/all-jobs.js";
import AnyJob from "./pages/any-job.js";
import Audit from "./pages/audit.js";
import Dashboard from "./pages/dashboard.js";
import Reports from "./pages/reports.js";
import Twin from "./pages/twin.js";
import User from "./pages/user.js";
import Users from "./pages/users.js";
import { tabbed } from "./parts/admin.js";
import { titles } from "./words/admin.js";

const page = (path, content, name, menu = "") => ({
  path,
  content: tabbed(content),
  title: titles[name],
  right: "admin",
  menu,
});

export const administration = [
  { path: "/reports", content: Reports, title: titles.reports, right: "moderator", menu: "main" },
  page("/admin", Dashboard, "admin", "main"),
  page("/admin/users", Users, "users"),
  page("/admin/users/:id", User, "user"),
  page("/admin/jobs", AllJobs, "all-jobs"),
  page("/admin/jobs/:id", AnyJob, "any-job"),
  page("/admin/audit", Audit, "audit"),
];

const local = { content: Twin, title: titles.twin, right: "anybody" };

// Where a twin answers, and nowhere else.
export const development =
  document.documentElement.dataset.stage === "local"
    ? [
        { ...local, path: "/local", menu: "main" },
        { ...local, path: "/local/:page", menu: "" },
      ]
    : [];
