// Items come in from a file, and go out as one.

import { getText, post } from "../api.js";
import { parse } from "../csv.js";
import { html, useEffect, useState } from "../html.js";
import { Drop } from "../parts/drop.js";
import { Form, useHere, useKeys } from "../parts/form.js";
import { JobState, Progress, ended, useJob } from "../parts/job.js";
import { Table } from "../parts/list.js";
import { ProblemBox } from "../parts/problem.js";
import { say } from "../parts/toasts.js";
import { filter, href } from "../router.js";
import { contentUrl } from "../upload.js";
import { transfers as words } from "../words/transfers.js";

const SHOWN = 200; // rows of a report

export default function Transfers({ query, title }) {
  return html`
    <h1>${title}</h1>
    <article><${Import} id=${query.import} /></article>
    <article><${Export} id=${query.export} /></article>
  `;
}

function Import({ id }) {
  const isHere = useHere();
  const begin = async (file) => {
    const format = file.content_type === "text/csv" ? "csv" : "jsonl";
    const job = await post("/imports", { file_id: file.id, format });
    if (isHere()) filter({ import: job.id });
    else say(words.begun);
  };
  return html`
    <h2>${words.import}</h2>
    ${id
      ? html`<${Followed} key=${id} id=${id} done=${(job) => html`<${Report} ...${job.result} />`} />
          <button class="outline" onClick=${() => filter({ import: "" })}>${words.again}</button>`
      : html`<p>${words.importDetail}</p>
          <${Drop} label=${words.choose} accept=".csv,.jsonl" ready=${begin} />`}
  `;
}

function Export({ id }) {
  const isHere = useHere();
  const keys = useKeys();
  const begin = async (body) => {
    const job = await post("/exports", body, { key: keys.of(body) });
    keys.renew();
    if (isHere()) filter({ export: job.id });
  };
  return html`
    <h2>${words.export}</h2>
    <${Form} send=${begin} submit=${words.begin} initial=${{ kind: "items", format: "csv" }}>
      ${(form) => html`
        <div class="row">
          <${Choice} form=${form} name="kind" options=${["items", "account"]} />
          <${Choice} form=${form} name="format" options=${["csv", "jsonl"]} />
        </div>
      `}
    <//>
    ${id && html`<${Followed} key=${id} id=${id} done=${(job) => html`<${Made} ...${job.result} />`} />`}
  `;
}

function Choice({ form, name, options }) {
  return html`
    <label>${words[name]}
      <select name=${name} onChange=${({ target }) => form.set(name, target.value)}>
        ${options.map((value) => html`
          <option value=${value} selected=${form.values[name] === value}>${words[value]}</option>`)}
      </select>
    </label>
  `;
}

function Followed({ id, done }) {
  const { job, problem } = useJob(id);
  if (problem && !job) return html`<${ProblemBox} problem=${problem} />`;
  if (!job) return html`<p aria-busy="true"></p>`;
  return html`
    <p role="status"><${JobState} job=${job} /> <${Progress} job=${job} />
      <a href=${href(`/jobs/${id}`)}>${words.job}</a></p>
    ${job.state === "succeeded" && done(job)}
    ${ended(job) && job.state !== "succeeded" && html`<p class="error">${words.failed} ${job.message}</p>`}
  `;
}

function Made({ file_id: id, rows }) {
  return html`<p>${words.exportReady({ rows })} <${Download} id=${id} text=${words.download} /></p>`;
}

function Report({ report, ...counts }) {
  const [rows, setRows] = useState(null);
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    if (counts.refused) read(report.file_id).then(setRows, setProblem);
  }, [report.file_id]);
  return html`
    <p>${words.counts(counts)} ${counts.refused > 0 && html`<${Download} id=${report.file_id} text=${words.downloadReport} />`}</p>
    <${ProblemBox} problem=${problem} />
    ${rows && html`
      <h3>${words.refused}</h3>
      <${Table} label=${words.refused} head=${[words.line, words.column, words.code, words.message]}>
        ${rows.slice(0, SHOWN).map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>`)}
      <//>
      ${rows.length > SHOWN && html`<p>${words.someOf(SHOWN, rows.length)}</p>`}
    `}
  `;
}

const read = async (id) => parse(await getText(await contentUrl(id))).slice(1);

function Download({ id, text }) {
  const [problem, setProblem] = useState(null);
  const go = () => contentUrl(id).then((url) => location.assign(url), setProblem);
  return html`<button class="outline" onClick=${go}>${text}</button><${ProblemBox} problem=${problem} />`;
}
