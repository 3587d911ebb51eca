// Preact with templates in place of JSX: what every part and page is written with.

import htm from "./vendor/htm.js";
import {
  useCallback,
  useEffect,
  useErrorBoundary,
  useId,
  useRef,
  useState,
} from "./vendor/preact-hooks.js";
import { h, render } from "./vendor/preact.js";

const html = htm.bind(h);

export {
  html,
  render,
  useCallback,
  useEffect,
  useErrorBoundary,
  useId,
  useRef,
  useState,
};
