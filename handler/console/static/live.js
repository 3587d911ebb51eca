// Live updates in a page: one module that needs no other. docs/live.md says what goes over a wire.
//
//   const live = new Live(ask); // ask(method, path): an answer's JSON; fails with a `status`
//   const stop = live.listen("room:lobby", { event: (one) => show(one) }, { history: true });
//   await live.publish("room:lobby", { text: "Hello" });
//
// Whoever listens to a channel hears each of its events once, in order, from the moment of `begun`
// (with `history` from the first that is kept), whatever happens to the socket meanwhile. Where
// events are not kept any more there is `resync`: read the thing itself anew, then go on hearing.

const [SHORTEST, LONGEST] = [1_000, 60_000]; // milliseconds within which a socket is opened again
const PATIENCE = 15_000; // for what is answered: a handshake, a frame, a ping
const GAP = 1_000; // at least, for an event that has not come while later ones have
const BEAT = 240_000; // from ping to ping; the gateway closes what is silent for ten minutes
const LINGER = 1_000; // from the last hearer's leave to the channel's: the next page may want it
const FINAL = new Set(["signed_out", "closed", "disabled", "too_many_errors"]); // of `bye`
const REFUSALS = new Set(["channel_not_found", "too_many_subscriptions", "frame_invalid"]);
const PASSING = new Set([408, 409, 429]); // refusals of a ticket that do not last
const problem = (code, detail = code) => Object.assign(new Error(detail), { code });
// A channel: what is known of it, what came too early, and who listens.
class Channel {
  hearers = new Set();
  ahead = new Map();
  known = null; // the last number in order
  last = 0; // the highest number heard of
  tries = 0; // at what is missing

  constructor(name) {
    this.name = name;
  }

  begin(seq) {
    this.known = seq;
    for (const early of this.ahead.keys()) if (early <= seq) this.ahead.delete(early);
    this.last = Math.max(seq, ...this.ahead.keys());
    this.#drain();
  }

  take(event) {
    if (this.known !== null && event.seq <= this.known) return;
    this.ahead.set(event.seq, event);
    this.last = Math.max(this.last, event.seq);
    if (this.known !== null) this.#drain();
  }

  #drain() {
    for (let next; (next = this.ahead.get(this.known + 1)); ) {
      this.ahead.delete(next.seq);
      [this.known, this.tries] = [next.seq, 0];
      this.tell("event", next);
    }
  }

  tell(what, about) {
    for (const hearer of [...this.hearers]) {
      try {
        if (this.hearers.has(hearer)) hearer[what]?.(about);
      } catch (error) {
        reportError(error); // nobody else misses anything
      }
    }
  }
}

// One socket for all channels. Its `state` is "off", "opening", "open", "waiting" to be opened
// again, or "ended" for the reason `code`; a "state" event tells when it changes.
export class Live extends EventTarget {
  #ask;
  #socket = null;
  #channels = new Map();
  #calls = new Map(); // what waits for an answer, by its ref
  #refs = 0;
  #failures = 0;
  #timer = 0;
  #beat = 0;

  constructor(ask) {
    super();
    this.#ask = ask;
    this.#become("off");
    globalThis.addEventListener?.("online", () => this.#wake());
  }

  // Hear of a channel: `hearer` may have `event(event)`, `begun(ack)` at each subscribing,
  // `resync()` and `refused(error)`. Returns what ends that. `history`: the first one's choice.
  listen(name, hearer, { history = false } = {}) {
    const channel = this.#channels.get(name) ?? new Channel(name);
    const isFirst = !channel.hearers.size;
    this.#channels.set(name, channel);
    channel.hearers.add(hearer);
    if (isFirst) channel.history = history;
    if (isFirst && channel.known === null) this.#subscribe(channel);
    if (this.state === "off") this.open();
    return () => channel.hearers.delete(hearer) && setTimeout(() => this.#leave(channel), LINGER);
  }

  // The ack of what is said in a channel; or an error with the `code` of its refusal, or "offline",
  // or "unanswered": then it may have been said or not.
  publish = (channel, data) => this.#call({ action: "publish", channel, data });

  open = () => ["off", "ended"].includes(this.state) && this.#connect(); // `listen` does it first
  close = () => this.#stop("off");

  async #connect() {
    clearTimeout(this.#timer);
    this.#become("opening");
    const turn = (this.#socket = { close() {} }); // nothing yet, but whose turn it is
    try {
      const { ticket, url } = await this.#ask("POST", "/realtime/ticket");
      if (this.#socket === turn) this.#use(new WebSocket(`${url}?ticket=${ticket}`));
    } catch (error) {
      if (this.#socket !== turn) return;
      const lasts = error.status >= 400 && error.status < 500 && !PASSING.has(error.status);
      if (lasts) this.#stop("ended", error.status === 401 ? "signed_out" : "refused");
      else this.#again();
    }
  }

  #use(socket) {
    this.#socket = socket;
    const ours = (then) => (about) => this.#socket === socket && then(about);
    socket.onmessage = ours(({ data }) => this.#receive(JSON.parse(data)));
    socket.onclose = ours(() => this.#again());
    this.#timer = setTimeout(() => this.#again(), PATIENCE);
    socket.onopen = ours(() => {
      clearTimeout(this.#timer);
      this.#beat = setInterval(() => this.#ping(), BEAT);
      this.#become("open");
      for (const channel of this.#channels.values()) this.#subscribe(channel);
    });
  }

  #again() {
    this.#stop("waiting");
    const most = Math.min(LONGEST, SHORTEST * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), Math.random() * most);
  }

  #wake() {
    if (this.state === "open") this.#ping();
    if (this.state === "waiting") this.#connect();
  }

  #ping() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), PATIENCE); // unless something is received
    this.#socket.send('{"action":"ping"}');
  }

  #stop(state, code = null) {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    const isEarly = state !== "waiting" && socket?.readyState === 0; // browsers log it as an error
    isEarly ? (socket.onopen = () => socket.close()) : socket?.close();
    this.#become(state, code);
    for (const ref of this.#calls.keys()) this.#answer(ref, problem("unanswered"));
  }

  #become(state, code = null) {
    Object.assign(this, { state, code });
    this.dispatchEvent(new Event("state"));
  }

  #call(frame) {
    if (this.state !== "open") return Promise.reject(problem("offline"));
    const ref = String(++this.#refs);
    this.#socket.send(JSON.stringify({ ...frame, ref }));
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#answer(ref, problem("unanswered")), PATIENCE);
      this.#calls.set(ref, { resolve, reject, timer });
    });
  }

  #answer(ref, answer) {
    const call = this.#calls.get(ref); // none when it was answered before
    clearTimeout(call?.timer);
    call?.[answer instanceof Error ? "reject" : "resolve"](answer);
    this.#calls.delete(ref);
  }

