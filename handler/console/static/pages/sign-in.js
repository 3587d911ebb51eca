// Sign in, and go on to where one wanted to go.

import { html } from "../html.js";
import { Field, Form } from "../parts/form.js";
import { href, navigate } from "../router.js";
import { session, signIn } from "../session.js";
import { account } from "../words/account.js";

export default function SignIn({ query, title }) {
  const { ended } = session.get();
  const send = async ({ email = "", password = "" }) => {
    await signIn(email, password);
    navigate(within(query.next), { replace: true });
  };
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      ${ended && html`<p>${account.ended}</p>`}
      <${Form} send=${send} submit=${title}>
        ${(form) => html`
          <${Field} form=${form} name="email" type="email" label=${account.email} autocomplete="username" required />
          <${Field} form=${form} name="password" type="password" label=${account.password} autocomplete="current-password" required />
        `}
      <//>
      <p><a href=${href("/forgot")}>${account.forgotten}</a></p>
      <p>${account.noAccount} <a href=${href("/sign-up")}>${account.open}</a></p>
    </div>
  `;
}

// Only a path of the console: what stands in a link is anybody's.
const within = (next) => (next?.startsWith("/") && !next.startsWith("//") ? next : "/");
