// Lists of the API, page by page: what is shown grows until the list ends.

import { html, useCallback, useEffect, useRef, useState } from "../html.js";
import { get } from "../api.js";
import { words } from "../words/frame.js";
import { ProblemBox } from "./problem.js";

const EMPTY = { items: [], next: null, busy: true, problem: null };

// The list at a path; begins anew whenever the query is another.
export function usePages(path, query = {}) {
  const [list, setList] = useState(EMPTY);
  const asked = useRef(0);
  const load = useCallback(
    async (before, cursor, limit) => {
      const turn = (asked.current += 1);
      setList((list) => ({ ...list, busy: true, problem: null }));
      try {
        const page = await get(path, { limit, ...query, cursor });
        if (turn !== asked.current) return;
        setList({ ...page, items: [...before, ...page.items], busy: false, problem: null });
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
    // As much as is shown, in one page of at most 100.
    reload: () => load([], undefined, Math.min(100, Math.max(20, list.items.length))),
    change: (edit) => setList((list) => ({ ...list, items: edit(list.items) })),
  };
}

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
