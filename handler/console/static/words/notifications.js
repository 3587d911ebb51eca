// The words of notifications.

export const notifications = {
  all: "Mark all as read",
  empty: "Nobody has told you anything yet. Start an import or an export, and you hear here when it is done.",
  job: "See the job",
  read: "Mark as read",
  unread: (count) => `${count} unread`,
};
