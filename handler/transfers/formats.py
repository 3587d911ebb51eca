"""The formats of a table in a file: CSV (RFC 4180) and JSON lines. What one writes, it reads again.

A CSV has a header, every cell in quotes, and lines that end in CRLF; read are LF and a byte order
mark too. A line of JSON lines is one object in UTF-8.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from handler.core import strict_json
from handler.core.errors import AppError
from handler.transfers import cells, splitting
from handler.transfers.cells import Column
from handler.transfers.splitting import Record

Name = Literal["csv", "jsonl"]
Row = dict[str, Any]
T = TypeVar("T")
_MARK = "\ufeff"


class Unreadable(Exception):
    """A record is none of its format. `code` is what a report says of it, `told` a sentence."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(told)
        self.code = code
        self.told = told


@dataclass(frozen=True, slots=True)
class Format:
    """A format: its header, a row as text, and back: records of lines, then rows of records."""

    name: Name
    content_type: str
    has_header: bool
    head: Callable[[Sequence[Column]], str]
    write: Callable[[Sequence[Column], Row], str]
    split: Callable[[Iterator[Record]], Iterator[Record]]
    read: Callable[[Sequence[Column], str], Row]


def text_of(record: Record) -> str:
    """A record's text without its line end. Raises Unreadable."""
    if record.content is None:
        kilobytes = splitting.RECORD_BYTES // 1024
        told = f"Longer than {kilobytes} KB, or a quote that does not close"
        raise Unreadable("row_too_long", told)
    try:
        text = record.content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("encoding", "Not UTF-8") from error
    if record.line == 1:
        text = text.removeprefix(_MARK)
    return text.removesuffix("\n").removesuffix("\r")


def names_in(header: str) -> list[str]:
    """The names in the header of a CSV. Raises Unreadable."""
    return [cells.unguarded(cell).strip() for cell in _cells(header)]


def _cells(text: str) -> list[str]:
    try:
        found = list(csv.reader([text], strict=True))
    except csv.Error as error:
        raise Unreadable("csv_malformed", "Not CSV as RFC 4180 has it") from error
    return found[0] if found else []


def _written(values: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(values)
    return buffer.getvalue()


def _csv_head(columns: Sequence[Column]) -> str:
    return _written(column.name for column in columns)


def _csv_row(columns: Sequence[Column], row: Row) -> str:
    return _written(cells.written(column, row[column.name]) for column in columns)


def _read_csv(columns: Sequence[Column], text: str) -> Row:
    found = _cells(text)
    if len(found) != len(columns):
        told = f"{len(found)} cells, and {len(columns)} in the header"
        raise Unreadable("cells_missing", told)
    return {
        column.name: cells.read(column, cell)
        for column, cell in zip(columns, found, strict=True)
        if cell or column.kind == "text"  # else its default
    }


def _json_row(columns: Sequence[Column], row: Row) -> str:
    chosen = {column.name: row[column.name] for column in columns}
    return json.dumps(chosen, ensure_ascii=False, separators=(",", ":")) + "\n"


def _read_json(_columns: Sequence[Column], text: str) -> Row:
    try:
        found = strict_json.parse(text.encode())
    except AppError as error:
        raise Unreadable(error.code(), "Not JSON, or beyond what is read of it") from error
    if not isinstance(found, dict):
        raise Unreadable("no_object", "Not an object")
    return found


def _as_they_are(found: Iterator[Record]) -> Iterator[Record]:
    return found


def _no_head(_columns: Sequence[Column]) -> str:
    return ""


FORMATS: dict[Name, Format] = {
    "csv": Format(
        name="csv",
        content_type="text/csv",
        has_header=True,
        head=_csv_head,
        write=_csv_row,
        split=splitting.rows,
        read=_read_csv,
    ),
    "jsonl": Format(
        name="jsonl",
        content_type="application/jsonl",
        has_header=False,
        head=_no_head,
        write=_json_row,
        split=_as_they_are,
        read=_read_json,
    ),
}
