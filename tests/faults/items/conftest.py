"""An item, and what must hold of items whatever happened."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from handler.items.models import Item
from handler.items.terms import terms_of
from tests.faults.conftest import in_order, rows


def state() -> tuple[list[Any], ...]:
    """All that is stored."""
    names = ("items", "item_terms", "idempotency")
    return tuple(rows(name) for name in names)


def check_invariants() -> None:
    """The terms are those of the items, and whoever has an answer has its item."""
    items = [Item.from_raw_data(row) for row in rows("items")]
    expected = [term.serialize() for item in items for term in terms_of(item).values()]
    assert rows("item_terms") == in_order(expected)
    kept = [json.loads(row["answer"]["S"]) for row in rows("idempotency") if "answer" in row]
    assert {json.loads(one["body"])["id"] for one in kept} <= {item.id for item in items}


@pytest.fixture
def invariants(aws) -> Iterator[Callable[[], None]]:
    """What holds in the end whatever happened, and whenever it is asked."""
    yield check_invariants
    check_invariants()


@pytest.fixture
def item(ann, new_item) -> dict[str, Any]:
    """An item of ann's, as it was before anything broke."""
    return ann.post("/items", new_item).body
