// What each day has brought, for moderators.

import { get } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { CopyLink } from "../parts/admin.js";
import { Table } from "../parts/list.js";
import { ProblemBox } from "../parts/problem.js";
import { money } from "../parts/shown.js";
import { admin as words } from "../words/admin.js";
import { words as frame } from "../words/frame.js";

const HEAD = [words.dayOf, words.newAccounts, words.brought, words.activity];

export default function Reports({ title }) {
  const [{ items, problem }, tell] = useState({});
  useEffect(() => {
    get("/reports/daily").then(tell, (problem) => tell({ problem }));
  }, []);
  return html`
    <div class="row"><h1>${title}</h1><${CopyLink} /></div>
    <${ProblemBox} problem=${problem} />
    ${!items && !problem && html`<p aria-busy="true">${frame.loading}</p>`}
    ${items?.length === 0 && html`<div class="empty">${words.emptyReports}</div>`}
    ${items?.length > 0 && html`
      <${Table} label=${title} head=${HEAD}>
        ${items.toReversed().map((one) => html`<${Day} key=${one.day} one=${one} />`)}
      <//>`}
  `;
}

function Day({ one }) {
  return html`
    <tr>
      <td>${one.day}</td>
      <td>${one.accounts}</td>
      <td>${Object.entries(one.features).map(([name, { counts, value }]) => html`
        <div>${name}: ${listed(counts)} ${worth(value)}</div>`)}</td>
      <td>${listed(one.activity)}</td>
    </tr>
  `;
}

const listed = (counts) => Object.entries(counts).map(([name, count]) => `${name} ${count}`).join(", ");

const worth = (value) => Object.entries(value).map(([currency, sum]) => money(sum, currency)).join(" + ");
