// The photos of an item. Its owner adds, orders and removes them: each is one write.

import { ask } from "../api.js";
import { html, useRef, useState } from "../html.js";
import { Drop } from "../parts/drop.js";
import { ProblemBox } from "../parts/problem.js";
import { Photo } from "./photo.js";
import { words } from "./words.js";

const [MOST, STALE] = [10, 412];
const TYPES = "image/jpeg,image/png,image/webp,image/gif";

export function Photos({ item, etag, isOwner, renew }) {
  const [problem, setProblem] = useState(null);
  const newest = useRef(null);
  newest.current = { item, etag }; // uploads end later than the drawing that began them
  const path = `/items/${item.id}`;

  // `edit` makes the new list of the old one; it is asked again where someone else was faster.
  const change = async (edit) => {
    const { item, etag } = newest.current;
    const file_ids = edit(item.photos.map((photo) => photo.file_id));
    try {
      renew(await ask("PUT", `${path}/photos`, { body: { file_ids }, etag }));
    } catch (problem) {
      if (problem.status !== STALE) throw problem;
      const known = await ask("GET", path);
      newest.current = { item: known.body, etag: known.etag };
      await change(edit);
    }
  };
  const act = (edit) => () => change(edit).then(() => setProblem(null), setProblem);

  return html`
    <section aria-label=${words.photos}>
      <${ProblemBox} problem=${problem} />
      <div class="cards">
        ${item.photos.map(({ file_id: id }, index) => html`
          <figure key=${id}>
            <${Photo} fileId=${id} size="medium" isPublic=${item.is_available} alt=${words.photo(item.name)} />
            ${isOwner && html`<figcaption class="row">
              ${index > 0 && html`<button class="link" onClick=${act((ids) => [id, ...ids.filter((one) => one !== id)])}>${words.earlier}</button>`}
              <button class="link" onClick=${act((ids) => ids.filter((one) => one !== id))}>${words.remove}</button>
            </figcaption>`}
          </figure>`)}
      </div>
      ${isOwner && html`
        <${Drop} label=${words.choose} accept=${TYPES} most=${MOST - item.photos.length} tooMany=${words.photoCount}
          ready=${(file) => change((ids) => [...ids, file.id])} />`}
    </section>
  `;
}
