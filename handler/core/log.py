"""One JSON line for a request or a fault, on standard output, where Lambda collects it.

A line never holds what a user typed nor the text of an exception, which may quote a secret: it
holds route templates, codes, ids and numbers.
"""

import json
import sys
import traceback
from pathlib import Path
from types import TracebackType

_FRAMES = 8
_json = json.JSONEncoder(separators=(",", ":"), default=str).encode
_WIDTH = 64  # characters of a value: a request's line stays within 250 bytes (performance.md)


def line(**fields: object) -> None:
    """Write one line. Empty fields are left out and long ones cut."""
    kept = {name: _short(value) for name, value in fields.items() if value not in (None, "")}
    sys.stdout.write(_json(kept) + "\n")


def fault(error: BaseException, *, request_id: str = "", job: str = "") -> None:
    """Write where an error came from: its types and places, without its words.

    An error in a `job` is that job's affair, which is tried again; any other is unexpected.
    """
    line(
        level="error",
        error=" < ".join(type(one).__name__ for one in _chain(error)),
        at=_places(error.__traceback__),
        request_id=request_id,
        job=job,
    )


def _chain(error: BaseException) -> list[BaseException]:
    """An error and what it came from; causes may go in circles."""
    found = [error]
    while (cause := found[-1].__cause__ or found[-1].__context__) and len(found) < _FRAMES:
        found.append(cause)
    return found


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-_FRAMES:]
    return [f"{Path(f.filename).parent.name}/{Path(f.filename).name}:{f.lineno}" for f in frames]


def _short(value: object) -> object:
    return value[:_WIDTH] if isinstance(value, str) else value
