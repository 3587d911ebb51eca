// Confirm that an account moves to another address.

import { post } from "../api.js";
import { html } from "../html.js";
import { Linked } from "../parts/link.js";
import { account } from "../words/account.js";

export default function NewEmail({ query, title }) {
  const use = (token) => post("/users/me/email/confirm", { token }, { anonymous: true });
  return html`
    <${Linked} ...${{ query, title, use }} detail=${account.confirmDetail} submit=${account.confirm}
      done=${account.confirmed} />
  `;
}
