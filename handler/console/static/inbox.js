// What one is told: how much of it is unread, and that something has come.

import { get } from "./api.js";
import { useEffect } from "./html.js";
import { say } from "./parts/toasts.js";
import { store } from "./store.js";
import { useLive, useLooks } from "./updates.js";

const MOST = 100; // that are counted: so many, or more
const PATIENCE = 2_000; // milliseconds: as a rule the channel begins before, and it is asked for then
const LOOKS = { often: 60, live: 300 }; // seconds: what is not told live is counted too

export const unread = store(0);

export const counted = (count) => (count < MOST ? String(count) : `${MOST - 1}+`);

// What has come while the list was on its way may be in it or not: ids tell.
let timer = 0;
let turn = 0;
let counting = new Set();

async function look() {
  clearTimeout(timer);
  const mine = (turn += 1);
  counting = new Set();
  const page = await get("/notifications").catch(() => null); // the page of them says what is wrong
  if (!page || mine !== turn) return;
  const listed = new Set(page.items.map(({ id }) => id));
  unread.set(Math.min(MOST, page.unread + counting.difference(listed).size));
  counting = counting.union(listed);
}

function take({ type, data }) {
  if (type !== "notification.created") return;
  if (!counting.has(data.id)) unread.set(Math.min(MOST, unread.get() + 1));
  counting.add(data.id);
  say(data.subject);
}

// What the API has just answered; a look that began before knows less.
export function setUnread(count) {
  clearTimeout(timer);
  turn += 1;
  unread.set(count);
}

// Keep the count of whoever is signed in, and say what comes.
export function useInbox(me) {
  useEffect(() => {
    if (!me) return undefined;
    timer = setTimeout(look, PATIENCE);
    return () => setUnread(0);
  }, [me?.id]);
  useLooks(look, { ...LOOKS, needed: Boolean(me) });
  useLive(me && "me", { event: take, again: look });
}
