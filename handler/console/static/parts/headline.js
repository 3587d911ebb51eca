// The headline of what comes in the place of a form: whoever sent it goes on reading here.

import { html, useEffect, useRef } from "../html.js";

export function Headline({ text }) {
  const here = useRef(null);
  useEffect(() => here.current.focus(), []);
  return html`<h1 ref=${here} tabindex="-1">${text}</h1>`;
}
