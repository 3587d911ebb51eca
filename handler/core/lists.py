"""Reading a page of any sorted list: rows become things, some are kept, a cursor names the rest."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from handler.core import pages
from handler.core.auth import Caller
from handler.core.pages import Page
from handler.core.records import RawRow
from handler.core.shards import Merge, Span

_BATCH = 100  # rows of one BatchGetItem

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan(Generic[T]):
    """Where to read, how rows become things (or None for what is gone), and which to keep."""

    span: Span
    load: Callable[[Sequence[RawRow]], Sequence[T | None]]
    keep: Callable[[T], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for which page of which list. `query` is all that a cursor is bound to."""

    caller: Caller | None
    query: Sequence[object]
    limit: int
    cursor: str | None


def read(plan: Plan[T], request: Request) -> Page[T]:
    """A page of a list. Raises CursorInvalid, Unavailable."""
    asker = request.caller.id if request.caller else None
    cursor = request.cursor
    after = pages.unseal(cursor, request.query, asker) if cursor else None
    merge = Merge(plan.span, after, request.limit)
    found: list[T] = []
    position = after or ""
    for at, thing in _candidates(merge, plan, request.limit):
        position = at
        if thing is not None and plan.keep(thing):
            found.append(thing)
        if len(found) == request.limit:
            break
    more = merge.more or position != (merge.position or "")
    return Page(found, pages.seal(position, request.query, asker) if more else None)


def _candidates(merge: Merge, plan: Plan[T], page: int) -> Iterator[tuple[str, T | None]]:
    """Positions in a list and the things there: a page's worth first, then by batches."""
    count = page
    while rows := merge.take(count):
        positions = [row[merge.sort]["S"] for row in rows]
        yield from zip(positions, plan.load(rows), strict=True)
        count = _BATCH
