// CSV as RFC 4180 has it: cells in quotes may hold commas, line ends and doubled quotes.

export function parse(text) {
  const rows = [[]];
  const cells = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g;
  for (const [all, cell, end] of text.matchAll(cells)) {
    if (!all) break;
    const quoted = cell.startsWith('"');
    rows.at(-1).push(quoted ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== "," && end) rows.push([]);
  }
  return rows.filter((row) => row.length);
}
