// Every page there is. A feature's are in a folder of its own, with a table of their rows.

import { items } from "./items/routes.js";
import Devices from "./pages/devices.js";
import NewEmail from "./pages/email.js";
import Forgot from "./pages/forgot.js";
import Job from "./pages/job.js";
import Jobs from "./pages/jobs.js";
import Notifications from "./pages/notifications.js";
import Profile from "./pages/profile.js";
import Reset from "./pages/reset.js";
import SignIn from "./pages/sign-in.js";
import SignUp from "./pages/sign-up.js";
import Transfers from "./pages/transfers.js";
import Verify from "./pages/verify.js";
import { page } from "./router.js";
import { administration, development } from "./routes-admin.js";
import { titles } from "./words/frame.js";

const main = { menu: "main" };
const own = { menu: "own" };
const open = { right: "anybody" };

const [first, ...others] = [
  ...items,
  page("/transfers", Transfers, titles.transfers, main),
  page("/jobs", Jobs, titles.jobs, main),
  page("/jobs/:id", Job, titles.job),
  page("/notifications", Notifications, titles.notifications, main),
  page("/profile", Profile, titles.profile, own),
  page("/devices", Devices, titles.devices, own),
  page("/sign-in", SignIn, titles["sign-in"], open),
  page("/sign-up", SignUp, titles["sign-up"], open),
  page("/verify", Verify, titles.verify, open),
  page("/forgot", Forgot, titles.forgot, open),
  page("/reset", Reset, titles.reset, open),
  page("/email", NewEmail, titles.email, open),
  ...administration,
  ...development,
];

// The first page is also the home.
export const routes = [{ ...first, path: "/", menu: "" }, { ...first, isHome: true }, ...others];
