// Everybody's jobs: open ones as they come, dead ones by name and error, to be redriven.

import { get } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { Choice, CopyLink, Search, useRepeated } from "../parts/admin.js";
import { JobState, Progress } from "../parts/job.js";
import { List, Table, usePages } from "../parts/list.js";
import { RedriveMatching, RedriveSome } from "../parts/redrive.js";
import { When } from "../parts/shown.js";
import { filter, href } from "../router.js";
import { useLooks } from "../updates.js";
import { admin as words } from "../words/admin.js";
import { jobs } from "../words/jobs.js";

const LOOKS = { often: 3 }; // seconds: nobody tells of everybody's jobs
const COUNTS = { often: 6 };
const MOST = 100; // jobs that are looked at for counting
const SHOWN = ["queued", "running", "retrying", "waiting", "dead"];
const ENDS = ["enqueued", "succeeded", "retried", "dead", "cancelled"];

const STATES = Object.fromEntries(["open", ...SHOWN].map((name) => [name, jobs.states[name] || words[name]]));

export default function AllJobs({ query: { state = "open", name, error }, title }) {
  const isDead = state === "dead";
  const list = usePages("/admin/jobs", { state, name, error: isDead ? error : undefined });
  const [marked, choose] = useState([]);
  const chosen = marked.filter((id) => list.items.some((job) => job.id === id));
  const [pause, paused] = useRepeated(list.reload, LOOKS);
  const again = () => {
    choose([]);
    list.reload();
  };
  const Rows = isDead ? Dead : Open;
  return html`
    <div class="row"><h1>${title}</h1><${CopyLink} />${pause}</div>
    <${Counts} paused=${paused} />
    <div class="row">
      <${Choice} name="state" label=${words.state} options=${STATES} value=${state} also=${{ error: "" }} />
      ${isDead && list.items.length > 0 && html`<${RedriveMatching} ...${{ name, error, done: again }} />`}
      ${chosen.length > 0 && html`<${RedriveSome} ids=${chosen} label=${words.chosen(chosen.length)} done=${again}
        began=${(id) => choose((marked) => marked.filter((one) => one !== id))} />`}
    </div>
    <${Search} fields=${isDead ? { name: words.name, error: words.error } : { name: words.name }} query=${{ name, error }} />
    <${List} list=${list} empty=${isDead ? words.emptyDead : words.emptyOpen}>
      ${(items) => html`<${Rows} ...${{ items, chosen, choose, again, label: title }} />`}
    <//>
  `;
}

// How many there are in each state, and what became of jobs in the last day.
function Counts({ paused }) {
  const [{ states, day }, tell] = useState({});
  const look = () => read().then(tell, () => tell({})); // the list says what is wrong
  useEffect(() => void look(), []);
  useLooks(look, { ...COUNTS, needed: !paused });
  return states && html`
    <${Facts} label=${words.counts} values=${states} />
    <${Facts} label=${words.lastDay} values=${day} />
  `;
}

const Facts = ({ label, values }) => html`
  <h2 class="muted">${label}</h2>
  <dl class="facts">
    ${Object.entries(values).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>
`;

async function read() {
  const [open, dead, stats] = await Promise.all([
    get("/admin/jobs", { limit: MOST }),
    get("/admin/jobs", { state: "dead", limit: MOST }),
    get("/admin/jobs/stats"),
  ]);
  const count = (page, state) => {
    const found = page.items.filter((job) => job.state === state).length;
    return page.next ? `${found}+` : found;
  };
  const sum = (name) => stats.items.reduce((found, one) => found + one[name], 0);
  return {
    states: Object.fromEntries(SHOWN.map((name) => [jobs.states[name], count(name === "dead" ? dead : open, name)])),
    day: Object.fromEntries(ENDS.map((name) => [words.series[name], sum(name)])),
  };
}

const Job = ({ job }) => html`<a href=${href(`/admin/jobs/${job.id}`)}>${job.name}</a>`;

function Open({ items, label }) {
  return html`
    <${Table} label=${label} head=${[jobs.job, words.state, jobs.progress, words.owner, jobs.due]}>
      ${items.map((job) => html`
        <tr key=${job.id}>
          <td><${Job} job=${job} /></td>
          <td><${JobState} job=${job} /></td>
          <td><${Progress} job=${job} /></td>
          <td>${job.owner && html`<a href=${href(`/admin/users/${job.owner}`)}>${job.owner}</a>`}</td>
          <td><${When} at=${job.due_at} /></td>
        </tr>`)}
    <//>
  `;
}

function Dead({ items, chosen, choose, again, label }) {
  const groups = Object.entries(Object.groupBy(items, ({ name, error }) => `${name} ${error}`));
  const toggle = (id) => choose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  return groups.map(([key, members]) => {
    const [{ name, error }] = members;
    return html`
      <section key=${key} aria-label=${key}>
        <div class="row">
          <h2>${name} <small class="badge bad">${error}</small> ${members.length}</h2>
          <button class="link" onClick=${() => filter({ name, error })}>${words.search}</button>
          <${RedriveMatching} ...${{ name, error, label: words.redrive, done: again }} />
        </div>
        <${Table} label=${`${label}: ${key}`} head=${[words.choice, jobs.job, jobs.attempts, words.details, jobs.ended]}>
          ${members.map((job) => html`
            <tr key=${job.id}>
              <td><input type="checkbox" aria-label=${job.id} checked=${chosen.includes(job.id)} onChange=${() => toggle(job.id)} /></td>
              <td><${Job} job=${job} /></td>
              <td>${job.attempts}</td>
              <td>${job.message}</td>
              <td><${When} at=${job.ended_at} /></td>
            </tr>`)}
        <//>
      </section>`;
  });
}
