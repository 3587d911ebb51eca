// Preact with templates in place of JSX: what every part and page is written with.

import htm from "./vendor/htm.js";
import { h } from "./vendor/preact.js";

export const html = htm.bind(h);
export { render } from "./vendor/preact.js";
export * from "./vendor/preact-hooks.js";
