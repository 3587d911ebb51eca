// The own account: name, what one is told of, address, password, and its end.

import { ask, post } from "../api.js";
import { html, useState } from "../html.js";
import { Confirm } from "../parts/dialog.js";
import { Field, Form } from "../parts/form.js";
import { say } from "../parts/toasts.js";
import { navigate } from "../router.js";
import { leave, load } from "../session.js";
import { account, kinds } from "../words/account.js";
import { admin } from "../words/admin.js";
import { words } from "../words/frame.js";

const WAYS = { mail: account.mail, push: account.push };
const USUALLY_OFF = new Set(["mail.job_ended", "mail.file_rejected"]); // as docs/notifications.md has it

export default function Profile({ me, title }) {
  return html`
    <h1>${title}</h1>
    <p class="muted">${me.email} · ${account.role}: ${admin.roles[me.role]}</p>
    <div class="pair">
      <article><h2>${account.person}</h2><${Person} me=${me} /></article>
      <article><h2>${account.password}</h2><${Password} /></article>
      <article><h2>${account.email}</h2><${Email} /></article>
      <article><h2>${account.danger}</h2><${End} /></article>
    </div>
  `;
}

function Person({ me }) {
  const { full_name, preferences } = me;
  const send = async ({ full_name, ...preferences }) => {
    const name = full_name === me.full_name ? undefined : full_name; // none may stay none
    await ask("PATCH", "/users/me", { body: { full_name: name, preferences } });
    await load();
    say(words.saved);
  };
  return html`
    <${Form} send=${send} submit=${words.save} initial=${{ full_name, ...told(preferences) }}>
      ${(form) => html`
        <${Field} form=${form} name="full_name" label=${account.fullName} autocomplete="name" />
        ${Object.entries(WAYS).map(([way, label]) => html`
          <fieldset>
            <legend>${label}</legend>
            ${Object.entries(kinds).map(([kind, text]) => html`
              <${Field} form=${form} name=${`${way}.${kind}`} type="checkbox" label=${text} />`)}
          </fieldset>
        `)}
      `}
    <//>
  `;
}

// What was never switched is as the API has it.
function told(preferences) {
  const all = Object.keys(WAYS).flatMap((way) => Object.keys(kinds).map((kind) => `${way}.${kind}`));
  return { ...Object.fromEntries(all.map((name) => [name, !USUALLY_OFF.has(name)])), ...preferences };
}

function Password() {
  const [round, setRound] = useState(0); // another round empties the form
  const send = async ({ current = "", new: wanted = "" }) => {
    await post("/users/me/password", { current, new: wanted });
    setRound(round + 1);
    say(account.changedPassword);
  };
  return html`
    <${Form} key=${round} send=${send} submit=${account.change}>
      ${(form) => html`
        <${Field} form=${form} name="current" type="password" label=${account.current} autocomplete="current-password" />
        <${Field} form=${form} name="new" type="password" label=${account.newPassword}
          hint=${account.passwordHint} autocomplete="new-password" />
      `}
    <//>
  `;
}

function Email() {
  const [round, setRound] = useState(0);
  const send = async ({ email = "", password = "" }) => {
    await post("/users/me/email", { email, password });
    setRound(round + 1);
    say(account.emailMailed);
  };
  return html`
    <${Form} key=${round} send=${send} submit=${account.change}>
      ${(form) => html`
        <${Field} form=${form} name="email" type="email" label=${account.newEmail} autocomplete="off" />
        <${Field} form=${form} name="password" type="password" label=${account.password} autocomplete="current-password" />
      `}
    <//>
  `;
}

function End() {
  const [asking, setAsking] = useState(false);
  const run = async () => {
    await ask("DELETE", "/users/me");
    leave();
    say(account.closed);
    navigate("/");
  };
  return html`
    <p>${account.closeDetail}</p>
    <button class="bad" onClick=${() => setAsking(true)}>${account.closeAccount}</button>
    ${asking && html`
      <${Confirm} title=${account.closeAccount} yes=${account.closeAccount} run=${run} close=${() => setAsking(false)}>
        <p>${account.closeDetail}</p>
      <//>`}
  `;
}
