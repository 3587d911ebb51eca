// The pages of developers. A twin has them, and no deployment: it is asked for them, and they are
// made of this console's parts.

import { get, post } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { Choice, CopyLink } from "../parts/admin.js";
import { Confirm } from "../parts/dialog.js";
import { Table } from "../parts/list.js";
import { ProblemBox } from "../parts/problem.js";
import { Copy, State, When } from "../parts/shown.js";
import { say } from "../parts/toasts.js";
import { filter, href } from "../router.js";
import { words } from "../words/frame.js";

const kit = {
  ...{ html, useEffect, useState, get, post, filter, href, say },
  ...{ Choice, Confirm, Copy, CopyLink, ProblemBox, State, Table, When },
};
let made = null;

export default function Twin({ params: { page }, query }) {
  const [Pages, show] = useState(() => made);
  const [isMissing, miss] = useState(false);
  useEffect(() => {
    if (made) return;
    import("/_local/console.js").then(
      (twin) => {
        made = twin.make(kit);
        show(() => made);
      },
      () => miss(true), // the browser's log says why
    );
  }, []);
  if (isMissing) return html`<h1>${words.notFound}</h1><p>${words.notFoundDetail}</p>`;
  return Pages ? html`<${Pages} ...${{ page, query }} />` : html`<p aria-busy="true">${words.loading}</p>`;
}
