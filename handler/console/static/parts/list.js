// Lists of the API, page by page: what is shown grows until the list ends.

import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { get } from "../api.js";
import { words } from "../words/frame.js";
import { ProblemBox } from "./problem.js";

const [LEAST, PAGE] = [20, 100]; // items of a page: the usual number, and the most
const EMPTY = { items: [], next: null, busy: true, problem: null };

// The list at a path; begins anew whenever the query is another.
export function usePages(path, query = {}) {
  const [list, setList] = useState(EMPTY);
  const asked = useRef(0);
  const edits = useRef([]); // while pages are on their way, which may be older
  const load = useCallback(
    async (items, next, count) => {
      const turn = (asked.current += 1);
      edits.current = [];
      setList((list) => ({ ...list, busy: true, problem: null }));
      try {
        let page = { next };
        do {
          page = await get(path, { ...query, cursor: page.next, limit: count && Math.min(PAGE, count) });
          if (turn !== asked.current) return;
          items = [...items, ...page.items];
        } while (page.next && items.length < count);
        items = edits.current.reduce((items, edit) => edit(items), items);
        setList({ ...page, items, busy: false, problem: null });
      } catch (problem) {
        if (turn === asked.current) setList((list) => ({ ...list, busy: false, problem }));
      }
    },
    [path, JSON.stringify(query)],
  );
  useEffect(() => {
    setList(EMPTY);
    load([]);
  }, [load]);
  return {
    ...list,
    more: () => load(list.items, list.next),
    reload: () => load([], null, Math.max(LEAST, list.items.length)), // as much as is shown
    change(edit) {
      edits.current.push(edit);
      setList((list) => ({ ...list, items: edit(list.items) }));
    },
  };
}

// An edit of a list: another state of an item that it has, or a new one, which comes first.
export const set = (item) => (items) =>
  items.some(({ id }) => id === item.id)
    ? items.map((one) => (one.id === item.id ? item : one))
    : [item, ...items];

// Draws a list with what there is to say around it: nothing yet, an error, or that there is more.
export function List({ list, empty, children }) {
  const { items, next, busy, problem } = list;
  const isEmpty = !items.length && !busy && !problem && !next;
  return html`
    <${ProblemBox} problem=${problem} retry=${list.reload} />
    ${items.length > 0 && children(items)}
    ${isEmpty && html`<div class="empty">${empty}</div>`}
    ${busy && html`<p aria-busy="true">${words.loading}</p>`}
    ${next && !busy && html`<button class="outline" onClick=${list.more}>${words.more}</button>`}
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
