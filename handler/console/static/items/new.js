// Create an item; its photos come next.

import { post } from "../api.js";
import { html } from "../html.js";
import { useHere, useKeys } from "../parts/form.js";
import { navigate } from "../router.js";
import { ItemForm, sent } from "./form.js";
import { words } from "./words.js";

export default function ItemNew({ title }) {
  const isHere = useHere();
  const keys = useKeys();
  const send = async (values) => {
    const body = sent(values);
    const item = await post("/items", body, { key: keys.of(body) });
    if (isHere()) navigate(`/items/${item.id}`, { replace: true });
  };
  return html`
    <div class="narrow">
      <h1>${title}</h1>
      <${ItemForm} initial=${{ is_available: true, currency: "EUR" }} send=${send} submit=${words.create} />
    </div>
  `;
}
