// Ask for a link that sets a new password.

import { post } from "../api.js";
import { html, useState } from "../html.js";
import { Field, Form } from "../parts/form.js";
import { Headline } from "../parts/headline.js";
import { account } from "../words/account.js";

export default function Forgot({ title }) {
  const [mailed, setMailed] = useState(null);
  const send = async ({ email = "" }) => {
    await post("/password/forgot", { email }, { anonymous: true });
    setMailed(email);
  };
  if (mailed) {
    return html`<div class="narrow"><${Headline} text=${account.mailed} />
      <p>${account.mailedDetail(mailed)}</p></div>`;
  }
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      <p>${account.forgottenDetail}</p>
      <${Form} send=${send} submit=${account.mailLink}>
        ${(form) => html`
          <${Field} form=${form} name="email" type="email" label=${account.email} autocomplete="username" />
        `}
      <//>
    </div>
  `;
}
