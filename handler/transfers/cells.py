"""Values in the cells of a table: text that no spreadsheet takes for a formula, and back again.

A spreadsheet computes what begins with one of a few characters (threats E24; OWASP, "CSV
Injection", has line feeds and the full-width forms too). Such a cell gets an apostrophe in front;
one that begins with apostrophes and such a character gets one more, so that reading takes exactly
one away and every text comes back as it was.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "truth", "words", "json"]
"""`words` is a list of words without blanks in them, `json` whatever JSON can say."""

_FORMULA = re.compile("'*[=+\\-@\t\r\n\0＝＋－＠]")  # noqa: RUF001 - the full-width forms
_TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the field's name, and what stands in it."""

    name: str
    kind: Kind = "text"


def written(column: Column, value: Any) -> str:
    """A value as its cell."""
    if column.kind == "truth":
        return "true" if value else "false"
    if column.kind == "words":
        return guarded(" ".join(value))
    if column.kind == "json":
        return guarded(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    return guarded(value)


def read(column: Column, cell: str) -> Any:
    """The value of a cell; what is none of its kind stays text, which the schema refuses."""
    text = unguarded(cell)
    if column.kind == "truth":
        return _TRUTHS.get(text.strip().lower(), text)
    if column.kind == "words":
        return text.split()
    if column.kind == "json":
        return json.loads(text)
    return text


def guarded(text: str) -> str:
    """A text that no spreadsheet computes."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
