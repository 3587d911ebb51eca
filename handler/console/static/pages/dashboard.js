// How the deployment is doing: charts over a stretch of time, what is late, what is dead.

import { get } from "../api.js";
import { html, useCallback, useEffect, useState } from "../html.js";
import { Choice, CopyLink, useRepeated } from "../parts/admin.js";
import { Events } from "../parts/events.js";
import { ProblemBox } from "../parts/problem.js";
import { When } from "../parts/shown.js";
import { Plot } from "../plot.js";
import { href } from "../router.js";
import { admin as words } from "../words/admin.js";
import { words as frame } from "../words/frame.js";

const EVERY = 10; // seconds between looks
const MOST = 100; // dead jobs that are counted
const RANGES = { hour: ["minute", 60, 60], day: ["hour", 24, 3_600], month: ["day", 30, 86_400] };
const COUNTERS = ["requests", "milliseconds", "refusals", "faults"];
const JOBS = ["enqueued", "succeeded", "retried", "dead", "cancelled"];

export default function Dashboard({ query: { range = "day" }, title }) {
  const [{ known, problem }, tell] = useState({});
  const look = useCallback(
    () => read(RANGES[range] || RANGES.day).then((known) => tell({ known }), (problem) => tell({ problem })),
    [range],
  );
  useEffect(() => void look(), [look]);
  const pause = useRepeated(look, EVERY);
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

function Shown({ times, counted, jobs, late, dead, events }) {
  const { requests, milliseconds, refusals, faults } = counted;
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
      <${Plot} title=${words.requests} times=${times} series=${{ requests }} />
      <${Plot} title=${words.errors} times=${times} series=${{ refusals, faults }} />
      <${Plot} title=${words.latency} times=${times} series=${{ latency }} />
      <${Plot} title=${words.jobs} times=${times} series=${jobs} />
    </div>
    <div class="row"><h2>${words.security}</h2> <a href=${href("/admin/audit")}>${words.clear}</a></div>
    <${Events} items=${events} label=${words.security} />
  `;
}

async function read([step, count, length]) {
  const end = Math.floor(Date.now() / 1000 / length) * length;
  const times = Array.from({ length: count }, (_, index) => end - (count - 1 - index) * length);
  const query = { step, from: iso(times[0]), to: new Date().toISOString() };
  const [open, dead, audit, stats, ...series] = await Promise.all([
    get("/admin/jobs", { limit: 1 }),
    get("/admin/jobs", { state: "dead", limit: MOST }),
    get("/admin/audit", { limit: 8 }),
    get("/admin/jobs/stats", query),
    ...COUNTERS.map((name) => get("/admin/metrics", { name, ...query })),
  ]);
  const filled = (items, field) => {
    const found = new Map(items.map((one) => [Date.parse(one.at) / 1000, one[field]]));
    return times.map((time) => found.get(time) ?? 0);
  };
  return {
    times,
    counted: Object.fromEntries(series.map(({ name, items }) => [name, filled(items, "value")])),
    jobs: Object.fromEntries(JOBS.map((name) => [name, filled(stats.items, name)])),
    late: open.items.find(({ due_at }) => Date.parse(due_at) < Date.now()),
    dead: dead.items.length,
    events: audit.items,
  };
}

const iso = (seconds) => new Date(seconds * 1000).toISOString();
