// Accounts, for administrators: search them by what stands in the address.

import { html } from "../html.js";
import { Choice, CopyLink, Search } from "../parts/admin.js";
import { List, Table, usePages } from "../parts/list.js";
import { State, When } from "../parts/shown.js";
import { href } from "../router.js";
import { admin as words } from "../words/admin.js";

const HEAD = [words.email, words.name, words.role, words.state, words.since];

export default function Users({ query: { q, role, disabled }, title }) {
  const list = usePages("/admin/users", { q, role, disabled });
  const states = { "": words.any, false: words.enabled, true: words.disabled };
  return html`
    <div class="row"><h1>${title}</h1><${CopyLink} /></div>
    <${Search} fields=${{ q: words.searchHint }} query=${{ q }} />
    <div class="row">
      <${Choice} name="role" label=${words.role} options=${{ "": words.any, ...words.roles }} value=${role} />
      <${Choice} name="disabled" label=${words.state} options=${states} value=${disabled} />
    </div>
    <${List} list=${list} empty=${words.emptyUsers}>
      ${(items) => html`
        <${Table} label=${title} head=${HEAD}>
          ${items.map((one) => html`
            <tr key=${one.id}>
              <td><a href=${href(`/admin/users/${one.id}`)}>${one.email}</a></td>
              <td>${one.full_name}</td>
              <td>${words.roles[one.role]}</td>
              <td><${Standing} user=${one} /></td>
              <td><${When} at=${one.created_at} /></td>
            </tr>`)}
        <//>`}
    <//>
  `;
}

export function Standing({ user }) {
  if (user.disabled) return html`<${State} state="disabled">${words.disabled}<//>`;
  return html`<${State} state=${user.verified ? "ready" : ""}>
    ${user.verified ? words.verified : words.unverified}<//>`;
}
