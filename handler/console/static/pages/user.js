// One account: its role, whether it may sign in, and what was done to it.

import { ask } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { CopyLink } from "../parts/admin.js";
import { Confirm } from "../parts/dialog.js";
import { Events } from "../parts/events.js";
import { List, usePages } from "../parts/list.js";
import { ProblemBox } from "../parts/problem.js";
import { Copy, When } from "../parts/shown.js";
import { navigate } from "../router.js";
import { admin as words } from "../words/admin.js";
import { words as frame } from "../words/frame.js";
import { Standing } from "./users.js";

export default function User({ params: { id }, title }) {
  const [known, tell] = useState({});
  const [wanted, want] = useState(null);
  const events = usePages("/admin/audit", { subject: id });
  useEffect(() => {
    ask("GET", `/admin/users/${id}`).then(tell, (problem) => tell({ problem }));
  }, [id]);
  const user = known.body;
  if (!user) {
    return html`<h1>${title}</h1>${known.problem
      ? html`<${ProblemBox} problem=${known.problem} />`
      : html`<p aria-busy="true">${frame.loading}</p>`}`;
  }
  const change = async () => {
    if (!wanted.body) {
      await ask("DELETE", `/admin/users/${id}`);
      return navigate("/admin/users");
    }
    tell(await ask("PATCH", `/admin/users/${id}`, { body: wanted.body, etag: known.etag }));
    return events.reload();
  };
  const toggle = user.disabled
    ? { title: words.enable, detail: words.allowDetail, body: { disabled: false } }
    : { title: words.disable, detail: words.disableDetail, body: { disabled: true } };
  return html`
    <div class="row"><h1>${user.email}</h1><${CopyLink} /></div>
    <dl class="facts">
      <div><dt>${words.name}</dt><dd>${user.full_name || words.none}</dd></div>
      <div><dt>${words.state}</dt><dd><${Standing} user=${user} /></dd></div>
      <div><dt>${words.since}</dt><dd><${When} at=${user.created_at} /></dd></div>
      <div><dt>${words.id}</dt><dd><code>${user.id}</code> <${Copy} text=${user.id} /></dd></div>
    </dl>
    <div class="row">
      <${Role} key=${`${user.role}${wanted === null}`} role=${user.role} want=${want} />
      <button class="bad" onClick=${() => want(toggle)}>${toggle.title}</button>
      <button class="bad" onClick=${() => want({ title: words.close, detail: words.closeDetail })}>${words.close}</button>
    </div>
    <h2>${words.events}</h2>
    <${List} list=${events} empty=${words.emptyAudit}>
      ${(items) => html`<${Events} items=${items} label=${words.events} />`}
    <//>
    ${wanted && html`<${Confirm} title=${wanted.title} yes=${wanted.title} run=${change} close=${() => want(null)}>
      <p><b>${user.email}</b></p><p>${wanted.detail}</p><//>`}
  `;
}

function Role({ role, want }) {
  const choose = ({ target: { value } }) =>
    want({ title: words.role, detail: words.roleDetail(words.roles[value]), body: { role: value } });
  return html`
    <label>${words.role}
      <select onChange=${choose}>
        ${Object.entries(words.roles).map(([value, text]) => html`
          <option value=${value} selected=${value === role}>${text}</option>`)}
      </select>
    </label>
  `;
}
