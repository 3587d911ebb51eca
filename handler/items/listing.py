"""Lists of items: which index a query reads, and what of it the caller gets to see."""

from collections.abc import Callable, Sequence

from handler.core import lists
from handler.core.auth import Caller
from handler.core.errors import Forbidden, Unprocessable
from handler.core.lists import Plan, Request
from handler.core.pages import Page
from handler.core.records import RawRow
from handler.core.shards import Span
from handler.items import models, terms
from handler.items.models import Item
from handler.items.schemas import ItemQuery
from handler.items.words import all_begin, words_of


class QueryUnsupported(Unprocessable):
    """No index answers this combination."""

    detail = "Sorting by price needs a currency, and combines with owner and a price range only."


class HiddenItemsForbidden(Forbidden):
    """Everybody's hidden items are for moderators."""

    detail = "Only moderators list everybody's hidden items; name yourself as the owner."


Load = Callable[[Sequence[RawRow]], Sequence[Item | None]]


def list_items(caller: Caller | None, query: ItemQuery) -> Page[Item]:
    """A page of the items that the caller may see.

    Raises QueryUnsupported, HiddenItemsForbidden, CursorInvalid, Unavailable.
    """
    asked = tuple(query.model_dump(exclude={"limit", "cursor"}).values())
    return lists.read(_plan(caller, query), Request(caller, asked, query.limit, query.cursor))


def _plan(caller: Caller | None, query: ItemQuery) -> Plan[Item]:
    keep = _keep(caller, query)
    if query.sort == "price":
        return Plan(_price_span(query), _items, keep)
    everybodys = query.available is False and query.owner is None
    if everybodys and not (caller and caller.role.moderates):
        raise HiddenItemsForbidden
    if query.q:
        prefixes = words_of(query.q)
        rarest = max(prefixes, key=len)
        return Plan(terms.with_word(rarest), _first_met(rarest), keep)
    if query.owner:
        return Plan(models.of_owner(query.owner), _items, keep)
    if query.tag:
        return Plan(terms.with_tag(query.tag), _named, keep)
    return Plan(models.newest(available=query.available is not False), _items, keep)


def _price_span(query: ItemQuery) -> Span:
    narrowed = query.q or query.tag or query.available is not None
    if query.currency is None or narrowed:
        raise QueryUnsupported
    return models.by_price(query.currency, query.owner, query.min_price, query.max_price)


def _keep(caller: Caller | None, query: ItemQuery) -> Callable[[Item], bool]:
    """What an item must be like: visible to the caller, and as the query says."""
    prefixes = words_of(query.q) if query.q else ()
    available = query.available
    if available is None and query.owner is None:
        available = True
    low, high = query.min_price, query.max_price

    def keep(item: Item) -> bool:
        return (
            item.visible_to(caller)
            and available in (None, item.is_available)
            and query.owner in (None, item.owner_id)
            and query.currency in (None, item.currency)
            and (query.tag is None or query.tag in item.tags)
            and (low is None or low <= item.price)
            and (high is None or item.price <= high)
            and all_begin(prefixes, item.words if prefixes else ())
        )

    return keep


def _items(rows: Sequence[RawRow]) -> Sequence[Item | None]:
    return [Item.from_raw_data(row) for row in rows]


def _named(rows: Sequence[RawRow]) -> Sequence[Item | None]:
    """The items that terms stand for, in one batch read; None for those that are gone."""
    ids = [terms.item_id_of(row["entry"]["S"]) for row in rows]
    found = {item.id: item for item in Item.find_all(ids)}
    return [found.get(id_) for id_ in ids]


def _first_met(prefix: str) -> Load:
    """As `_named`, leaving out an item that an earlier of its words has brought already."""

    def load(rows: Sequence[RawRow]) -> Sequence[Item | None]:
        met = [row.get("before", {}).get("S", "").startswith(prefix) for row in rows]
        fresh = iter(_named([row for row, again in zip(rows, met, strict=True) if not again]))
        return [None if again else next(fresh) for again in met]

    return load
