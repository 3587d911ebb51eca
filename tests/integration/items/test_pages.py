"""What a page costs: the same calls and rows, however long the list and far the page (D1)."""

from collections import Counter
from decimal import Decimal
from functools import cache
from itertools import islice
from threading import Lock

import pytest
from moto.backends import get_backend

from handler.core import aws as core_aws
from handler.core.shards import ROWS_READ, SHARDS
from handler.items.models import Item
from handler.items.terms import terms_of
from infra.local import engine

SHARDED = {"Query": SHARDS}
TERMS = SHARDED | {"BatchGetItem": 1}
CALLS = {
    "": SHARDED,
    "owner=ann": {"Query": 1},
    "owner=ann&sort=price&currency=EUR": {"Query": 1},
    "sort=price&currency=EUR": SHARDED,
    "tag=even": TERMS,
    "q=lamp": TERMS,
    "q=lamp&owner=ann": TERMS,
}
"""The calls of a page: a query for each shard, and one read for the items of words or tags."""


@cache
def rows(count):
    """As many items of ann's, and their terms; every second is even, the oldest rare and free."""
    items = [
        Item(
            id=f"{number:026}",
            owner_id="ann",
            name=f"Lamp {number}",
            description="",
            price=Decimal(number * 7919 % 10**6),
            currency="EUR",
            is_available=True,
            tags=["odd" if number % 2 else "even", *["rare"] * (number == 0)],
        )
        for number in range(count)
    ]
    for item in items:
        item.derive()
    terms = [term.serialize() for item in items for term in terms_of(item).values()]
    return [item.serialize() for item in items], terms


def fill(count):
    """Fill the empty tables with that many items."""
    tables = get_backend("dynamodb")["123456789012"]["eu-west-1"].tables
    for name, content in zip(("items", "item_terms"), rows(count), strict=True):
        engine.load(tables[f"dunlin-local-{name}"], content)


class Meter:
    """Counts calls and the rows that they read."""

    def __init__(self):
        self.calls = Counter()
        self.rows = 0
        self._turn = Lock()  # the shards of a page are asked by threads of their own

    def count(self, parsed, model, **_):
        """What botocore calls after each call. Limits are counted apart; they alone update here."""
        if model.name == "UpdateItem":
            return
        with self._turn:
            self.calls[model.name] += 1
            self.rows += parsed.get("ScannedCount", 0)
            self.rows += sum(len(rows) for rows in parsed.get("Responses", {}).values())

    def read(self):
        """The calls and rows since it was read last."""
        found = dict(self.calls), self.rows
        self.__init__()
        return found


@pytest.fixture
def meter(aws):
    """A meter at the one client."""
    events = core_aws.client("dynamodb").meta.events
    meter = Meter()
    events.register("after-call.dynamodb.*", meter.count, unique_id="meter")
    yield meter
    events.unregister("after-call.dynamodb.*", unique_id="meter")


def walk(client, query, cursor=""):
    """The pages of a list from a cursor on."""
    while cursor is not None:
        body = client.get("/items", query=f"{query}{cursor}").body
        cursor = body["next"] and f"&cursor={body['next']}"
        yield body["items"], cursor


@pytest.mark.parametrize("page", [1, pytest.param(16, marks=pytest.mark.slow)])
@pytest.mark.parametrize("query", CALLS)
def test_any_page_costs_the_same(anonymous, meter, query, page):
    """Page 16 of 2,400 items costs as many calls and rows as page 1 of 1,200."""
    fill(1200 if page == 1 else 2400)
    cursor = ""
    for _, behind in islice(walk(anonymous, f"{query}&limit=100"), page // 5):
        cursor = behind
    meter.read()
    items, _ = next(walk(anonymous, query, cursor))
    calls = CALLS[query]
    assert meter.read() == (calls, calls["Query"] * 21 + calls.get("BatchGetItem", 0) * 20)
    assert len(items) == 20


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("max_price=0", ["Lamp 0"]),
        ("owner=ann&max_price=0", ["Lamp 0"]),
        ("owner=ann&tag=rare", ["Lamp 0"]),
        ("owner=ann&currency=USD", []),
        ("tag=odd&max_price=0", []),
        ("tag=even&max_price=0", ["Lamp 0"]),
        ("q=lamp&tag=rare", ["Lamp 0"]),
        ("q=lamp&owner=nobody", []),
    ],
)
def test_a_selective_filter_ends_a_page_early(anonymous, meter, query, found):
    """A page reads some 1,000 rows at most, then answers short with a cursor."""
    fill(2200)
    *before, (last, _, _) = [(items, *meter.read()) for items, _ in walk(anonymous, query)]
    names = [item["name"] for item in last]
    assert ([items for items, *_ in before], names) == ([[]] * len(before), found)
    assert before
    for _, calls, read in before:
        batches = "BatchGetItem" in calls
        assert ROWS_READ * 0.8 <= read / (1 + batches) <= ROWS_READ + SHARDS


@pytest.mark.parametrize("query", CALLS)
def test_a_hundred_is_full(anonymous, meter, query):
    """The longest page is full, in the same calls."""
    fill(2200)
    items, _ = next(walk(anonymous, f"{query}&limit=100"))
    assert (len(items), meter.read()[0]) == (100, CALLS[query])
