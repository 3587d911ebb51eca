// The words of the frame. All words of the interface are in this folder, to be translated here.

export const words = {
  "/sign-in": "Sign in",
  "/sign-up": "Sign up",
  again: "Try again",
  cancel: "Cancel",
  close: "Close",
  copied: "Copied.",
  copy: "Copy",
  empty: "There is nothing here.",
  fault: "This page has failed",
  faultDetail: "It is the console's fault, and stands in the browser's log. Load the page again, or go on elsewhere.",
  loading: "Loading…",
  menu: "Menu",
  more: "Show more",
  notAllowed: "Your account may not see this page.",
  notFound: "No such page",
  notFoundDetail: "There is nothing at this address. The menu shows what there is.",
  notCopied: "The browser does not let this page copy.",
  offline: "No answer",
  offlineDetail: "The server cannot be reached. Look at your connection, then try again.",
  requestId: "Request",
  save: "Save",
  saved: "Saved.",
  signInFirst: "Sign in first.",
  signOut: "Sign out",
  skip: "Skip the menu",
  strange: "An odd answer",
  strangeDetail: "The server answered with something that this page cannot read.",
  wait: (seconds) => `Try again in ${seconds} seconds.`,
  working: "Working…",
};

export const groups = { main: "Pages", own: "Your account" };

// By the name of the page's module.
export const titles = {
  devices: "Devices",
  email: "New address",
  forgot: "Forgotten password",
  job: "Job",
  jobs: "Jobs",
  notifications: "Notifications",
  profile: "Profile",
  reset: "New password",
  "sign-in": "Sign in",
  "sign-up": "Sign up",
  transfers: "Import and export",
  verify: "Confirm your address",
};
