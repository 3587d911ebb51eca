"""Pages: a bounded slice of a list, and the signed cursor that names where the next one starts."""

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from handler.core import clock
from handler.core.errors import BadRequest
from handler.core.keys import key_ring

LIMIT_DEFAULT = 20
LIMIT_MAX = 100
"""Rows of a page (api.md, "Lists")."""
_LIFETIME = 24 * 3600  # seconds a cursor may be used: an export that is left over night still ends
_SECRET = "cursors"  # noqa: S105 - the secret's name

T = TypeVar("T")


class CursorInvalid(BadRequest):
    """A cursor was tampered with, has expired, or belongs to another query or caller."""

    detail = "This cursor does not belong to this list, or has expired. Start from the first page."


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some rows, and the cursor of the next page; only None means the end of the list."""

    items: Sequence[T]
    next: str | None


def seal(position: str, query: Sequence[object], caller_id: str | None) -> str:
    """Make a cursor: a position in a list, bound to the query and to who asks."""
    payload = json.dumps([clock.epoch() + _LIFETIME, position], separators=(",", ":")).encode()
    text = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    return f"{text}.{key_ring(_SECRET).sign(_bound(text, query, caller_id))}"


def unseal(cursor: str, query: Sequence[object], caller_id: str | None) -> str:
    """The position in a cursor that `seal` made for the same query and caller.

    Raises CursorInvalid.
    """
    text, _, signature = cursor.partition(".")
    if not key_ring(_SECRET).verifies(_bound(text, query, caller_id), signature):
        raise CursorInvalid
    expires, position = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if expires <= clock.epoch():
        raise CursorInvalid
    return str(position)


def _bound(text: str, query: Sequence[object], caller_id: str | None) -> bytes:
    """The cursor's text as it is: a signature holds for one spelling only."""
    context = json.dumps([list(query), caller_id], separators=(",", ":"), default=str).encode()
    return hashlib.sha256(context).digest() + text.encode()
