// The client of live.js: one fact each.

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { newClient, notes, pass } from "./stand.mjs";

const ROOM = "room:lobby";
const said = (seq, channel = ROOM) => ({ channel, seq, id: `e${seq}`, type: "room.said", data: {} });
const of = (socket, action) => socket.sent.filter((frame) => frame.action === action);
const last = (list) => list[list.length - 1];

// Acknowledge what was sent last with an action.
function acknowledge(socket, action, more = {}) {
  const { channel, ref } = last(of(socket, action));
  socket.post({ type: "ack", channel, ref, ...more });
}

// A client that has begun to hear the lobby after event 10.
async function hearing(options) {
  const client = newClient(options?.answers);
  const heard = notes();
  const stop = client.live.listen(ROOM, heard, options);
  await pass(0);
  const [socket] = client.sockets;
  socket.open();
  acknowledge(socket, "subscribe", { seq: 10 });
  await pass(0);
  return { ...client, heard, stop, socket };
}

// The socket that is open after the one before has broken.
async function reopened({ sockets, socket }) {
  socket.break_();
  await pass(1_000);
  const another = last(sockets);
  assert.notEqual(another, socket);
  another.open();
  return another;
}

test("a socket is opened with a ticket", async () => {
  const { asked, sockets } = await hearing();
  assert.deepEqual(asked, ["POST /realtime/ticket"]);
  assert.equal(sockets[0].url, "wss://live.example?ticket=t1");
});

test("a socket that is not open yet is closed as soon as it is: a browser calls it an error before", async () => {
  const client = newClient();
  client.live.listen(ROOM, notes());
  await pass(0);
  client.live.close();
  assert.equal(client.sockets[0].closed, false);
  client.sockets[0].open();
  assert.equal(client.sockets[0].closed, true);
  assert.equal(client.live.state, "off");
});

test("a channel is begun without a number", async () => {
  const { socket, heard } = await hearing();
  assert.deepEqual(of(socket, "subscribe"), [{ action: "subscribe", channel: ROOM, ref: "1" }]);
  assert.deepEqual(heard.begins, [10]);
});

test("events are heard in order, however they come", async () => {
  const { socket, heard } = await hearing();
  socket.post(said(12));
  socket.post({ type: "events", events: [said(13), said(11)] });
  assert.deepEqual(heard.events, [11, 12, 13]);
});

test("an event that comes twice is heard once", async () => {
  const { socket, heard } = await hearing();
  for (const seq of [11, 11, 12, 11, 12]) socket.post(said(seq));
  assert.deepEqual(heard.events, [11, 12]);
});

test("an event that comes before the ack is heard after it", async () => {
  const { live, sockets } = newClient();
  const heard = notes();
  live.listen(ROOM, heard);
  await pass(0);
  sockets[0].open();
  for (const seq of [11, 10]) sockets[0].post(said(seq));
  assert.deepEqual(heard.events, []);
  acknowledge(sockets[0], "subscribe", { seq: 10 });
  await pass(0);
  assert.deepEqual(heard.events, [11]);
});

test("what is missing is asked for after a second", async () => {
  const random = mock.method(Math, "random", () => 0);
  const { socket, heard } = await hearing();
  socket.post(said(12));
  await pass(900);
  assert.equal(of(socket, "subscribe").length, 1);
  await pass(150);
  random.mock.restore();
  assert.equal(last(of(socket, "subscribe")).after, 10);
  acknowledge(socket, "subscribe", { seq: 12 });
  socket.post(said(11));
  assert.deepEqual(heard.events, [11, 12]);
});

test("what is still coming is not asked for", async () => {
  const { socket } = await hearing();
  for (let seq = 11; seq < 30; seq++) {
    for (const one of [seq + 1, seq]) socket.post(said(one + (one > seq)));
    await pass(500);
  }
  assert.equal(of(socket, "subscribe").length, 1);
});

test("what an ack tells of and does not come is asked for", async () => {
  const client = await hearing();
  const socket = await reopened(client);
  acknowledge(socket, "subscribe", { seq: 13 });
  await pass(2_100);
  assert.deepEqual(of(socket, "subscribe").map((frame) => frame.after), [10, 10]);
});

