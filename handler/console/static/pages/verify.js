// Confirm the address of a new account.

import { post } from "../api.js";
import { html } from "../html.js";
import { Linked } from "../parts/link.js";
import { account } from "../words/account.js";

export default function Verify({ query, title }) {
  const use = (token) => post("/register/verify", { token }, { anonymous: true });
  return html`
    <${Linked} ...${{ query, title, use }} detail=${account.confirmDetail} submit=${account.confirm}
      done=${account.confirmed} />
  `;
}