  #receive(frame) {
    clearTimeout(this.#timer);
    if (frame.type === "bye" && FINAL.has(frame.code)) return this.#stop("ended", frame.code);
    if (frame.type === "bye") return this.#again();
    this.#failures = 0;
    if (frame.type === "ack") return this.#answer(frame.ref, frame);
    if (frame.type === "error") return this.#answer(frame.ref, problem(frame.code, frame.detail));
    for (const event of frame.type === "events" ? frame.events : [frame]) {
      const channel = this.#channels.get(event.channel);
      if (!channel || channel.parting) continue; // what is no event has no channel
      channel.take(event);
      this.#watch(channel);
    }
  }

  #isOurs = (channel) => this.#channels.get(channel.name) === channel && !channel.parting;

  async #subscribe(channel) {
    if (this.state !== "open" || !this.#isOurs(channel)) return;
    const asked = (channel.asked = { socket: this.#socket, after: channel.known ?? undefined });
    const finish = (then) => channel.asked === asked && ((channel.asked = null), then());
    try {
      const subscribe = { action: "subscribe", channel: channel.name, after: asked.after };
      const ack = await this.#call(subscribe);
      const path = channel.history && channel.known === null && `/realtime/${channel.name}?after=0`;
      const whole = path && (await this.#ask("GET", path));
      finish(() => this.#begin(channel, asked, ack, whole));
    } catch (error) {
      const refuse = () => this.#channels.delete(channel.name) && channel.tell("refused", error);
      finish(() => REFUSALS.has(error.code) && refuse());
    }
    this.#watch(channel);
  }

  #begin(channel, { socket, after }, ack, whole) {
    channel.joined = socket;
    channel.tell("begun", ack);
    const resync = whole ? whole.resync : ack.resync && channel.known === after;
    if (resync) channel.tell("resync");
    if (whole) for (const event of whole.events) channel.tell("event", event);
    if (resync || channel.known === null) channel.begin(whole ? whole.seq : ack.seq);
    else channel.last = Math.max(channel.last, ack.seq);
  }

  // Ask for what should have come by now, less and less often, and not all clients at once.
  #watch(channel) {
    const isWhole = () => channel.joined === this.#socket && channel.known >= channel.last;
    const { known } = channel;
    if (isWhole() || channel.timer) return;
    channel.timer = setTimeout(() => {
      channel.timer = 0;
      if (channel.known !== known) return this.#watch(channel); // it is still coming
      if (!isWhole() && !channel.asked) this.#subscribe(channel);
    }, GAP * (1 + Math.random()) * 2 ** Math.min(channel.tries++, 5));
  }

  // Frames are answered at the same time: no subscribing may overtake this.
  async #leave(channel) {
    if (channel.hearers.size || !this.#isOurs(channel)) return;
    [channel.parting, channel.asked] = [true, null];
    await this.#call({ action: "unsubscribe", channel: channel.name }).catch(() => null); // or bye
    channel.ahead.clear();
    Object.assign(channel, { known: null, last: 0, joined: null, parting: false });
    if (channel.hearers.size) return this.#subscribe(channel);
    this.#channels.delete(channel.name);
    if (!this.#channels.size) this.close();
  }
}
