// What one is told: how much of it is unread, and that something has come.

import { get } from "./api.js";
import { useEffect } from "./html.js";
import { say } from "./parts/toasts.js";
import { store } from "./store.js";
import { useLive, useLooks } from "./updates.js";

const MOST = 100; // that are counted: so many, or more
const MOMENT = 300; // milliseconds: what is told together is counted once
const PATIENCE = 2_000; // milliseconds: as a rule the channel begins before, and it is asked for then
const LOOKS = { often: 60, live: 300 }; // seconds: what is not told live is counted too

export const unread = store(0);

export const counted = (count) => (count < MOST ? String(count) : `${MOST - 1}+`);

let timer = 0;
let turn = 0; // of the newest look: older answers know less

function lookIn(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(look, milliseconds);
}

async function look() {
  clearTimeout(timer);
  const mine = (turn += 1);
  const page = await get("/notifications", { limit: 1 }).catch(() => null); // the page of them says what is wrong
  if (page && mine === turn) unread.set(page.unread);
}

// The API counts: what has just come may be in an answer that is on its way, or not.
function take({ type, data }) {
  if (type !== "notification.created") return;
  say(data.subject);
  lookIn(MOMENT);
}

// What the API has just answered.
export function setUnread(count) {
  turn += 1;
  unread.set(count);
}

// Keep the count of whoever is signed in, and say what comes.
export function useInbox(me) {
  useEffect(() => {
    if (!me) return undefined;
    lookIn(PATIENCE);
    return () => {
      clearTimeout(timer);
      setUnread(0);
    };
  }, [me?.id]);
  useLooks(look, { ...LOOKS, needed: Boolean(me) });
  useLive(me && "me", { event: take, again: look });
}
