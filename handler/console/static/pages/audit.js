// Every administrative action and security event, by what stands in the address.

import { html } from "../html.js";
import { CopyLink, Search } from "../parts/admin.js";
import { Events } from "../parts/events.js";
import { List, usePages } from "../parts/list.js";
import { href } from "../router.js";
import { admin as words } from "../words/admin.js";

export default function Audit({ query: { actor, action, subject }, title }) {
  const query = { actor, action, subject };
  const list = usePages("/admin/audit", query);
  const fields = { action: words.action, actor: words.actor, subject: words.subject };
  return html`
    <div class="row"><h1>${title}</h1><${CopyLink} /></div>
    <${Search} fields=${fields} query=${query} />
    ${(actor || action || subject) && html`<p><a href=${href("/admin/audit")}>${words.clear}</a></p>`}
    <${List} list=${list} empty=${words.emptyAudit}>
      ${(items) => html`<${Events} items=${items} label=${title} />`}
    <//>
  `;
}
