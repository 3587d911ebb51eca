// What one was told, newest first; what is new arrives by itself.

import { post } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { listen } from "../live.js";
import { List, usePages } from "../parts/list.js";
import { ProblemBox } from "../parts/problem.js";
import { When } from "../parts/shown.js";
import { notifications as words } from "../words/notifications.js";

export default function Notifications({ title }) {
  const list = usePages("/notifications");
  const [problem, setProblem] = useState(null);
  useEffect(() => listen("me", list.reload), []);
  const mark = (path) => () => post(path).then(list.reload, setProblem);
  return html`
    <div class="row">
      <h1>${title} ${list.unread > 0 && html`<small class="badge" role="status">${words.unread(list.unread)}</small>`}</h1>
      ${list.unread > 0 && html`<button class="outline" onClick=${mark("/notifications/read-all")}>${words.all}</button>`}
    </div>
    <${ProblemBox} problem=${problem} />
    <${List} list=${list} empty=${words.empty}>
      ${(items) => items.map((one) => html`
        <${One} key=${one.id} one=${one} read=${mark(`/notifications/${one.id}/read`)} />`)}
    <//>
  `;
}

function One({ one, read }) {
  return html`
    <article>
      <header class="row"><strong>${one.subject}</strong> <small class="muted"><${When} at=${one.created_at} /></small></header>
      <p>${one.message}</p>
      ${!one.read_at && html`<button class="outline" onClick=${read}>${words.read}</button>`}
    </article>
  `;
}
