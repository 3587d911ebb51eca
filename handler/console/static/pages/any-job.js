// Anybody's job: what it was given, what happened to it and when; cancel it, or let it begin anew.

import { html } from "../html.js";
import { CopyLink } from "../parts/admin.js";
import { Cancel, JobState, Progress, useJob } from "../parts/job.js";
import { ProblemBox } from "../parts/problem.js";
import { RedriveSome } from "../parts/redrive.js";
import { Copy, When } from "../parts/shown.js";
import { href } from "../router.js";
import { admin as words } from "../words/admin.js";
import { words as frame } from "../words/frame.js";
import { jobs } from "../words/jobs.js";

export default function AnyJob({ params: { id }, title }) {
  const { job, problem, look } = useJob(id, `/admin/jobs/${id}`);
  if (!job) {
    return html`<h1>${title}</h1>${problem
      ? html`<${ProblemBox} problem=${problem} />`
      : html`<p aria-busy="true">${frame.loading}</p>`}`;
  }
  return html`
    <div class="row"><h1>${job.name} <${JobState} job=${job} /></h1><${CopyLink} /></div>
    <${ProblemBox} problem=${problem} />
    <p class="muted"><code>${job.id}</code> <${Copy} text=${job.id} /></p>
    <${Facts} job=${job} />
    <p><${Progress} job=${job} /></p>
    <div class="row">
      ${job.state === "dead" && html`<${RedriveSome} ids=${[id]} done=${look} />`}
      <${Cancel} job=${job} done=${look} />
    </div>
    <h2>${words.timeline}</h2>
    <${Timeline} job=${job} />
    <${Value} title=${words.arguments} value=${job.arguments} />
    <${Value} title=${jobs.result} value=${job.result} />
  `;
}

function Facts({ job }) {
  const links = { owner: `/admin/users/${job.owner}`, parent: `/admin/jobs/${job.parent}` };
  return html`
    <dl class="facts">
      <div><dt>${jobs.attempts}</dt><dd>${job.attempts}</dd></div>
      ${Object.entries(links).map(([name, path]) => job[name] && html`
        <div><dt>${words[name]}</dt><dd><a href=${href(path)}>${job[name]}</a></dd></div>`)}
    </dl>
  `;
}

function Timeline({ job }) {
  const times = ["created", "due", "started", "ended"].map((name) => ({ at: job[`${name}_at`], text: jobs[name] }));
  const failures = job.failures.map(({ at, attempt, error, message }) => ({
    at,
    text: `${jobs.attempt(attempt)}: ${error} ${message}`,
  }));
  const points = [...times, ...failures].filter(({ at }) => at);
  points.sort((one, other) => one.at.localeCompare(other.at));
  return html`<ol>${points.map(({ at, text }) => html`<li><${When} at=${at} /> ${text}</li>`)}</ol>`;
}

const Value = ({ title, value }) =>
  value != null && html`<h2>${title}</h2><pre>${JSON.stringify(value, null, 2)}</pre>`;
