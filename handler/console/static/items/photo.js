// Photos. Those of an item for sale are everybody's; a hidden item's are shown to their owner by a
// link that holds for two minutes.

import { get } from "../api.js";
import { html, useEffect, useState } from "../html.js";

export function Photo({ fileId, size, alt, isPublic }) {
  const [url, setUrl] = useState(isPublic ? `/photos/${fileId}/${size}.webp` : null);
  useEffect(() => {
    if (isPublic) return;
    get(`/files/${fileId}/thumbnail`, { size }).then(
      (link) => setUrl(link.url),
      () => setUrl(null), // another's hidden photo: there is nothing to show
    );
  }, [fileId]);
  return url
    ? html`<img class=${`photo ${size}`} src=${url} alt=${alt} loading="lazy" />`
    : html`<span class=${`photo ${size}`} role="img" aria-label=${alt}></span>`;
}

// The first photo of an item in a list, or the place where it would be.
export function Thumbnail({ item }) {
  const fileId = item.photo?.split("/")[2];
  if (!fileId) return html`<span class="photo small" aria-hidden="true"></span>`;
  return html`<${Photo} key=${fileId} ...${{ fileId, size: "small", alt: "", isPublic: item.is_available }} />`;
}
