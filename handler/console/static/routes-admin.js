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
import { page } from "./router.js";
import { titles } from "./words/admin.js";

const admin = (path, content, name, menu = "") =>
  page(path, tabbed(content), titles[name], { right: "admin", menu });

export const administration = [
  page("/reports", Reports, titles.reports, { right: "moderator", menu: "main" }),
  admin("/admin", Dashboard, "admin", "main"),
  admin("/admin/users", Users, "users"),
  admin("/admin/users/:id", User, "user"),
  admin("/admin/jobs", AllJobs, "all-jobs"),
  admin("/admin/jobs/:id", AnyJob, "any-job"),
  admin("/admin/audit", Audit, "audit"),
];

// Where a twin answers, and nowhere else.
export const development =
  document.documentElement.dataset.stage === "local"
    ? [
        page("/local", Twin, titles.twin, { right: "anybody", menu: "main" }),
        page("/local/:page", Twin, titles.twin, { right: "anybody" }),
      ]
    : [];
