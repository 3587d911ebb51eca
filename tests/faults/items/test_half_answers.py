"""Answers of DynamoDB that hold a part, or nothing, of what was asked for (threats K11, K16)."""

import itertools
import json

import pytest

from handler.core.shards import ROWS_READ, SHARDS
from tests.faults.conftest import answers, rows

ITEMS = "dunlin-local-items"


@pytest.fixture
def catalogue(ann, new_item, time):
    """The names of nine items as lists have them, newest first."""
    for number in range(9):
        time.pass_(seconds=1)
        ann.post("/items", new_item | {"name": f"Lamp {number}", "price": str(9 - number)})
    return [f"Lamp {number}" for number in reversed(range(9))]


def listed(client, query):
    """The names in a list, over all its pages."""
    found, cursor = [], ""
    while cursor is not None:
        answer = client.get("/items", query=f"{query}{cursor}")
        assert answer.status == 200, answer
        found += [item["name"] for item in answer.body["items"]]
        cursor = answer.body["next"] and f"&cursor={answer.body['next']}"
    return found


class TestUnprocessedKeys:
    """BatchGetItem that leaves keys over."""

    @pytest.fixture
    def some(self, carried_out):
        """Answers the first few keys and leaves the others over."""

        def of(count):
            def answer(request):
                keys = json.loads(request.body)["RequestItems"][ITEMS]["Keys"]
                body = {"RequestItems": {ITEMS: {"Keys": keys[:count]}}}
                request.body = json.dumps(body).encode()
                whole = json.loads(carried_out(request).content)
                left = {ITEMS: {"Keys": keys[count:]}} if keys[count:] else {}
                return answers(whole | {"UnprocessedKeys": left})(request)

            return answer

        return of

    @pytest.mark.parametrize("count", [1, 4, 8])
    @pytest.mark.parametrize("query", ["q=lamp", "tag=brass"])
    def test_are_asked_for_again(self, anonymous, wire, catalogue, some, query, count):
        """A page is whole and in order, however little each answer brings."""
        wire.break_next(*[None] * SHARDS, *[some(count)] * 9)
        assert listed(anonymous, query) == catalogue

    def test_may_be_all_of_them(self, anonymous, wire, catalogue, some, naps):
        """Answers that bring nothing are waited out."""
        wire.break_next(*[None] * SHARDS, *[_none] * 3)
        assert listed(anonymous, "q=lamp") == catalogue
        assert len(naps) == 3

    def test_are_given_up_in_the_end(self, anonymous, wire, catalogue, naps):
        """When no answer brings anything, the caller is asked to come again."""
        wire.calls.clear()
        wire.break_next(*[None] * SHARDS, *[_none] * 99)
        assert anonymous.get("/items", query="q=lamp").status == 503
        assert wire.calls.count("BatchGetItem") == len(naps) == 4


def _none(request):
    """Answer that no key was read."""
    asked = json.loads(request.body)["RequestItems"]
    return answers({"Responses": {}, "UnprocessedKeys": asked})(request)


LISTS = ["limit=2", "limit=100", "owner=ann&limit=2", "q=la&limit=2", "tag=brass&limit=2"]
PRICES = ["sort=price&currency=EUR&limit=2", "sort=price&currency=EUR&owner=ann"]
BEYOND = {"id": "Z" * 26, "entry": "!", "price_key": "!"}
"""Sort keys before the first row of a list."""


def nothing_yet(request):
    """An answer without rows that is not the end."""
    asked = json.loads(request.body)
    begun = asked["ExpressionAttributeValues"].get(":1")  # the bound where reading begins
    names = ("price_key",) if "price" in asked.get("IndexName", "") else ("id", "entry")
    last = {name: begun or {"S": BEYOND[name]} for name in names}
    return answers({"Items": [], "Count": 0, "ScannedCount": 0, "LastEvaluatedKey": last})(request)


def empty_at(*numbers):
    """A fault that answers the queries of these numbers without rows."""
    count = itertools.count()

    def fault(request):
        is_query = "KeyConditionExpression" in json.loads(request.body)
        return nothing_yet(request) if is_query and next(count) in numbers else None

    return fault


class TestEmptyPages:
    """Query that answers no rows and is not at the end."""

    @pytest.mark.parametrize("empty", range(0, SHARDS, 5))
    @pytest.mark.parametrize("query", [*LISTS, *PRICES])
    def test_hide_nothing(self, anonymous, wire, catalogue, query, empty):
        """The next row may be behind an empty answer: it is not passed over."""
        expected = listed(anonymous, query)
        wire.break_all(empty_at(empty, empty + 2, 17, 20, 40))
        assert listed(anonymous, query) == expected
        assert sorted(expected, reverse=True) == catalogue

    def test_do_not_disturb_the_order(self, anonymous, wire, catalogue):
        """An empty answer of the very shard that holds the first row does not put it last."""
        first = next(row for row in rows("items") if row["name"]["S"] == catalogue[0])
        shelf = first["shelf"]

        def empty_once(request):
            values = json.loads(request.body)["ExpressionAttributeValues"].values()
            if shelf in values and not seen:
                seen.append(shelf)
                return nothing_yet(request)
            return None

        seen = []
        wire.break_all(empty_once)
        assert listed(anonymous, "limit=2") == catalogue
        assert seen

    def test_come_to_an_end(self, anonymous, wire, catalogue):
        """A page that only ever gets empty answers is given up, with a cursor."""
        wire.calls.clear()
        wire.break_all(nothing_yet)
        answer = anonymous.get("/items")
        assert (answer.status, answer.body["items"]) == (200, [])
        assert answer.body["next"]
        assert len(wire.calls) <= ROWS_READ + SHARDS


@pytest.mark.parametrize("query", [*LISTS, *PRICES])
def test_a_full_megabyte_ends_no_list(anonymous, wire, carried_out, catalogue, query):
    """Answers that stop after each row, as after 1 MB, make the same list."""

    def one_row(request):
        body = json.loads(request.body)
        if "Limit" not in body:
            return None
        request.body = json.dumps(body | {"Limit": 1}).encode()
        return carried_out(request)

    expected = listed(anonymous, query)
    wire.break_all(one_row)
    assert listed(anonymous, query) == expected
    assert len(expected) == 9
