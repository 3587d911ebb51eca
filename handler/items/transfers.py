"""How items are transferred and counted: what their owner may set, the oldest first.

The order of an export is the order in which an import creates, so it comes out again the same.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from handler.core import money
from handler.items import bulk
from handler.items.bulk import Offered
from handler.items.schemas import ItemIn
from handler.transfers import Column, Importable, Numbered, Tally, hold, offer, tally

COLUMNS = (
    Column("name"),
    Column("description"),
    Column("price"),
    Column("currency"),
    Column("is_available", "truth"),
    Column("tags", "words"),
)


def _page(owner_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    found, last = bulk.page_of_owner(owner_id, after)
    rows = [
        {
            "name": item.name,
            "description": item.description,
            "price": item.price_written,
            "currency": item.currency,
            "is_available": item.is_available,
            "tags": list(item.tags),
        }
        for item in found
    ]
    return rows, last


def _create(owner_id: str, rows: Sequence[Numbered]) -> None:
    bulk.create_missing(owner_id, [Offered(row.id, row.content) for row in rows])


def _count(start: float, end: float, checkpoint: Callable[[], None]) -> Tally:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    number: Counter[bool] = Counter()
    for item in bulk.created_between(start, end):
        checkpoint()
        number[item.is_available] += 1
        sums[item.currency] += item.price
    value = {code: money.written(sum_, code) for code, sum_ in sorted(sums.items())}
    return Tally({"created": number.total(), "available": number[True]}, value)


offer(Importable("items", COLUMNS, _page, ItemIn, _create))
hold("item", bulk.page_held)
tally("items", _count)
