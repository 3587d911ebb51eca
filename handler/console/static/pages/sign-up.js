// Open an account. The answer is the same whether or not the address is taken.

import { post } from "../api.js";
import { html, useState } from "../html.js";
import { Field, Form } from "../parts/form.js";
import { Headline } from "../parts/headline.js";
import { say } from "../parts/toasts.js";
import { href } from "../router.js";
import { account } from "../words/account.js";

export default function SignUp({ title }) {
  const [mailed, setMailed] = useState(null);
  const send = async ({ email = "", password = "", full_name }) => {
    await post("/register", { email, password, full_name: full_name || undefined }, { anonymous: true });
    setMailed(email);
  };
  if (mailed) return html`<${Mailed} email=${mailed} />`;
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      <${Form} send=${send} submit=${account.openAccount}>
        ${(form) => html`
          <${Field} form=${form} name="full_name" label=${account.fullName} autocomplete="name" />
          <${Field} form=${form} name="email" type="email" label=${account.email} autocomplete="username" />
          <${Field} form=${form} name="password" type="password" label=${account.password}
            hint=${account.passwordHint} autocomplete="new-password" />
        `}
      <//>
      <p>${account.have} <a href=${href("/sign-in")}>${account.nowSignIn}</a></p>
    </div>
  `;
}

function Mailed({ email }) {
  const again = () =>
    post("/register/resend", { email }, { anonymous: true }).then(
      ({ detail }) => say(detail),
      ({ detail }) => say(detail),
    );
  return html`
    <div class="narrow">
      <${Headline} text=${account.mailed} />
      <p>${account.mailedDetail(email)}</p>
      <p class="row">
        <a href=${href("/sign-in")} role="button">${account.nowSignIn}</a>
        <button class="outline" onClick=${again}>${account.again}</button>
      </p>
    </div>
  `;
}
