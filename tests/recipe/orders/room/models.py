"""What is remembered of orders."""

from collections.abc import Iterator

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from handler.core.attributes import IntegerAttribute
from handler.core.ids import new_id
from handler.core.records import Record, table
from handler.core.shards import Span

_PAGE = 100  # rows of a read


class ByOwner(GlobalSecondaryIndex["Order"]):
    """An account's orders by time."""

    class Meta:
        index_name = "owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Order(Record):
    """One order."""

    class Meta:
        table_name = table("orders")

    by_owner = ByOwner()

    id = UnicodeAttribute(hash_key=True, default_for_new=new_id)
    owner_id = UnicodeAttribute()
    product = UnicodeAttribute()
    quantity = IntegerAttribute()
    state = UnicodeAttribute(default="placed")

    @classmethod
    def find(cls, order_id: str) -> "Order | None":
        """The order of that id, read consistently: one call."""
        return cls._one({"id": {"S": order_id}})


def of_owner(owner_id: str) -> Span:
    """An account's orders, newest first."""
    return Span(Order, "owner", (owner_id,), Order.id)


def all_of_owner(owner_id: str) -> Iterator[Order]:
    """Every order of an account, newest first, read page by page."""
    span, after = of_owner(owner_id), None
    while True:
        rows, after = span.query(owner_id, after, _PAGE)
        yield from (Order.from_raw_data(row) for row in rows)
        if after is None:
            return
