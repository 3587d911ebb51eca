// What both kinds of tests of live.js stand on: time that moves when it is told to, chance that
// can be repeated, and sockets that are held at their other end.

import { mock } from "node:test";

import { Live } from "../../../handler/console/static/live.js";

const STEP = 50; // milliseconds

// Time stands still, and what waited for it is forgotten.
export function stop() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
}

// Let time pass. What waits for nothing else goes on after each step.
export async function pass(milliseconds) {
  for (let left = milliseconds; left >= 0; left -= STEP) {
    await new Promise(setImmediate);
    mock.timers.tick(Math.min(STEP, left));
  }
  await new Promise(setImmediate);
}

// Numbers from 0 to 1 that are the same for a seed (mulberry32).
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// A socket as a browser has it; whoever holds the other end opens it, posts to it, breaks it.
export class Socket {
  static made = [];
  sent = [];
  readyState = 0; // connecting
  closed = false;

  constructor(url) {
    this.url = url;
    Socket.made.push(this);
    Socket.onmade?.(this);
  }

  send(text) {
    if (!this.closed) this.sent.push(JSON.parse(text));
    if (!this.closed) this.onsent?.(JSON.parse(text));
  }

  close() {
    this.closed = true;
    this.onleft?.();
  }

  open() {
    this.readyState = 1;
    this.onopen();
  }

  post(frame) {
    if (!this.closed) this.onmessage({ data: JSON.stringify(frame) });
  }

  break_() {
    if (!this.closed) this.onclose({});
  }
}

Object.assign(globalThis, { WebSocket: Socket, reportError: console.error }); // as browsers have them

// A client, the sockets that it makes, and what it asks over HTTP.
export function newClient(answers = {}) {
  stop();
  Socket.made = [];
  Socket.onmade = null;
  const asked = [];
  const live = new Live(async (method, path) => {
    asked.push(`${method} ${path}`);
    const answer = answers[path] ?? { ticket: `t${asked.length}`, url: "wss://live.example" };
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { live, asked, sockets: Socket.made, answers };
}

// A hearer that notes what it is told.
export function notes() {
  const noted = { events: [], begins: [], resyncs: 0, refusals: [] };
  return Object.assign(noted, {
    event: (event) => noted.events.push(event.seq),
    begun: (ack) => noted.begins.push(ack.seq),
    resync: () => noted.resyncs++,
    refused: (error) => noted.refusals.push(error.code),
  });
}
