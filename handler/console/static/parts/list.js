// Lists of the API, page by page: what is shown grows until the list ends.

import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { get } from "../api.js";
import { words } from "../words/frame.js";
import { ProblemBox } from "./problem.js";

const [LEAST, PAGE] = [20, 100]; // items of a page: the usual number, and the most
const EMPTY = { items: [], next: null, busy: true, problem: null };

// The list at a path; begins anew whenever the query is another.
export function usePages(path, query = {}) {
  const [list, show] = useState(EMPTY);
  const newest = useRef(EMPTY); // what is drawn may be older
  const put = (changes) => show((newest.current = { ...newest.current, ...changes }));
  const turn = useRef(0); // of the newest load
  const flying = useRef(false);
  const wanted = useRef(null); // a load to begin when the one on its way is there
  const edits = useRef([]); // meanwhile: pages that are on their way may be older
  const load = useCallback(
    async (items, next, count, quiet) => {
      const mine = (turn.current += 1);
      const isOver = () => mine !== turn.current;
      [flying.current, edits.current] = [true, []];
      if (!quiet) put({ busy: true, problem: null });
      try {
        let page = { next };
        do {
          page = await get(path, { ...query, cursor: page.next, limit: count && Math.min(PAGE, count) });
          if (isOver()) return;
          items = joined(items, page.items);
        } while (page.next && items.length < count);
        items = edits.current.reduce((items, edit) => edit(items), items);
        put({ ...page, items, loaded: mine, busy: false, problem: null });
      } catch (problem) {
        if (isOver()) return;
        put({ busy: false, problem });
      }
      const then = wanted.current;
      [flying.current, wanted.current] = [false, null];
      then?.();
    },
    [path, JSON.stringify(query)],
  );
  useEffect(() => {
    wanted.current = null;
    put(EMPTY);
    load([]);
    return () => (turn.current += 1);
  }, [load]);
  // One after the other, so that none is in vain.
  const inTurn = (begin) => () => (flying.current ? (wanted.current = begin) : begin());
  return {
    ...list,
    more: inTurn(() => load(newest.current.items, newest.current.next)),
    reload: inTurn(() => {
      const shown = newest.current.items.length;
      load([], null, Math.max(LEAST, shown), shown > 0); // as much as is shown
    }),
    change(edit) {
      edits.current.push(edit);
      put({ items: edit(newest.current.items) });
    },
  };
}

// Each once, though what is new moves others to the next page.
function joined(items, more) {
  const known = new Set(items.map(({ id }) => id));
  return [...items, ...more.filter(({ id }) => !known.has(id))];
}

// An edit of a list, newest first: another state of an item that it has, or a new one. What is older
// than all that is shown comes with the next page.
export const set = (item) => (items) => {
  if (items.some(({ id }) => id === item.id)) return items.map((one) => (one.id === item.id ? item : one));
  const place = items.findIndex(({ id }) => id < item.id);
  if (place < 0 && items.length) return items;
  return items.toSpliced(Math.max(0, place), 0, item);
};

// Draws a list with what there is to say around it: nothing yet, an error, or that there is more.
export function List({ list, empty, children }) {
  const { items, next, busy, problem } = list;
  const isEmpty = !items.length && !busy && !problem && !next;
  return html`
    <${ProblemBox} problem=${problem} retry=${list.reload} />
    ${items.length > 0 && children(items)}
    ${isEmpty && html`<div class="empty">${empty}</div>`}
    ${busy && !items.length && html`<p aria-busy="true">${words.loading}</p>`}
    ${next && html`<button class="outline" aria-busy=${busy} onClick=${list.more}>${words.more}</button>`}
  `;
}

// A table that scrolls sideways on narrow screens, also by keyboard.
export function Table({ label, head, children }) {
  return html`
    <div class="scroll" role="region" aria-label=${label} tabindex="0">
      <table>
        <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${children}</tbody>
      </table>
    </div>
  `;
}
