// What one is told: how much of it is unread, and that something has come.

import { get } from "./api.js";
import { useEffect, useRef } from "./html.js";
import { say } from "./parts/toasts.js";
import { store } from "./store.js";
import { useLive } from "./updates.js";

const MOST = 100; // that are counted: so many, or more
const PATIENCE = 2_000; // milliseconds: as a rule the channel begins before, and it is asked for then

export const unread = store(0);

export const counted = (count) => (count < MOST ? String(count) : `${MOST - 1}+`);

// Keep the count of whoever is signed in, and say what comes.
export function useInbox(me) {
  const timer = useRef(0);
  const look = () => {
    clearTimeout(timer.current);
    get("/notifications", { limit: 1 }).then((page) => unread.set(page.unread), pass);
  };
  useEffect(() => {
    unread.set(0);
    if (me) timer.current = setTimeout(look, PATIENCE);
    return () => clearTimeout(timer.current);
  }, [me?.id]);
  useLive(me && "me", {
    event({ type, data }) {
      if (type !== "notification.created") return;
      unread.set(Math.min(MOST, unread.get() + 1));
      say(data.subject);
    },
    again: look,
  });
}

const pass = () => {}; // the page of notifications says what is wrong
