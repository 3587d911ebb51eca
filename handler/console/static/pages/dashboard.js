// How the deployment is doing: charts over a stretch of time, what is late, what is dead.

import { get } from "../api.js";
import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { Choice, CopyLink, useRepeated } from "../parts/admin.js";
import { Events } from "../parts/events.js";
import { ProblemBox } from "../parts/problem.js";
import { When } from "../parts/shown.js";
import { Plot } from "../plot.js";
import { href } from "../router.js";
import { useLive } from "../updates.js";
import { admin as words } from "../words/admin.js";
import { words as frame } from "../words/frame.js";

const LOOKS = { often: 60, live: 300 }; // seconds: counters are told each minute
const MOST = 100; // jobs of a state that are looked at
const RANGES = { hour: ["minute", 60, 60], day: ["hour", 24, 3_600], month: ["day", 30, 86_400] };
// Charts: their titles, and what each line is called and counts.
const CHARTS = Object.entries({
  requests: { requests: "requests" },
  errors: { refusals: "refusals", faults: "faults" },
  jobs: Object.fromEntries(["enqueued", "succeeded", "retried", "dead", "cancelled"].map((name) => [name, `jobs_${name}`])),
  sockets: { opened: "sockets_opened", ended: "sockets_ended" },
  live: { frames: "frames", posts: "posts" },
});

export default function Dashboard({ query: { range = "day" }, title }) {
  const [{ known, problem }, tell] = useState({});
  const turn = useRef(0);
  const look = useCallback(async () => {
    const mine = (turn.current += 1);
    const told = await read(RANGES[range] || RANGES.day).then((known) => ({ known }), (problem) => ({ problem }));
    if (mine === turn.current) tell(told);
  }, [range]);
  useEffect(() => void look(), [look]);
  const [pause, paused] = useRepeated(look, LOOKS);
  useLive(!paused && "dashboard", { event: look, again: look });
  const { hour, day, month } = words;
  return html`
    <div class="row"><h1>${title}</h1>
      <${Choice} name="range" label=${words.range} options=${{ hour, day, month }} value=${range} />
      <${CopyLink} />${pause}
    </div>
    <${ProblemBox} problem=${problem} retry=${look} />
    ${known ? html`<${Shown} ...${known} />` : !problem && html`<p aria-busy="true">${frame.loading}</p>`}
  `;
}

function Shown({ times, items, late, dead, events }) {
  const found = new Map(items.map(({ at, counters }) => [Date.parse(at) / 1000, counters]));
  const series = (names) =>
    Object.fromEntries(Object.entries(names).map(([said, name]) => [said, times.map((time) => found.get(time)?.[name] ?? 0)]));
  const { milliseconds, requests } = series({ milliseconds: "milliseconds", requests: "requests" });
  const latency = requests.map((count, index) => (count ? Math.round(milliseconds[index] / count) : null));
  return html`
    <dl class="facts">
      <div><dt>${words.oldest}</dt><dd>${late
        ? html`<a href=${href(`/admin/jobs/${late.id}`)}>${late.name}</a> <${When} at=${late.due_at} />`
        : words.nobodyWaits}</dd></div>
      <div><dt>${words.deadJobs}</dt><dd><a href=${href("/admin/jobs?state=dead")}>
        ${dead < MOST ? dead : words.orMore(dead)}</a></dd></div>
    </dl>
    <div class="charts">
      ${CHARTS.map(([name, names]) => html`<${Plot} key=${name} title=${words[name]} times=${times} series=${series(names)} />`)}
      <${Plot} title=${words.latency} times=${times} series=${{ latency }} />
    </div>
    <div class="row"><h2>${words.security}</h2> <a href=${href("/admin/audit")}>${words.clear}</a></div>
    <${Events} items=${events} label=${words.security} />
  `;
}

async function read([step, count, length]) {
  const end = Math.floor(Date.now() / 1000 / length) * length;
  const times = Array.from({ length: count }, (_, index) => end - (count - 1 - index) * length);
  const [queued, retrying, dead, audit, counted] = await Promise.all([
    get("/admin/jobs", { state: "queued", limit: MOST }),
    get("/admin/jobs", { state: "retrying", limit: MOST }),
    get("/admin/jobs", { state: "dead", limit: MOST }),
    get("/admin/audit", { limit: 8 }),
    get("/admin/counters", { step, from: new Date(times[0] * 1000).toISOString(), to: new Date().toISOString() }),
  ]);
  return {
    times,
    items: counted.items,
    late: longestLate([...queued.items, ...retrying.items]),
    dead: dead.items.length,
    events: audit.items,
  };
}

// The job that has waited longest for somebody to run it, if any has.
function longestLate(jobs) {
  const [first] = jobs.toSorted((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at));
  return first && Date.parse(first.due_at) < Date.now() ? first : null;
}
