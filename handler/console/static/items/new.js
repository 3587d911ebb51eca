// Create an item; its photos come next.

import { newKey, post } from "../api.js";
import { html, useRef } from "../html.js";
import { navigate } from "../router.js";
import { ItemForm, sent } from "./form.js";
import { words } from "./words.js";

export default function ItemNew({ title }) {
  const attempt = useRef({});
  const send = async (values) => {
    const body = sent(values);
    // The same key only for the same content: a second click makes no second item.
    if (attempt.current.text !== JSON.stringify(body))
      attempt.current = { text: JSON.stringify(body), key: newKey() };
    const item = await post("/items", body, { key: attempt.current.key });
    navigate(`/items/${item.id}`, { replace: true });
  };
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      <${ItemForm} initial=${{ is_available: true, currency: "EUR" }} send=${send} submit=${words.create} />
    </div>
  `;
}
