// Set a new password by a mailed link.

import { post } from "../api.js";
import { html } from "../html.js";
import { Field } from "../parts/form.js";
import { Linked } from "../parts/link.js";
import { account } from "../words/account.js";

export default function Reset({ query, title }) {
  const use = (token, { password = "" }) =>
    post("/password/reset", { token, password }, { anonymous: true });
  return html`
    <${Linked} ...${{ query, title, use }} submit=${account.change} done=${account.resetDone}>
      ${(form) => html`
        <${Field} form=${form} name="password" type="password" label=${account.newPassword}
          hint=${account.passwordHint} autocomplete="new-password" />
      `}
    <//>
  `;
}
