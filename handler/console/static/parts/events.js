// Events of the audit log; each value in them leads to all events that share it.

import { html } from "../html.js";
import { href } from "../router.js";
import { admin as words } from "../words/admin.js";
import { Table } from "./list.js";
import { When } from "./shown.js";

const COLUMNS = ["action", "actor", "subject"];

export function Events({ items, label }) {
  return html`
    <${Table} label=${label} head=${[words.at, ...COLUMNS.map((name) => words[name]), words.details]}>
      ${items.map((event) => html`
        <tr key=${event.id}>
          <td><${When} at=${event.at} /></td>
          ${COLUMNS.map((name) => html`<td>${event[name] && html`
            <a href=${href(`/admin/audit?${name}=${encodeURIComponent(event[name])}`)}>${event[name]}</a>`}</td>`)}
          <td>${Object.entries(event.details).map(([name, value]) => `${name}: ${value}`).join(", ")}</td>
        </tr>`)}
    <//>
  `;
}
