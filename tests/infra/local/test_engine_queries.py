"""Queries of the engine: what they find, in which order, page by page, and at what price."""

import operator
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.places import Refused
from tests.infra.local.shelves import SHELF, TABLE, row

HOLDS = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@pytest.fixture
def rows(ask):
    """A table with an index by number; gives the means to ask it."""
    ask("CreateTable", **TABLE)
    return ask


def pages(ask, **query):
    """All rows of a query, page by page."""
    found = []
    while True:
        page = ask("Query", **query)
        found += page["Items"]
        if "LastEvaluatedKey" not in page:
            return found
        query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ranks=st.dictionaries(st.text("xyz", min_size=1, max_size=3), st.integers(-9, 9), max_size=20),
    moved=st.dictionaries(st.text("xyz", min_size=1, max_size=3), st.integers(-9, 9), max_size=8),
    gone=st.sets(st.text("xyz", min_size=1, max_size=3), max_size=8),
    limit=st.integers(1, 7),
    forward=st.booleans(),
    comparison=st.sampled_from(("=", "<", "<=", ">", ">=")),
    bound=st.integers(-9, 9),
)
def test_pages_hold_every_row_once_in_order(
    rows, ranks, moved, gone, limit, forward, comparison, bound
):
    """Whatever was put, updated and deleted, pages give what is there, sorted, each row once."""
    expected = {name: rank for name, rank in (ranks | moved).items() if name not in gone}
    for name, rank in ranks.items():
        rows("PutItem", TableName="rows", Item=row(name, rank=rank))
    for name, rank in moved.items():
        rows(
            "UpdateItem",
            TableName="rows",
            Key={"id": {"S": name}},
            UpdateExpression="SET shelf = :shelf, #rank = :rank",
            ExpressionAttributeNames={"#rank": "rank"},
            ExpressionAttributeValues={":shelf": {"S": "a"}, ":rank": {"N": str(rank)}},
        )
    for name in gone:
        rows("DeleteItem", TableName="rows", Key={"id": {"S": name}})
    query = SHELF | {
        "KeyConditionExpression": f"shelf = :shelf AND #rank {comparison} :bound",
        "ExpressionAttributeNames": {"#rank": "rank"},
        "ExpressionAttributeValues": {":shelf": {"S": "a"}, ":bound": {"N": str(bound)}},
    }
    holds = HOLDS[comparison]
    found = pages(rows, **query, Limit=limit, ScanIndexForward=forward)
    wanted = sorted((rank, name) for name, rank in expected.items() if holds(rank, bound))
    if not forward:
        wanted.reverse()
    assert [(int(item["rank"]["N"]), item["id"]["S"]) for item in found] == wanted
    for name in expected:
        rows("DeleteItem", TableName="rows", Key={"id": {"S": name}})


def test_numbers_are_in_order_as_numbers(rows):
    """10 follows 9, and -1 is the smallest."""
    for number in (10, 9, -1, Decimal("2.5"), 100):
        rows("PutItem", TableName="rows", Item=row(f"r{number}", rank=number))
    found = rows("Query", **SHELF)["Items"]
    assert [item["rank"]["N"] for item in found] == ["-1", "2.5", "9", "10", "100"]


@pytest.mark.parametrize(
    ("prefix", "wanted"),
    [("AQ==", ["AQ==", "AQI=", "Af8="]), ("/w==", ["/w==", "//8="]), ("Af8=", ["Af8="])],
)
def test_bytes_begin_with_bytes(rows, prefix, wanted):
    """A prefix of bytes finds what begins so, also at the top of the range."""
    for raw in ("AQ==", "AQI=", "Af8=", "Ag==", "/w==", "//8="):
        rows("PutItem", TableName="rows", Item=row(raw, raw={"B": raw}))
    found = rows(
        "Query",
        TableName="rows",
        IndexName="raws",
        KeyConditionExpression="shelf = :shelf AND begins_with(raw, :prefix)",
        ExpressionAttributeValues={":shelf": {"S": "a"}, ":prefix": {"B": prefix}},
    )
    assert [item["raw"]["B"] for item in found["Items"]] == wanted


def test_a_number_begins_with_nothing(rows):
    """begins_with on a number is refused."""
    with pytest.raises(Refused, match="begins_with"):
        rows(
            "Query",
            **SHELF
            | {
                "KeyConditionExpression": "shelf = :shelf AND begins_with(#rank, :one)",
                "ExpressionAttributeNames": {"#rank": "rank"},
                "ExpressionAttributeValues": {":shelf": {"S": "a"}, ":one": {"N": "1"}},
            },
        )


def test_an_index_gives_only_what_it_includes(rows):
    """Attributes that an index does not include are not in its answers."""
    item = row("r", raw={"B": "AQ=="}, note={"S": "in"}, other={"S": "out"})
    rows("PutItem", TableName="rows", Item=item)
    found = rows("Query", **SHELF | {"IndexName": "raws"})["Items"]
    assert [sorted(item) for item in found] == [["id", "note", "raw", "shelf"]]


def test_a_row_without_the_key_of_an_index_is_not_in_it(rows):
    """Indexes are sparse."""
    rows("PutItem", TableName="rows", Item={"id": {"S": "r"}, "shelf": {"S": "a"}})
    assert rows("Query", **SHELF)["Count"] == 0


def test_a_path_into_a_map_is_projected(rows):
    """Only the named part of a map is given."""
    item = row("r", box={"M": {"x": {"S": "in"}, "y": {"S": "out"}}})
    rows("PutItem", TableName="rows", Item=item)
    found = rows("Query", **SHELF, ProjectionExpression="box.x")["Items"]
    assert found == [{"box": {"M": {"x": {"S": "in"}}}}]


def test_the_filter_is_applied_after_the_limit(rows):
    """A page may be empty and still have a next one."""
    for number in range(4):
        rows("PutItem", TableName="rows", Item=row(f"r{number}", rank=number))
    values = SHELF["ExpressionAttributeValues"] | {":three": {"S": "r3"}}
    query = SHELF | {"FilterExpression": "id = :three", "ExpressionAttributeValues": values}
    page = rows("Query", **query, Limit=2)
    assert (page["Count"], page["ScannedCount"], "LastEvaluatedKey" in page) == (0, 2, True)


def test_consistent_reads_of_an_index_are_refused(rows):
    """A global index is never read consistently."""
    with pytest.raises(Refused, match="Consistent reads"):
        rows("Query", **SHELF, ConsistentRead=True)


def test_an_index_that_was_added_later_finds_what_was_there(rows):
    """An index made by UpdateTable knows the rows from before."""
    rows("PutItem", TableName="rows", Item=row("r", rank=5))
    rows("Query", **SHELF)
    index = TABLE["GlobalSecondaryIndexes"][0] | {"IndexName": "later"}
    rows("UpdateTable", TableName="rows", GlobalSecondaryIndexUpdates=[{"Create": index}])
    assert rows("Query", **SHELF | {"IndexName": "later"})["Count"] == 1


def test_legacy_key_conditions_still_work(rows):
    """What the engine does not know is left to moto: a filter of the old kind."""
    rows("PutItem", TableName="rows", Item=row("r", rank=5, note={"S": "x"}))
    one = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "a"}]}
    wanted = {"ComparisonOperator": "EQ", "AttributeValueList": [{"S": "x"}]}
    found = rows(
        "Query",
        TableName="rows",
        IndexName="ranks",
        KeyConditions={"shelf": one},
        QueryFilter={"note": wanted},
    )
    assert found["Count"] == 1
