"""The catalogue: things that accounts offer. The first feature, to copy, keep or delete."""

from handler.items.bulk import (
    Offered,
    create_missing,
    created_between,
    page_held,
    page_of_owner,
)
from handler.items.models import Item
from handler.items.schemas import ItemIn

__all__ = [
    "Item",
    "ItemIn",
    "Offered",
    "create_missing",
    "created_between",
    "page_held",
    "page_of_owner",
]
