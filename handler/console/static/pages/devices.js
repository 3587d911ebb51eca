// The devices that are signed in: end one, end all others.

import { ask } from "../api.js";
import { html, useState } from "../html.js";
import { Confirm } from "../parts/dialog.js";
import { List, Table, usePages } from "../parts/list.js";
import { When } from "../parts/shown.js";
import { account } from "../words/account.js";

export default function Devices({ title }) {
  const list = usePages("/sessions");
  const [ending, setEnding] = useState(null);
  const end = async () => {
    await ask("DELETE", ending.id ? `/sessions/${ending.id}` : "/sessions");
    list.reload();
  };
  const others = list.items.some(({ current }) => !current);
  return html`
    <h1>${title}</h1>
    <${List} list=${list}>
      ${(items) => html`
        <${Table} label=${title} head=${[title, account.since, account.used, account.end]}>
          ${items.map((one) => html`<${Device} key=${one.id} one=${one} end=${() => setEnding(one)} />`)}
        <//>
      `}
    <//>
    ${others
      ? html`<button class="bad" onClick=${() => setEnding({})}>${account.endAll}</button>`
      : !list.busy && html`<p class="muted">${account.oneDevice}</p>`}
    ${ending && html`
      <${Confirm} title=${ending.id ? account.endOne : account.endAll} yes=${account.endOne} run=${end}
        close=${() => setEnding(null)}>
        <p>${ending.id ? account.endDetail : account.endAllDetail}</p>
      <//>`}
  `;
}

function Device({ one, end }) {
  return html`
    <tr>
      <td>${named(one.agent)} ${one.current && html`<small class="badge">${account.thisDevice}</small>`}
        <br /><small class="muted">${one.address}</small></td>
      <td><${When} at=${one.created_at} /></td>
      <td><${When} at=${one.used_at} /></td>
      <td>${!one.current && html`<button class="bad" onClick=${end}>${account.endOne}</button>`}</td>
    </tr>
  `;
}

// "Firefox, Linux" says more than what browsers send. All of them name others too: the first counts.
const BROWSERS = { Edg: "Edge", OPR: "Opera", Firefox: "Firefox", Chrome: "Chrome", Safari: "Safari" };
const SYSTEMS = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"];

function named(agent) {
  const browser = Object.keys(BROWSERS).find((name) => agent.includes(`${name}/`));
  const system = SYSTEMS.find((name) => agent.includes(name));
  return [BROWSERS[browser], system].filter(Boolean).join(", ") || agent.slice(0, 40) || account.unnamed;
}
