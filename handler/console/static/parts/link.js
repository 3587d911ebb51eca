// What mailed links lead to. The token leaves the address bar at once, and is used by a click:
// programs that look into mails open links, but click nothing.

import { html, useEffect, useState } from "../html.js";
import { href, place } from "../router.js";
import { account } from "../words/account.js";
import { Form } from "./form.js";
import { Headline } from "./headline.js";

export function Linked({ query, title, detail, submit, use, done, children = () => null }) {
  const [token] = useState(query.token);
  const [used, setUsed] = useState(false);
  useEffect(() => history.replaceState(null, "", href(place.get().path)), []);
  const send = async (values) => {
    await use(token, values);
    setUsed(true);
  };
  if (used) {
    return html`
      <div class="narrow">
        <${Headline} text=${title} />
        <p>${done}</p>
        <a href=${href("/sign-in")} role="button">${account.nowSignIn}</a>
      </div>
    `;
  }
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      ${token
        ? html`<p>${detail}</p><${Form} send=${send} submit=${submit}>${children}<//>`
        : html`<p>${account.noLink}</p>`}
    </div>
  `;
}
