"""What is remembered of items. The words and tags they are found by are in `terms`.

No key is shared by all items, so nothing gets hot. With S = 16 shards (`core.shards`):

=============  ==================================  ==========================  ==================
list           partition                           sorted by                   asked per page
=============  ==================================  ==========================  ==================
newest         `open#<shard>`, `hidden#<shard>`    id (a ULID: by time)        S queries
owner          owner                               id                          1 query
price          `<currency>#<shard>`                price, newest first         S queries
owner_price    `<owner>#<currency>`                price, newest first         1 query
word prefix    `word:<first two letters>#<shard>`  word, newest first          S queries, 1 batch
tag            `tag:<tag>#<shard>`                 newest first                S queries, 1 batch
=============  ==================================  ==========================  ==================

At 10,000 new items a second a shard of a list takes 625 writes (the limit is 1,000), also when all
items have a word or a tag in common; different words of two common first letters lie apart in sort
order, so that DynamoDB can split them when they heat up. At 100 million items of 1 KB a shard holds
6 GB. Rows of a page are read at most 1,000, however many items there are.

A new item of up to 1 KB costs 2 units (a transaction), 4 for its four indexes and 2 for each word
and tag; a change of its price 5 to 7 (the row, its four index entries, one more for each that
moves), one of its name also 2 for each word that comes or goes.
"""

from collections.abc import Iterator
from decimal import Decimal
from functools import reduce
from operator import and_
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    ListAttribute,
    UnicodeAttribute,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from handler.core import money
from handler.core.attributes import DecimalAttribute, IntegerAttribute
from handler.core.auth import Caller
from handler.core.ids import mirrored, new_id
from handler.core.records import Record, Versions, read_batch, table
from handler.core.shards import Span, shard_of, shards
from handler.items.words import words_of

_PAGE = 100  # rows of a read
_TOP = "\U0010ffff"  # sorts behind every other character


class Newest(GlobalSecondaryIndex["Item"]):
    """Available and hidden items by time."""

    class Meta:
        index_name = "newest"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByOwner(GlobalSecondaryIndex["Item"]):
    """An owner's items by time."""

    class Meta:
        index_name = "owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByPrice(GlobalSecondaryIndex["Item"]):
    """Items of a currency by price."""

    class Meta:
        index_name = "price"
        projection = AllProjection()

    price_shelf = UnicodeAttribute(hash_key=True)
    price_key = UnicodeAttribute(range_key=True)


class ByOwnerAndPrice(GlobalSecondaryIndex["Item"]):
    """An owner's items of a currency by price."""

    class Meta:
        index_name = "owner_price"
        projection = AllProjection()

    owner_currency = UnicodeAttribute(hash_key=True)
    price_key = UnicodeAttribute(range_key=True)


class Item(Record):
    """One item. What only indexes need is derived by `derive` and `changes`."""

    class Meta:
        table_name = table("items")

    newest = Newest()
    by_owner = ByOwner()
    by_price = ByPrice()
    by_owner_and_price = ByOwnerAndPrice()

    id = UnicodeAttribute(hash_key=True, default_for_new=new_id)
    owner_id = UnicodeAttribute()
    name = UnicodeAttribute()
    description = UnicodeAttribute()
    price = DecimalAttribute()
    currency = UnicodeAttribute()
    is_available = BooleanAttribute()
    tags = ListAttribute[Any](of=UnicodeAttribute, default=list)
    photos = ListAttribute[Any](of=UnicodeAttribute, default=list)
    shelf = UnicodeAttribute()
    price_shelf = UnicodeAttribute()
    price_key = UnicodeAttribute()
    owner_currency = UnicodeAttribute()
    price_digits = IntegerAttribute()
    currency_digits = IntegerAttribute()

    @property
    def price_written(self) -> str:
        """The price with its currency's digits."""
        return money.written(self.price, self.currency)

    @property
    def words(self) -> tuple[str, ...]:
        """The words it is found by."""
        return words_of(self.name, *self.tags)

    @classmethod
    def find(cls, item_id: str) -> "Item | None":
        """The item of that id, read consistently: one call."""
        key = {
            "TableName": cls.Meta.table_name,
            "Key": {"id": {"S": item_id}},
            "ConsistentRead": True,
        }
        found = cls._get_connection().connection.dispatch("GetItem", key).get("Item")
        return cls.from_raw_data(found) if found else None

    @classmethod
    def find_all(cls, item_ids: list[str], *, consistent: bool = False) -> list["Item"]:
        """The items of up to 100 ids in any order, without those that are gone: one call."""
        keys = [{"id": {"S": id_}} for id_ in dict.fromkeys(item_ids)]
        return [cls.from_raw_data(row) for row in read_batch(cls, keys, consistent=consistent)]

    def visible_to(self, caller: Caller | None) -> bool:
        """Whether a caller may see it: hidden items are for their owner and for moderators."""
        return self.is_available or (caller is not None and caller.may_change(self.owner_id))

    def derive(self) -> None:
        """Set what follows from the other fields, before the row is saved whole."""
        for action_name, value in derived(self.id, self.owner_id, _values(self)).items():
            setattr(self, action_name, value)

    @classmethod
    def changes(cls, item_id: str, owner_id: str, fields: dict[str, Any]) -> list[Action]:
        """The actions that set these fields and what follows from them.

        `owner_id` matters only when the currency changes.
        """
        values = {**fields, **derived(item_id, owner_id, fields)}
        return [getattr(cls, name).set(value) for name, value in values.items()]


