// One job: how far it is, what it returned, what went wrong; cancel it.

import { html } from "../html.js";
import { Cancel, JobState, Progress, useJob } from "../parts/job.js";
import { ProblemBox } from "../parts/problem.js";
import { Copy, When } from "../parts/shown.js";
import { words as frame } from "../words/frame.js";
import { jobs as words } from "../words/jobs.js";

export default function Job({ params: { id }, title }) {
  const { job, problem, look } = useJob(id);
  if (!job) {
    return html`<h1>${title}</h1>${problem
      ? html`<${ProblemBox} problem=${problem} />`
      : html`<p aria-busy="true">${frame.loading}</p>`}`;
  }
  return html`
    <div class="row"><h1>${job.name}</h1> <span role="status"><${JobState} job=${job} /></span></div>
    <p class="muted"><code>${job.id}</code> <${Copy} text=${job.id} /></p>
    <${ProblemBox} problem=${problem} />
    <p><${Progress} job=${job} /></p>
    <${Times} job=${job} />
    ${job.error && html`<p class="error"><strong>${job.error}</strong> ${job.message}</p>`}
    ${job.result != null && html`<h2>${words.result}</h2><pre>${JSON.stringify(job.result, null, 2)}</pre>`}
    ${job.failures.length > 0 && html`<${Failures} failures=${job.failures} />`}
    <${Cancel} job=${job} done=${look} />
  `;
}

const TIMES = { created: "created_at", due: "due_at", started: "started_at", ended: "ended_at" };

function Times({ job }) {
  return html`
    <dl class="facts">
      ${Object.entries(TIMES).map(([word, field]) => job[field] && html`
        <div><dt>${words[word]}</dt><dd><${When} at=${job[field]} /></dd></div>`)}
      <div><dt>${words.attempts}</dt><dd>${job.attempts}</dd></div>
    </dl>
  `;
}

function Failures({ failures }) {
  return html`
    <h2>${words.failures}</h2>
    <ol class="timeline">
      ${failures.map(({ attempt, at, error, message }) => html`
        <li><strong>${words.attempt(attempt)}</strong> <${When} at=${at} /><br />
          <code>${error}</code> ${message}</li>`)}
    </ol>
  `;
}
