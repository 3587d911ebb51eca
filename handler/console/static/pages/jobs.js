// The own jobs, newest first. Open ones are followed.

import { html } from "../html.js";
import { JobState, Progress, ended } from "../parts/job.js";
import { List, Table, set, usePages } from "../parts/list.js";
import { When } from "../parts/shown.js";
import { filter, href } from "../router.js";
import { useLive, useLooks } from "../updates.js";
import { titles } from "../words/frame.js";
import { jobs as words } from "../words/jobs.js";

const LOOKS = { often: 3, live: 60 }; // seconds

export default function Jobs({ query: { state }, title }) {
  const list = usePages("/jobs", { state });
  useLooks(list.reload, { ...LOOKS, needed: list.items.some((job) => !ended(job)) });
  useLive("me", {
    event({ type, data }) {
      if (type === "job.changed") list.change(fits(data, state) ? set(data) : without(data));
    },
    again: list.reload,
  });
  return html`
    <div class="row">
      <h1>${title}</h1>
      <select aria-label=${words.state} onChange=${({ target }) => filter({ state: target.value })}>
        <option value="" selected=${!state}>${words.any}</option>
        ${Object.entries(words.states).map(([value, text]) => html`
          <option value=${value} selected=${value === state}>${text}</option>`)}
      </select>
    </div>
    <${List} list=${list} empty=${state ? words.emptyFor : html`${words.empty} <a href=${href("/transfers")}>${titles.transfers}</a>`}>
      ${(items) => html`
        <${Table} label=${title} head=${[words.job, words.state, words.progress, words.created]}>
          ${items.map(row)}
        <//>
      `}
    <//>
  `;
}

const fits = (job, state) => !state || job.state === state;
const without = ({ id }) => (items) => items.filter((job) => job.id !== id);

// The same row for the same state of a job: of two hundred only the one that has changed is drawn.
const rows = new WeakMap();
function row(job) {
  if (!rows.has(job)) rows.set(job, html`<${Row} key=${job.id} job=${job} />`);
  return rows.get(job);
}

function Row({ job }) {
  return html`
    <tr>
      <td><a href=${href(`/jobs/${job.id}`)}>${job.name}</a></td>
      <td><${JobState} job=${job} /></td>
      <td><${Progress} job=${job} /></td>
      <td><${When} at=${job.created_at} /></td>
    </tr>
  `;
}