def permitted(caller: Caller, versions: Versions, fields: dict[str, Any]) -> Condition | None:
    """The condition under which a caller may set these fields of an item, whatever it is now.

    It is the caller's or the caller moderates, it has one of the versions (None: any), and the
    price has no more digits than the currency.
    """
    conditions: list[Condition] = []
    if not caller.role.moderates:
        conditions.append(Item.owner_id == caller.id)
    if versions is not None:
        conditions.append(Item.version.is_in(*versions or (0,)))  # no row has version 0
    if "price" in fields and "currency" not in fields:
        conditions.append(Item.currency_digits >= money.digits_of(fields["price"]))
    if "currency" in fields and "price" not in fields:
        conditions.append(Item.price_digits <= money.MINOR_DIGITS[fields["currency"]])
    return reduce(and_, conditions) if conditions else None


def _values(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in ("price", "currency", "is_available")}


def derived(item_id: str, owner_id: str, fields: dict[str, Any]) -> dict[str, Any]:
    """Index keys and digits that follow from the price, the currency and the availability."""
    found: dict[str, Any] = {}
    shard = shard_of(item_id)
    if "is_available" in fields:
        found["shelf"] = f"{'open' if fields['is_available'] else 'hidden'}#{shard}"
    if "price" in fields:
        found["price_key"] = f"{_price_key(fields['price'])}#{mirrored(item_id)}"
        found["price_digits"] = money.digits_of(fields["price"])
    if "currency" in fields:
        found["price_shelf"] = f"{fields['currency']}#{shard}"
        found["owner_currency"] = f"{owner_id}#{fields['currency']}"
        found["currency_digits"] = money.MINOR_DIGITS[fields["currency"]]
    return found


def _price_key(price: Decimal) -> str:
    return f"{price:018.4f}"  # 13 digits, a point, 4 digits: text sorts as the number


def newest(*, available: bool) -> Span:
    """All available or all hidden items, newest first."""
    return Span(Item, "newest", shards("open" if available else "hidden"), Item.id)


def of_owner(owner_id: str) -> Span:
    """An owner's items, newest first."""
    return Span(Item, "owner", (owner_id,), Item.id)


def all_of_owner(owner_id: str) -> Iterator[Item]:
    """Every item of an owner, newest first, read page by page; the rows are their own index's."""
    for rows in of_owner(owner_id).pages(owner_id, _PAGE):
        yield from (Item.from_raw_data(row) for row in rows)


def by_price(
    currency: str, owner_id: str | None, low: Decimal | None, high: Decimal | None
) -> Span:
    """Items of a currency within a price range, cheapest first."""
    bounds = {
        "low": _price_key(low or Decimal(0)),
        "high": ":" if high is None else f"{_price_key(high)}#{_TOP}",
    }
    if owner_id is None:
        return Span(Item, "price", shards(currency), Item.price_key, **bounds)
    return Span(Item, "owner_price", (f"{owner_id}#{currency}",), Item.price_key, **bounds)
