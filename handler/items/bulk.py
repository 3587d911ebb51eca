"""Items by the thousand, for features that carry them in and out or count them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from handler.core.errors import Unavailable
from handler.core.ids import first_id
from handler.core.records import Row
from handler.core.shards import Span, shards
from handler.core.transactions import WRITES, transaction
from handler.items.models import Item
from handler.items.schemas import ItemIn, ItemOut
from handler.items.terms import terms_of

_PAGE = 500  # rows of a read: half a megabyte of most items
_TRIES = 4  # at items of which somebody else, who was thought dead, may make some just then


@dataclass(frozen=True, slots=True)
class Offered:
    """An item that is to be: under that id, which follows from where it comes from."""

    id: str
    content: ItemIn


class _Exists(Exception):
    """One of some items is there already."""


def create_missing(owner_id: str, offers: Sequence[Offered]) -> None:
    """Create those of up to 100 items that are not there. Raises Unavailable.

    What is there stays as it is, so that this can be done again at any time. As many items as fit
    are made in one transaction; only where one of them is there already, all are looked for.
    """
    missing = list(offers)
    for _ in range(_TRIES):
        try:
            for pack in _packs(owner_id, missing):
                _create(pack)
        except _Exists:
            found = Item.find_all([offered.id for offered in offers], consistent=True)
            known = {item.id for item in found}
            missing = [offered for offered in offers if offered.id not in known]
            continue
        return
    raise Unavailable


def _packs(owner_id: str, offers: Sequence[Offered]) -> Iterator[list[list[Row]]]:
    """The rows of each item, in packs that a transaction holds."""
    pack: list[list[Row]] = []
    size = 0
    for offered in offers:
        item = Item(offered.id, owner_id=owner_id, **offered.content.model_dump())
        item.derive()
        rows = [item, *terms_of(item).values()]
        if size + len(rows) > WRITES:
            yield pack
            pack, size = [], 0
        pack.append(rows)
        size += len(rows)
    if pack:
        yield pack


def _create(pack: list[list[Row]]) -> None:
    """Create a pack of items: all, or none where one is there already."""
    with transaction() as writes:
        for item, *terms in pack:
            writes.save(item, Item.id.does_not_exist(), refused=lambda _: _Exists())
            for term in terms:
                writes.save(term)


def page_of_owner(owner_id: str, after: str | None) -> tuple[list[Item], str | None]:
    """Some of an owner's items behind an id, the oldest first, and where they stopped: one call."""
    span = Span(Item, "owner", (owner_id,), Item.id, "0", "Z")
    rows, last = span.query(owner_id, after, _PAGE)
    return [Item.from_raw_data(row) for row in rows], last


def page_held(owner_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    """The same with all that is known of them, for their owner to take away."""
    found, last = page_of_owner(owner_id, after)
    return [ItemOut.model_validate(item).model_dump(mode="json") for item in found], last


def created_between(start: float, end: float) -> Iterator[Item]:
    """The items of a stretch of time (epoch seconds): nothing else is read."""
    shelves = shards("open") + shards("hidden")
    span = Span(Item, "newest", shelves, Item.id, first_id(start), first_id(end))
    for shelf in shelves:
        for rows in span.pages(shelf, _PAGE):
            yield from (Item.from_raw_data(row) for row in rows)