test("what is missing is asked for less and less often", async () => {
  const { socket } = await hearing();
  socket.post(said(12));
  for (let second = 0; second < 120; second++) {
    await pass(1_000);
    acknowledge(socket, "subscribe", { seq: 12 });
  }
  const count = of(socket, "subscribe").length;
  assert.ok(count > 5 && count < 12, `${count} times`);
});

test("a subscribing that nobody answers is sent again", async () => {
  const { live, sockets } = newClient();
  live.listen(ROOM, notes());
  await pass(0);
  sockets[0].open();
  await pass(18_000);
  assert.equal(of(sockets[0], "subscribe").length, 2);
});

test("a socket that breaks off is opened again, and goes on from the last event", async () => {
  const client = await hearing();
  client.socket.post(said(11));
  const socket = await reopened(client);
  assert.equal(socket.url, "wss://live.example?ticket=t2");
  assert.equal(of(socket, "subscribe")[0].after, 11);
});

test("a socket that was left says nothing any more", async () => {
  const client = await hearing();
  const left = client.socket;
  await reopened(client);
  left.closed = false;
  left.post(said(11));
  assert.deepEqual(client.heard.events, []);
});

test("waits are random, and grow with each failure up to a minute", async () => {
  const { live, asked, answers } = newClient();
  answers["/realtime/ticket"] = new Error("no network");
  const random = mock.method(Math, "random", () => 0.5);
  live.listen(ROOM, notes());
  const times = [];
  for (let now = 0; now < 140_000; now += 100) {
    await pass(100);
    while (times.length < asked.length) times.push(now);
  }
  random.mock.restore();
  const waits = times.slice(1).map((time, at) => Math.round((time - times[at]) / 500) / 2);
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
});

test("a handshake that nobody answers is given up", async () => {
  const { live, sockets } = newClient();
  live.listen(ROOM, notes());
  await pass(16_100);
  assert.equal(sockets.length, 2);
  assert.ok(sockets[0].closed);
});

test("events that are not kept any more are told as resync", async () => {
  const client = await hearing();
  const socket = await reopened(client);
  acknowledge(socket, "subscribe", { seq: 700, resync: true });
  await pass(0);
  socket.post(said(701));
  assert.deepEqual([client.heard.resyncs, client.heard.events], [1, [701]]);
});

test("a resync that is behind what came meanwhile is none", async () => {
  const client = await hearing();
  const socket = await reopened(client);
  socket.post(said(11));
  acknowledge(socket, "subscribe", { seq: 11, resync: true });
  await pass(0);
  assert.deepEqual([client.heard.resyncs, client.heard.events], [0, [11]]);
});

for (const code of ["signed_out", "closed", "disabled", "too_many_errors"]) {
  test(`${code} is the end`, async () => {
    const { live, socket, sockets } = await hearing();
    socket.post({ type: "bye", code });
    socket.break_();
    await pass(120_000);
    assert.deepEqual([live.state, live.code, sockets.length], ["ended", code, 1]);
  });
}

for (const code of ["role_changed", "unknown_socket"]) {
  test(`after ${code} another socket is opened`, async () => {
    const { live, socket, sockets } = await hearing();
    socket.post({ type: "bye", code });
    await pass(1_000);
    assert.equal(sockets.length, 2);
    assert.equal(live.state, "opening");
  });
}

test("who may not have a ticket stops asking", async () => {
  const { live, asked, answers } = newClient();
  answers["/realtime/ticket"] = Object.assign(new Error("no"), { status: 401 });
  live.listen(ROOM, notes());
  await pass(120_000);
  assert.deepEqual([live.state, live.code, asked.length], ["ended", "signed_out", 1]);
});

test("who may not have a ticket yet asks again", async () => {
  const { live, asked, answers } = newClient();
  answers["/realtime/ticket"] = Object.assign(new Error("no"), { status: 409 });
  live.listen(ROOM, notes());
  await pass(120_000);
  assert.ok(asked.length > 3);
});

test("a socket is pinged before it is silent for too long", async () => {
  const { socket, sockets } = await hearing();
  for (let minute = 0; minute < 20; minute++) {
    await pass(60_000);
    if (last(socket.sent).action === "ping") socket.post({ type: "pong" });
  }
  assert.deepEqual([of(socket, "ping").length, sockets.length], [5, 1]);
});

test("a socket that does not answer a ping is left for another", async () => {
  const { socket, sockets } = await hearing();
  await pass(240_000 + 15_000 + 1_100);
  assert.deepEqual([socket.closed, sockets.length], [true, 2]);
});

