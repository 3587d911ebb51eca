"""Answers as people read them: aligned columns, times to the second, nothing that moves a cursor.

What jobs say of themselves is shown on somebody's terminal, so characters that are no text (escape
sequences above all) become question marks.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_NOTHING = "-"
_GAP = "  "


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Lines with a column for each heading; numbers stand to the right."""
    shown = [list(headings), *([_shown(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    right = [all(line[at].isdigit() for line in shown[1:]) for at in range(len(headings))]
    return "\n".join(
        _GAP.join(
            value.rjust(width) if number else value.ljust(width)
            for value, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in shown
    )


def pairs(values: Mapping[str, Any]) -> str:
    """A line for each name that has a value."""
    kept = {name: _shown(value) for name, value in values.items() if value not in (None, [])}
    width = max(map(len, kept), default=0) + 1
    return "\n".join(f"{name + ':':{width}} {value}" for name, value in kept.items())


def moment(text: str | None) -> str | None:
    """A time of an answer, in UTC, to the second."""
    if text is None:
        return None
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def _shown(value: Any) -> str:
    if value is None:
        return _NOTHING
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return "".join(one if one.isprintable() else "?" for one in text)
