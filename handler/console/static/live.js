// Live updates over one socket for all parts of the page; without a socket, parts ask by themselves.
//
// A connection needs a ticket. Channels are told the last number that was seen, so that what
// happened in between comes first; hearers of `resync` ask for the thing itself.

import { post } from "./api.js";
import { store } from "./store.js";

const PING = 4 * 60_000; // milliseconds; the gateway closes what is silent for ten minutes
const [SHORTEST, LONGEST] = [1_000, 30_000]; // milliseconds between tries
const SIGNED_OUT = new Set(["signed_out"]);

// "off" while nobody listens, "waiting", "live", or "none" where there are no live updates.
export const link = store("off");

const channels = new Map(); // by name: the last number seen, and who listens
let socket = null;
let pause = SHORTEST;
let timer = 0;

// Hear of everything on a channel; returns what ends that.
export function listen(channel, hear) {
  const known = channels.get(channel) || { seq: null, hearers: new Set() };
  channels.set(channel, known);
  known.hearers.add(hear);
  if (known.hearers.size === 1) subscribe(channel);
  if (!socket && link.get() === "off") connect();
  return () => {
    known.hearers.delete(hear);
    if (known.hearers.size) return;
    channels.delete(channel);
    send({ action: "unsubscribe", channel });
    if (!channels.size) close();
  };
}

export function close() {
  clearTimeout(timer);
  const open = socket;
  socket = null;
  open?.close();
  if (link.get() !== "none") link.set("off");
}

async function connect() {
  link.set("waiting");
  try {
    const { ticket, url } = await post("/realtime/ticket");
    if (link.get() === "waiting") open(`${url}?ticket=${encodeURIComponent(ticket)}`);
  } catch (problem) {
    if (problem.status === 404) link.set("none");
    else again();
  }
}

function open(url) {
  const opening = new WebSocket(url);
  const beat = setInterval(() => send({ action: "ping" }), PING);
  socket = opening;
  opening.onopen = () => {
    pause = SHORTEST;
    link.set("live");
    for (const channel of channels.keys()) subscribe(channel);
  };
  opening.onmessage = ({ data }) => receive(JSON.parse(data));
  opening.onclose = () => {
    clearInterval(beat);
    if (socket !== opening) return;
    socket = null;
    again();
  };
}

function again() {
  if (!channels.size || link.get() === "none") return;
  link.set("waiting");
  clearTimeout(timer);
  timer = setTimeout(connect, pause * (0.5 + Math.random() / 2));
  pause = Math.min(LONGEST, pause * 2);
}

function subscribe(channel) {
  const { seq } = channels.get(channel);
  send({ action: "subscribe", channel, ref: channel, ...(seq === null ? {} : { after: seq }) });
}

function send(frame) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

function receive(frame) {
  if (frame.type === "events") return frame.events.forEach(receive);
  if (frame.type === "bye" && SIGNED_OUT.has(frame.code)) return close();
  const channel = frame.channel ?? frame.ref;
  const known = channels.get(channel);
  if (!known) return undefined;
  if (frame.type === "ack") return acknowledge(known, frame);
  if (frame.seq === undefined || frame.seq <= known.seq) return undefined; // told before
  if (known.seq !== null && frame.seq > known.seq + 1) return subscribe(channel); // some are missing
  known.seq = frame.seq;
  return known.hearers.forEach((hear) => hear(frame));
}

// What was missed comes after the ack, unless that is too much: then its number is where to go on.
function acknowledge(known, { seq, resync, channel }) {
  if (resync) known.hearers.forEach((hear) => hear({ type: "resync", channel }));
  if (resync || known.seq === null) known.seq = seq ?? null;
}

addEventListener("online", () => {
  if (link.get() !== "waiting" || socket) return;
  clearTimeout(timer);
  pause = SHORTEST;
  connect();
});
