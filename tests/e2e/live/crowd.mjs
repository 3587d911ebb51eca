// Many sockets on one channel, each with the client for browsers, and events said by one of them.
//
// Reads {url, tokens, sockets, events} and writes how many have heard what: sockets that heard all
// events once in the order in which they were said, and the least and most that one has heard.

import { text } from "node:stream/consumers";

import { Live } from "../../../handler/console/static/live.js";

const CHANNEL = "probe";
const TOGETHER = 20; // sockets that are opened at a time
const PAUSE = 60; // milliseconds between events: a socket may send 20 frames a second
const PATIENCE = 240_000; // milliseconds without any progress after which events are lost

const { url, tokens, sockets, events } = JSON.parse(await text(process.stdin));
const heard = [];
const after = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
globalThis.reportError = console.error;

const asking = (token) => async (method, path) => {
  const answer = await fetch(url + path, { method, headers: { Authorization: `Bearer ${token}` } });
  if (answer.ok) return answer.json();
  throw Object.assign(new Error(`${path}: ${answer.status}`), { status: answer.status });
};

function join(token) {
  const live = new Live(asking(token));
  const numbers = [];
  heard.push(numbers);
  return new Promise((resolve) => {
    const event = (one) => numbers.push(one.data.body.number);
    live.listen(CHANNEL, { event, begun: () => resolve(live) });
  });
}

// What is not acknowledged in time has been said or not: the count will show.
const say = (number) =>
  crowd[0].publish(CHANNEL, { number }).catch(({ code }) => {
    if (code !== "unanswered") throw new Error(code);
  });

const crowd = [];
const waiting = tokens.flatMap((token) => Array(sockets).fill(token));
while (waiting.length) crowd.push(...(await Promise.all(waiting.splice(-TOGETHER).map(join))));

const begun = Date.now();
for (let number = 0; number < events; number++) {
  await Promise.all([say(number), after(PAUSE)]);
}

const count = () => heard.reduce((sum, numbers) => sum + numbers.length, 0);
let [known, since] = [count(), Date.now()];
while (known < crowd.length * events && Date.now() - since < PATIENCE) {
  await after(500);
  if (count() > known) [known, since] = [count(), Date.now()];
}
const seconds = (Date.now() - begun) / 1000;
await after(2_000); // for whatever would come twice

const said = JSON.stringify(Array.from({ length: events }, (_, number) => number));
const whole = heard.filter((numbers) => JSON.stringify(numbers) === said).length;
const lengths = heard.map((numbers) => numbers.length);
const [least, most] = [Math.min(...lengths), Math.max(...lengths)];
console.log(JSON.stringify({ sockets: crowd.length, whole, least, most, seconds }));
process.exit();
