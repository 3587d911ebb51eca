// The own jobs, newest first. Open ones are followed.

import { html, useEffect } from "../html.js";
import { listen } from "../live.js";
import { JobState, Progress, ended } from "../parts/job.js";
import { List, Table, usePages } from "../parts/list.js";
import { When } from "../parts/shown.js";
import { filter, href } from "../router.js";
import { titles } from "../words/frame.js";
import { jobs as words } from "../words/jobs.js";

const EVERY = 3_000; // milliseconds between looks while anything is open

export default function Jobs({ query: { state }, title }) {
  const list = usePages("/jobs", { state });
  const open = list.items.some((job) => !ended(job));
  useEffect(() => listen("me", list.reload), [state]);
  useEffect(() => {
    if (!open || list.busy) return undefined;
    const timer = setTimeout(list.reload, EVERY);
    return () => clearTimeout(timer);
  }, [list.items, list.busy]);
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
          ${items.map((job) => html`<${Row} key=${job.id} job=${job} />`)}
        <//>
      `}
    <//>
  `;
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
