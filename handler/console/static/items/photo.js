// Photos. Those of an item for sale are everybody's; a hidden item's are shown to their owner by a
// link that holds for two minutes.

import { get } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";

export function Photo({ fileId, size, alt, isPublic }) {
  const [url, setUrl] = useState(null);
  const place = useRef(null);
  const shown = isPublic ? `/photos/${fileId}/${size}.webp` : url;
  useEffect(() => {
    if (isPublic || url) return undefined;
    const seen = new IntersectionObserver(([{ isIntersecting }]) => {
      if (!isIntersecting) return;
      seen.disconnect();
      get(`/files/${fileId}/thumbnail`, { size }).then((link) => setUrl(link.url), pass);
    });
    seen.observe(place.current);
    return () => seen.disconnect();
  }, [isPublic, url]);
  return shown
    ? html`<img class=${`photo ${size}`} src=${shown} alt=${alt} loading=${isPublic ? "lazy" : "eager"} />`
    : html`<span class=${`photo ${size}`} ref=${place} role="img" aria-label=${alt}></span>`;
}

const pass = () => {}; // another's hidden photo: there is nothing to show

// The first photo of an item in a list, or the place where it would be.
export function Thumbnail({ item }) {
  const fileId = item.photo?.split("/")[2];
  if (!fileId) return html`<span class="photo small" aria-hidden="true"></span>`;
  return html`<${Photo} key=${fileId} ...${{ fileId, size: "small", alt: "", isPublic: item.is_available }} />`;
}
