"""How items are transferred: what their owner may set, the oldest first.

The order of an export is the order in which an import creates, so it comes out again the same.
"""

from collections.abc import Sequence
from typing import Any

from handler import items
from handler.items import ItemIn, Offered
from handler.transfers.cells import Column
from handler.transfers.transferable import Importable, Numbered

COLUMNS = (
    Column("name"),
    Column("description"),
    Column("price"),
    Column("currency"),
    Column("is_available", "truth"),
    Column("tags", "words"),
)


def _page(owner_id: str, after: str | None) -> tuple[list[dict[str, Any]], str | None]:
    found, last = items.page_of_owner(owner_id, after)
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
    items.create_missing(owner_id, [Offered(row.id, row.content) for row in rows])


ITEMS = Importable("items", COLUMNS, _page, ItemIn, _create)
