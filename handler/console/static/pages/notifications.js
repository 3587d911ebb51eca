// What one was told, newest first; what is new arrives by itself.

import { post } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { counted, setUnread, unread } from "../inbox.js";
import { List, set, usePages } from "../parts/list.js";
import { ProblemBox } from "../parts/problem.js";
import { When } from "../parts/shown.js";
import { href } from "../router.js";
import { useLive, useLooks } from "../updates.js";
import { notifications as words } from "../words/notifications.js";

const LOOKS = { often: 15, live: 300 }; // seconds

export default function Notifications({ title }) {
  const list = usePages("/notifications");
  const count = unread.use();
  const [problem, setProblem] = useState(null);
  useEffect(() => void (list.loaded && setUnread(list.unread)), [list.loaded]);
  useLooks(list.reload, LOOKS);
  useLive("me", {
    event({ type, data }) {
      if (type === "notification.created") list.change(set(data));
    },
    again: list.reload,
  });
  const mark = (path, isMeant) => () =>
    post(path).then((answer) => {
      setUnread(answer.unread);
      list.change((items) => items.map((one) => (isMeant(one) ? { ...one, read: true } : one)));
      setProblem(null);
    }, setProblem);
  return html`
    <div class="row">
      <h1>${title} ${count > 0 && html`<small class="badge" role="status">${words.unread(counted(count))}</small>`}</h1>
      ${count > 0 && html`<button class="outline" onClick=${mark("/notifications/read-all", () => true)}>${words.all}</button>`}
    </div>
    <${ProblemBox} problem=${problem} />
    <${List} list=${list} empty=${words.empty}>
      ${(items) => items.map((one) => html`
        <${One} key=${one.id} one=${one} read=${mark(`/notifications/${one.id}/read`, ({ id }) => id === one.id)} />`)}
    <//>
  `;
}

function One({ one, read }) {
  const job = one.data.job_id;
  return html`
    <article class=${one.read ? "" : "unread"}>
      <header class="row">
        <strong>${one.subject}</strong> <small class="muted"><${When} at=${one.created_at} /></small>
        ${!one.read && html`<button class="outline" onClick=${read}>${words.read}</button>`}
      </header>
      <p class="prose">${one.message}</p>
      ${job && html`<a href=${href(`/jobs/${job}`)}>${words.job}</a>`}
    </article>
  `;
}
