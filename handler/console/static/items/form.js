// An item's fields, as they are typed and as the API takes them.

import { html } from "../html.js";
import { Field, Form } from "../parts/form.js";
import { words } from "./words.js";

export const FIELDS = ["name", "description", "price", "currency", "tags", "is_available"];

export const typed = (item) => ({ ...item, tags: item.tags.join(" ") });

export const sent = (values) => ({
  name: values.name || "",
  description: values.description || "",
  price: values.price || "",
  currency: (values.currency || "").toUpperCase(),
  tags: (values.tags || "").toLowerCase().split(/[\s,]+/).filter(Boolean),
  is_available: values.is_available,
});

export function ItemForm({ initial, send, submit }) {
  return html`
    <${Form} send=${send} submit=${submit} initial=${initial}>
      ${(form) => html`
        <${Field} form=${form} name="name" label=${words.name} hint=${words.nameHint} />
        <${Field} form=${form} name="description" label=${words.description} rows="4" />
        <div class="pair">
          <div><${Field} form=${form} name="price" label=${words.price} hint=${words.priceHint} inputmode="decimal" /></div>
          <div><${Field} form=${form} name="currency" label=${words.currency} hint=${words.currencyHint} maxlength="3" /></div>
        </div>
        <${Field} form=${form} name="tags" label=${words.tags} hint=${words.tagsHint} />
        <p><${Field} form=${form} name="is_available" type="checkbox" label=${words.is_available} /></p>
      `}
    <//>
  `;
}
