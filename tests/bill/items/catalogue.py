"""A catalogue that fills every page."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from moto.backends import get_backend

from handler.core.shards import SHARDS, shard_of
from handler.items.models import Item
from handler.items.terms import terms_of
from infra.blueprint import prefix
from infra.local import engine
from tests import cloud

NEW_ITEM = {
    "name": "Brass lamp",
    "description": "Turned, with a linen shade. It has been in one family for sixty years.",
    "price": "12.50",
    "currency": "EUR",
    "tags": ["lighting", "brass"],
}
_ROWS = 21
"""Items in every shard: a page of 20 reads so many of each, however many there are beyond."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def fill(owner: str) -> None:
    """Have an account offer all of it."""
    items = list(_items(owner))
    _load("items", [item.serialize() for item in items])
    terms = [row for item in items for row in terms_of(item).values()]
    _load("item_terms", [row.serialize() for row in terms])


def _items(owner: str) -> Iterator[Item]:
    """The catalogue: as many items as fill the first page of each shard."""
    shards: Counter[str] = Counter()
    number = 0
    while len(shards) < SHARDS or min(shards.values()) < _ROWS:
        number += 1
        id_ = "01JN" + "".join(_ALPHABET[number >> shift & 31] for shift in range(105, -1, -5))
        shards[shard_of(id_)] += 1
        fields = {**NEW_ITEM, "price": 12.5 + number, "is_available": True}
        item = Item(id_, owner_id=owner, write_id="0" * 26, version=1, **fields)
        item.created_at = item.updated_at = datetime(2026, 3, 1, 11, tzinfo=UTC)
        item.derive()
        yield item


def _load(table: str, rows: list[dict[str, Any]]) -> None:
    backend = get_backend("dynamodb")[cloud.ACCOUNT][cloud.REGION]
    engine.load(backend.tables[prefix("local") + table], rows)
