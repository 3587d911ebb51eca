// A small copy of what docs/live.md promises, with everything that it does not promise left to
// chance: frames are answered at any time, posts are lost, doubled and late, sockets break off or
// just fall silent, tickets are refused. `calm` ends all that.

import { Live } from "../../../handler/console/static/live.js";
import { Socket, notes, pass, stop } from "./stand.mjs";

const USERS = ["ann", "max", "sue"];
const CHANNELS = ["me", "room:lobby", "room:garden", "items"];
const REPLAYED = 500;

class Stream {
  constructor(base) {
    [this.base, this.seq, this.gone] = [base, base, base]; // numbers up to `gone` are not kept
  }

  since(after) {
    const start = after === 0 ? this.base : after;
    if (start === undefined || start === this.seq) return { seq: this.seq, events: [] };
    const kept = start >= this.gone && start < this.seq && this.seq - start <= REPLAYED;
    if (!kept) return { seq: this.seq, events: [], resync: true };
    const numbers = Array.from({ length: this.seq - start }, (_, at) => start + 1 + at);
    return { seq: this.seq, events: numbers };
  }
}

export class World {
  calm = false;
  streams = new Map(); // by the name under which a channel is stored
  sockets = new Set(); // those that are open here
  hearings = []; // of whoever has listened, with what was noted

  constructor(chance, { forgets = false } = {}) {
    stop();
    this.chance = chance;
    this.forgets = forgets;
    for (const name of [...USERS.map((user) => `me:${user}`), ...CHANNELS.slice(1)]) {
      this.streams.set(name, new Stream(1_000 + Math.floor(chance() * 1_000)));
    }
    Socket.onmade = (socket) => this.opening(socket);
    this.people = USERS.map((name) => ({ name, live: this.client(name), listening: [] }));
  }

  happens(part) {
    return !this.calm && this.chance() < part;
  }

  pick(list) {
    return list[Math.floor(this.chance() * list.length)];
  }

  later(most, act) {
    setTimeout(act, this.calm ? 50 : this.chance() * most);
  }

  stored(user, channel) {
    return channel === "me" ? `me:${user}` : channel;
  }

  client(user) {
    return new Live(async (method, path) => {
      await new Promise((resolve) => this.later(300, resolve));
      if (this.happens(0.2)) throw Object.assign(new Error("busy"), { status: this.pick([503, 429]) });
      if (method === "POST") return { ticket: user, url: "wss://live.example" };
      const channel = path.slice("/realtime/".length, path.indexOf("?"));
      return this.told(user, channel, this.streams.get(this.stored(user, channel)).since(0));
    });
  }

  told(user, channel, replay) {
    const about = (seq) => ({ channel, seq, id: `e${seq}`, type: "test.told", data: { user } });
    return { ...replay, events: replay.events.map(about) };
  }

  opening(socket) {
    Object.assign(socket, { user: new URL(socket.url).searchParams.get("ticket"), channels: new Set() });
    socket.onsent = (frame) => this.later(800, () => this.answer(socket, frame));
    socket.onleft = () => this.sockets.delete(socket);
    this.later(500, () => {
      if (socket.closed) return;
      if (this.happens(0.2)) return this.end(socket);
      this.sockets.add(socket);
      socket.open();
    });
  }

  end(socket) {
    this.sockets.delete(socket);
    socket.break_();
    socket.closed = true;
  }

  // Post, if all goes well: it may be lost, come twice, late.
  post(socket, frame) {
    if (this.happens(0.15)) return;
    for (let times = this.happens(0.2) ? 2 : 1; times; times--) {
      this.later(2_000, () => this.sockets.has(socket) && socket.post(frame));
    }
  }

  // Subscribers are looked up first and told the number afterwards, as the service does it.
  answer(socket, { action, channel, after, ref }) {
    if (action === "ping") return this.post(socket, { type: "pong" });
    if (this.happens(0.1)) return this.post(socket, { type: "error", code: "unavailable", ref });
    if (action === "unsubscribe") {
      socket.channels.delete(channel);
      return this.post(socket, { type: "ack", channel, ref });
    }
    socket.channels.add(channel);
    this.later(200, () => {
      const replay = this.streams.get(this.stored(socket.user, channel)).since(after);
      const { events, ...rest } = this.told(socket.user, channel, replay);
      this.post(socket, { type: "ack", channel, ref, ...rest });
      if (this.happens(0.5)) events.forEach((event) => this.post(socket, event));
      else if (events.length) this.post(socket, { type: "events", events });
    });
  }

  publish(name = this.pick([...this.streams.keys()]), count = 1 + Math.floor(this.chance() * 4)) {
    const stream = this.streams.get(name);
    for (; count; count--) {
      const replay = { events: [++stream.seq] };
      for (const socket of this.sockets) {
        for (const channel of socket.channels) {
          if (this.stored(socket.user, channel) !== name) continue;
          this.post(socket, this.told(socket.user, channel, replay).events[0]);
        }
      }
    }
  }

  listen(person = this.pick(this.people)) {
    const channel = this.pick(CHANNELS);
    const heard = notes();
    const name = this.stored(person.name, channel);
    const history = this.happens(0.3);
    const hearing = { name, heard, history, segments: [[]], ended: false };
    heard.event = (event) => hearing.segments.at(-1).push(event.seq);
    heard.resync = () => hearing.segments.push([]);
    this.hearings.push(hearing);
    person.listening.push({ hearing, end: person.live.listen(channel, heard, { history }) });
  }

  leave() {
    const { listening } = this.pick(this.people);
    const [one] = listening.splice(Math.floor(this.chance() * listening.length), 1);
    if (!one) return;
    one.end();
    one.hearing.ended = true;
  }

  // A socket breaks off; or nothing comes over it any more, and nobody is told.
  fail() {
    const socket = this.pick([...this.sockets]);
    if (!socket) return;
    if (this.happens(0.3)) this.sockets.delete(socket);
    else this.end(socket);
  }

  bye() {
    const socket = this.pick([...this.sockets]);
    if (!socket) return;
    socket.post({ type: "bye", code: this.pick(["role_changed", "unknown_socket"]) });
    this.end(socket);
  }

  forget() {
    if (!this.forgets) return;
    const stream = this.pick([...this.streams.values()]);
    stream.gone = stream.seq - Math.floor(this.chance() * 3);
    stream.gone = Math.max(stream.gone, stream.base);
  }

  async step() {
    const acts = ["publish", "publish", "publish", "listen", "listen", "leave", "fail", "bye", "forget"];
    this[this.pick(acts)]();
    await pass(Math.floor(this.chance() * 3_000));
  }

  // All is well from now on. Whoever is on a silent socket notices it; one event more shows what is
  // missing, and a last one comes to who has it all.
  async settle() {
    for (const person of this.people) this.listen(person);
    this.calm = true;
    for (const patience of [400_000, 90_000]) {
      await pass(patience);
      for (const name of this.streams.keys()) this.publish(name, 1);
    }
    await pass(5_000);
  }
}
