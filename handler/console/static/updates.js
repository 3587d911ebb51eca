// Live updates for all parts of the page, over one socket that is open as long as any part listens.

import { ask } from "./api.js";
import { useEffect, useRef } from "./html.js";
import { Live } from "./live.js";
import { store } from "./store.js";

const SOON = 1_000; // milliseconds

// Whether what happens is heard: "open", or another state of live.js, for which `code` is a reason.
export const link = store({ state: "off", code: null });

let live = made();

function made() {
  const one = new Live(async (method, path) => (await ask(method, path)).body);
  one.addEventListener("state", () => {
    if (one === live) link.set({ state: one.state, code: one.code });
  });
  return one;
}

// Somebody else may sign in: what was known of channels was another's.
export function forget() {
  live.close();
  live = made();
}

export const open = () => live.open(); // again, after its end

// Listen as long as a part is drawn; it listens to nothing without a channel. The hearer has
// `event(event)`, and `again()` for whenever the thing itself is to be read: at each subscribing, as
// more may have happened before it.
export function useLive(channel, hearer) {
  const newest = useRef(hearer);
  newest.current = hearer;
  useEffect(() => {
    if (!channel) return undefined;
    return live.listen(channel, {
      begun: () => newest.current.again(),
      event(one) {
        const isWhole = Object.keys(one.data).length > 0; // what fits no frame comes empty
        newest.current[isWhole ? "event" : "again"](one);
      },
    });
  }, [channel]);
}

// Ask every so many seconds, as long as that is needed and somebody sees it: seldom while it is
// also told live.
export function useLooks(look, { often, live: seldom = often, needed = true }) {
  const newest = useRef(look);
  newest.current = look;
  const seconds = link.use().state === "open" ? seldom : often;
  useEffect(() => {
    if (!needed) return undefined;
    const timer = setInterval(() => document.hidden || newest.current(), seconds * 1000);
    return () => clearInterval(timer);
  }, [seconds, needed]);
}

// What may be wanted many times a second, and is done once in it.
export function useSoon(act) {
  const newest = useRef(act);
  newest.current = act;
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  return () => {
    timer.current ||= setTimeout(() => {
      timer.current = 0;
      newest.current();
    }, SOON);
  };
}