test("what is published is acknowledged", async () => {
  const { live, socket } = await hearing();
  const ack = live.publish(ROOM, { text: "Hello" });
  acknowledge(socket, "publish", { seq: 11 });
  assert.equal((await ack).seq, 11);
  assert.deepEqual(last(socket.sent).data, { text: "Hello" });
});

test("what is not published says why", async () => {
  const { live, socket } = await hearing();
  const refused = live.publish(ROOM, {});
  socket.post({ type: "error", code: "rate_limited", detail: "Slowly.", ref: last(socket.sent).ref });
  await assert.rejects(refused, { code: "rate_limited", message: "Slowly." });
});

test("who publishes while the socket breaks off is told that nobody knows", async () => {
  const { live, socket } = await hearing();
  const lost = live.publish(ROOM, {});
  socket.break_();
  await assert.rejects(lost, { code: "unanswered" });
});

test("nothing is published without a socket", async () => {
  const { live } = newClient();
  await assert.rejects(live.publish(ROOM, {}), { code: "offline" });
});

test("a channel that is refused is not asked for again", async () => {
  const client = newClient();
  const heard = notes();
  client.live.listen("job:7", heard);
  client.live.listen(ROOM, notes());
  await pass(0);
  const [socket] = client.sockets;
  socket.open();
  socket.post({ type: "error", code: "channel_not_found", ref: socket.sent[0].ref });
  await pass(0);
  const another = await reopened({ sockets: client.sockets, socket });
  assert.deepEqual(heard.refusals, ["channel_not_found"]);
  assert.deepEqual(another.sent.map((frame) => frame.channel), [ROOM]);
});

test("a refusal that passes is no refusal", async () => {
  const { live, sockets } = newClient();
  const heard = notes();
  live.listen(ROOM, heard);
  await pass(0);
  sockets[0].open();
  sockets[0].post({ type: "error", code: "unavailable", ref: "1" });
  await pass(2_100);
  assert.deepEqual([heard.refusals, of(sockets[0], "subscribe").length], [[], 2]);
});

test("with history all that is kept is heard first", async () => {
  const path = `/realtime/${ROOM}?after=0`;
  const answers = { [path]: { events: [said(9), said(10), said(11)], seq: 11 } };
  const { heard, socket } = await hearing({ history: true, answers });
  for (const seq of [11, 12]) socket.post(said(seq));
  assert.deepEqual(heard.events, [9, 10, 11, 12]);
});

test("who comes back at once has never left", async () => {
  const { live, stop, socket } = await hearing();
  stop();
  live.listen(ROOM, notes());
  await pass(5_000);
  assert.deepEqual(socket.sent.map((frame) => frame.action), ["subscribe"]);
});

test("who comes back while the channel is left subscribes when that is done", async () => {
  const { live, stop, socket } = await hearing();
  live.listen("me", notes());
  stop();
  await pass(1_100);
  const heard = notes();
  live.listen(ROOM, heard);
  assert.equal(last(socket.sent).action, "unsubscribe");
  acknowledge(socket, "unsubscribe");
  await pass(0);
  assert.deepEqual(last(socket.sent), { action: "subscribe", channel: ROOM, ref: last(socket.sent).ref });
});

test("when nobody listens the socket is closed", async () => {
  const { live, stop, socket } = await hearing();
  stop();
  await pass(1_100);
  acknowledge(socket, "unsubscribe");
  await pass(0);
  assert.deepEqual([live.state, socket.closed], ["off", true]);
});

test("a hearer that fails keeps nobody from hearing", async () => {
  const { live, socket } = await hearing();
  const heard = notes();
  const reported = mock.method(globalThis, "reportError", () => null);
  live.listen(ROOM, { event() { throw new Error("mine"); } });
  live.listen(ROOM, heard);
  for (const seq of [11, 12]) socket.post(said(seq));
  assert.deepEqual(heard.events, [11, 12]);
  assert.equal(reported.mock.callCount(), 2);
});

test("changes of the state are told", async () => {
  const { live } = newClient();
  const states = [];
  live.addEventListener("state", () => states.push(live.state));
  live.listen(ROOM, notes());
  live.close();
  assert.deepEqual(states, ["opening", "off"]);
});
