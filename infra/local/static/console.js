// The pages of developers, which the console shows where a twin answers. They are made with the
// console's own parts, so that nothing of theirs is in a deployment.

import { words } from "./words.js";

const REQUESTS = "/_local/requests";

export function make(kit) {
  const { html, useEffect, useState, get, post, filter, href, say } = kit;
  const { Choice, Confirm, Copy, CopyLink, ProblemBox, State, Table, When } = kit;

  function Twin({ page = "mail", query }) {
    const Page = { mail: Mail, requests: Requests, schedule: Schedule, tables: Tables }[page];
    return html`
      <nav class="tabs" aria-label=${words.twin}><ul>
        ${["mail", "requests", "schedule", "tables"].map((name) => html`
          <li><a href=${href(`/local/${name}`)} aria-current=${name === page ? "page" : null}>${words[name]}</a></li>`)}
      </ul></nav>
      ${Page
        ? html`<div class="row"><h1>${words[page]}</h1><${CopyLink} /></div><${Page} key=${page} query=${query} />`
        : html`<h1>${words.nothing}</h1>`}
    `;
  }

  // What a path answers, to be asked again; or what there is to see until it has.
  function useAnswer(path, query = {}) {
    const [known, tell] = useState({});
    const look = () => get(path, query).then((body) => tell({ body }), (problem) => tell({ problem: told(problem) }));
    useEffect(() => void look(), [path, JSON.stringify(query)]);
    return { ...known, look };
  }

  const told = (problem) =>
    Object.assign(problem, { title: problem.title || words.refused, detail: problem.detail || words.refusedDetail });

  function Until({ known, children }) {
    if (known.problem) return html`<${ProblemBox} problem=${known.problem} retry=${known.look} />`;
    return known.body ? children(known.body) : html`<p aria-busy="true">…</p>`;
  }

  const Again = ({ look }) => html`<button class="outline" onClick=${look}>${words.again}</button>`;
  const Code = ({ value }) => html`<pre>${typeof value === "string" ? value : JSON.stringify(value, null, 2)}</pre>`;

  function Mail({ query: { to } }) {
    const known = useAnswer("/_local/mail", { to });
    return html`
      <p><${Again} look=${known.look} /></p>
      <${Until} known=${known}>${({ items }) => items.length
        ? items.map((mail) => html`
          <article key=${mail.id}>
            <h2>${mail.subject}</h2>
            <p class="muted">${mail.to} <${When} at=${mail.at} /></p>
            <p class="prose">${linked(mail.text)}</p>
          </article>`)
        : html`<div class="empty">${words.noMail}</div>`}<//>
    `;
  }

  // Addresses in a text as links; what is between them stays text.
  function linked(text) {
    return text.split(/(https?:\/\/[^\s<>"']+)/).map((part, index) =>
      index % 2 ? html`<a href=${part}>${part}</a>` : part,
    );
  }

  function Requests({ query }) {
    return query.id
      ? html`<${Invocation} key=${query.id} id=${query.id} />`
      : html`<${Invocations} name=${query.function || "api"} />`;
  }

  function Invocations({ name }) {
    const known = useAnswer(REQUESTS, { function: name });
    return html`<${Until} known=${known}>${({ functions, items }) => html`
      <div class="row">
        <${Choice} name="function" label=${words.function} options=${Object.fromEntries(functions.map((one) => [one, one]))} value=${name} />
        <${Again} look=${known.look} />
      </div>
      ${items.length === 0 && html`<div class="empty">${words.noRequests}</div>`}
      ${items.length > 0 && html`
        <${Table} label=${words.requests} head=${[words.what, words.status, "ms", words.calls, words.units, words.at]}>
          ${items.map((one) => html`
            <tr key=${one.id}>
              <td><a href=${href(`/local/requests?id=${one.id}`)}>${named(one)}</a></td>
              <td><${Ending} one=${one} /></td>
              <td class="number">${one.ms}</td>
              <td class="number">${one.calls}</td>
              <td class="number">${units(one)}</td>
              <td><${When} at=${one.at} /></td>
            </tr>`)}
        <//>`}`}<//>`;
  }

  const named = ({ method, path, function: name }) => (method ? `${method} ${path}` : name);
  const units = ({ reads, writes }) => `${reads} + ${writes}`;

  function Ending({ one: { failure, status, ms } }) {
    if (failure) return html`<${State} state="dead">${words.failed}<//>`;
    return status ?? (ms === null ? words.running : words.done);
  }

  function Invocation({ id }) {
    const known = useAnswer(`${REQUESTS}/${id}`);
    const [asking, ask] = useState(false);
    const replay = async () => {
      const again = await post(`${REQUESTS}/${id}/replay`).catch((problem) => Promise.reject(told(problem)));
      filter({ id: again.id });
    };
    return html`<${Until} known=${known}>${(one) => html`
      <p><a href=${href(`/local/requests?function=${one.function}`)}>${words.requests}: ${one.function}</a></p>
      <h2>${named(one)} <${Ending} one=${one} /></h2>
      <p class="muted"><code>${one.id}</code> <${Copy} text=${one.id} /> <${When} at=${one.at} /> ${one.ms} ms</p>
      ${one.event !== null && html`<p><button class="outline" onClick=${() => ask(true)}>${words.replay}</button></p>`}
      <h2>${words.calls} <small class="muted">${words.units}: ${units(one)}</small></h2>
      ${one.made.length ? html`<${Calls} made=${one.made} />` : html`<p class="muted">${words.noCalls}</p>`}
      ${one.failure && html`<h2>${words.failed}</h2><${Code} value=${one.failure} />`}
      <h2>${words.event}</h2>${one.event === null ? words.tooLarge : html`<${Code} value=${one.event} />`}
      <h2>${words.answer}</h2><${Code} value=${one.answer} />
      ${asking && html`<${Confirm} title=${words.replay} yes=${words.replay} run=${replay} close=${() => ask(false)}>
        <p>${words.replayDetail}</p><//>`}`}<//>`;
  }

  function Calls({ made }) {
    return html`
      <${Table} label=${words.calls} head=${[words.service, words.operation, words.about, words.status, words.units, "ms"]}>
        ${made.map((call) => html`
          <tr>
            <td>${call.service}</td>
            <td>${call.operation}</td>
            <td>${call.about}</td>
            <td>${call.status}</td>
            <td class="number">${call.service === "dynamodb" ? units(call) : ""}</td>
            <td class="number">${call.ms}</td>
          </tr>`)}
      <//>`;
  }

  function Schedule() {
    const known = useAnswer("/_local/schedule");
    const [problem, setProblem] = useState(null);
    const run = (name) =>
      post(`/_local/schedule/${name}/run`).then(
        ({ job }) => say(words.enqueued(job.id)),
        (problem) => setProblem(told(problem)),
      );
    return html`
      <${ProblemBox} problem=${problem} />
      <${Until} known=${known}>${({ crons }) => html`
        <${Table} label=${words.schedule} head=${[words.job, words.times, words.queue, words.runNow]}>
          ${crons.map(({ name, cron, queue }) => html`
            <tr key=${name}>
              <td>${name}</td>
              <td><code>${cron}</code></td>
              <td>${queue}</td>
              <td><button class="outline" aria-label=${`${words.runNow}: ${name}`} onClick=${() => run(name)}>${words.runNow}</button></td>
            </tr>`)}
        <//>`}<//>`;
  }

  function Tables({ query: { table, partition, after } }) {
    const known = useAnswer("/_local/tables");
    return html`<${Until} known=${known}>${({ tables }) => html`
      <div class="row">
        <${Choice} name="table" label=${words.table} options=${Object.fromEntries(tables.map((one) => [one, one]))} value=${table || tables[0]} also=${{ partition: "", after: "" }} />
      </div>
      <${Rows} ...${{ table: table || tables[0], partition, after }} />`}<//>`;
  }

  function Rows({ table, partition, after }) {
    const known = useAnswer(`/_local/tables/${table}`, { partition, after });
    const search = (event) => {
      event.preventDefault();
      filter({ partition: event.target.elements.partition.value, after: "" });
    };
    return html`<${Until} known=${known}>${({ key, items, next }) => html`
      <form class="row" onSubmit=${search}>
        <input type="search" name="partition" aria-label=${key} placeholder=${key} defaultValue=${partition || ""} />
        <button type="submit" class="outline">${words.search}</button>
        <${Again} look=${known.look} />
      </form>
      ${items.length === 0 && html`<div class="empty">${words.noRows}</div>`}
      ${items.map((row) => html`<pre tabindex="0" key=${JSON.stringify(row)}>${JSON.stringify(plain(row), null, 1)}</pre>`)}
      <div class="row">
        ${after && html`<button class="outline" onClick=${() => filter({ after: "" })}>${words.first}</button>`}
        ${next && html`<button class="outline" onClick=${() => filter({ after: next })}>${words.next}</button>`}
      </div>`}<//>`;
  }

  // Texts as they are; everything else as DynamoDB writes it, so that its type is seen.
  const plain = (row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.S ?? value]));

  return Twin;
}
