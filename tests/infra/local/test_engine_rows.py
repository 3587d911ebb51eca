"""Rows of the engine: changed as a whole or not at all, announced, and put back when undone."""

import gc
import weakref

import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from infra.local import engine
from infra.local.engine import transactions
from infra.local.places import ACCOUNT, REGION, Refused

TABLE = {
    "TableName": "rows",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("id", "part", "shelf")
    ],
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "part", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "shelves",
            "KeySchema": [{"AttributeName": "shelf", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}
KEY = {"id": {"S": "r"}, "part": {"S": "1"}}
OTHER = {"id": {"S": "r"}, "part": {"S": "2"}}
NEVER = {
    "ConditionCheck": {
        "TableName": "rows",
        "Key": {"id": {"S": "none"}, "part": {"S": "1"}},
        "ConditionExpression": "attribute_exists(id)",
    }
}
MISTYPED = {"Put": {"TableName": "rows", "Item": OTHER | {"shelf": {"N": "1"}}}}


@pytest.fixture
def rows(ask):
    """A table with a stream and an index; gives the means to ask it."""
    ask("CreateTable", **TABLE)
    return ask


@pytest.fixture
def announced(rows):
    """What the engine announces: the sort key and the item."""
    heard = []

    def hear(_table, key, item):
        heard.append((key[1].value, None if item is None else item.to_json()["Attributes"]))

    stop = engine.listen(hear)
    yield heard
    stop()


def shelf(rows, name):
    """The sort keys of the rows on a shelf."""
    found = rows(
        "Query",
        TableName="rows",
        IndexName="shelves",
        KeyConditionExpression="shelf = :shelf",
        ExpressionAttributeValues={":shelf": {"S": name}},
    )
    return [item["part"]["S"] for item in found["Items"]]


def update(rows, expression, **values):
    """Update the row of KEY."""
    given = {f":{name}": value for name, value in values.items()}
    return rows(
        "UpdateItem",
        TableName="rows",
        Key=KEY,
        UpdateExpression=expression,
        ExpressionAttributeValues=given,
    )


def put(rows, key, **attributes):
    """Put a row."""
    return rows("PutItem", TableName="rows", Item=key | attributes)


def test_every_kind_of_change_is_announced(rows, announced):
    """A put, an update and a delete are heard in order, with the row as it then is."""
    put(rows, KEY)
    update(rows, "SET note = :note", note={"S": "x"})
    rows("DeleteItem", TableName="rows", Key=KEY)
    assert announced[-3:] == [("1", KEY), ("1", KEY | {"note": {"S": "x"}}), ("1", None)]


def test_deleting_nothing_announces_nothing(rows, announced):
    """A delete of a row that is not there is no change."""
    rows("DeleteItem", TableName="rows", Key=KEY)
    assert announced == []


def test_a_refused_update_leaves_no_trace(rows):
    """An update that fails half-way has done nothing, neither to the row nor to the index."""
    put(rows, KEY, shelf={"S": "a"}, note={"S": "text"})
    with pytest.raises(Refused):
        update(rows, "SET shelf = :b, note = note + :one", b={"S": "b"}, one={"N": "1"})
    found = rows("GetItem", TableName="rows", Key=KEY)["Item"]
    assert (found["shelf"], shelf(rows, "a"), shelf(rows, "b")) == ({"S": "a"}, ["1"], [])


def test_a_refused_update_makes_no_row(rows):
    """An update that would have made a row, with an index key of a wrong type, makes none."""
    with pytest.raises(Refused, match="Type mismatch for"):
        update(rows, "SET shelf = :one", one={"N": "1"})
    assert "Item" not in rows("GetItem", TableName="rows", Key=KEY)


def test_an_update_with_half_a_key_is_refused(rows):
    """An update names the whole key."""
    with pytest.raises(Refused):
        rows(
            "UpdateItem",
            TableName="rows",
            Key={"id": {"S": "r"}},
            UpdateExpression="REMOVE note",
        )


@pytest.mark.parametrize("refused", [NEVER, MISTYPED])
def test_a_cancelled_transaction_puts_everything_back(rows, refused):
    """Rows, index and stream are what they were, whether a condition or a write failed."""
    put(rows, KEY, shelf={"S": "a"})
    stream = dynamodb_backends[ACCOUNT][REGION].tables["rows"].stream_shard
    before = len(stream.items)
    parts = [
        {
            "Update": {
                "TableName": "rows",
                "Key": KEY,
                "UpdateExpression": "SET shelf = :b",
                "ExpressionAttributeValues": {":b": {"S": "b"}},
            }
        },
        {"Delete": {"TableName": "rows", "Key": {"id": {"S": "r"}, "part": {"S": "3"}}}},
        refused,
    ]
    with pytest.raises(Refused, match="TransactionCanceledException"):
        rows("TransactWriteItems", TransactItems=parts)
    found = rows("GetItem", TableName="rows", Key=KEY)["Item"]
    seen = (found["shelf"], shelf(rows, "a"), shelf(rows, "b"), len(stream.items))
    assert seen == ({"S": "a"}, ["1"], [], before)


def test_an_undone_change_is_announced_as_what_the_row_was(rows, announced):
    """Whoever follows the changes ends with what the table holds."""
    first = {"Put": {"TableName": "rows", "Item": KEY}}
    with pytest.raises(Refused):
        rows("TransactWriteItems", TransactItems=[first, MISTYPED])
    assert dict(announced) == {"1": None, "2": None}


def test_an_update_that_cannot_be_done_cancels_the_transaction(rows):
    """The reason of a part that fails on its types is ValidationError, as AWS documents."""
    put(rows, KEY, note={"S": "text"})
    part = {
        "Update": {
            "TableName": "rows",
            "Key": KEY,
            "UpdateExpression": "SET note = note + :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
    }
    with pytest.raises(Refused, match=r"TransactionCanceledException: .*\[ValidationError\]"):
        rows("TransactWriteItems", TransactItems=[part])


@pytest.mark.parametrize(
    "parts",
    [
        [{"Put": {"TableName": "rows", "Item": KEY}}] * 101,
        [{"Put": {"TableName": "rows", "Item": KEY}}] * 2,
        [{"Delete": {"TableName": "rows", "Key": {"id": {"S": "r"}}}}],
        [{"Delete": {"TableName": "rows", "Key": KEY}, "Put": {"TableName": "rows", "Item": KEY}}],
    ],
    ids=["too many", "twice the same row", "half a key", "two operations in one"],
)
def test_a_malformed_transaction_is_refused(rows, parts):
    """It is a ValidationException, before anything is done."""
    with pytest.raises(Refused, match="ValidationException"):
        rows("TransactWriteItems", TransactItems=parts)


def test_a_token_is_forgotten_after_ten_minutes(rows, monkeypatch):
    """Then the same request does its work again."""
    request = {
        "TransactItems": [{"Put": {"TableName": "rows", "Item": KEY}}],
        "ClientRequestToken": "token",
    }
    rows("TransactWriteItems", **request)
    rows("DeleteItem", TableName="rows", Key=KEY)
    now = transactions.time.monotonic()
    monkeypatch.setattr(transactions.time, "monotonic", lambda: now + 601)
    rows("TransactWriteItems", **request)
    assert rows("GetItem", TableName="rows", Key=KEY)["Item"] == KEY


def test_a_cancelled_transaction_does_not_use_its_token_up(rows):
    """The same request may be tried again, and then succeed."""
    parts = [NEVER, {"Put": {"TableName": "rows", "Item": KEY}}]
    request = {"TransactItems": parts, "ClientRequestToken": "token"}
    with pytest.raises(Refused):
        rows("TransactWriteItems", **request)
    put(rows, {"id": {"S": "none"}, "part": {"S": "1"}})
    rows("TransactWriteItems", **request)
    assert rows("GetItem", TableName="rows", Key=KEY)["Item"] == KEY


def test_loaded_rows_are_found_by_key_and_by_index(rows):
    """Rows that come from the state are rows like others."""
    table = dynamodb_backends[ACCOUNT][REGION].tables["rows"]
    engine.load(table, [KEY | {"shelf": {"S": "a"}}, OTHER | {"shelf": {"S": "a"}}])
    found = rows("GetItem", TableName="rows", Key=OTHER)["Item"]
    assert (found["shelf"], shelf(rows, "a")) == ({"S": "a"}, ["1", "2"])


def test_rows_that_are_gone_are_freed(rows):
    """Moto's own list of everything it ever made is not kept."""
    put(rows, KEY)
    table = dynamodb_backends[ACCOUNT][REGION].tables["rows"]
    (item,) = next(iter(table.items.values())).values()
    freed = weakref.ref(item)
    del item
    rows("DeleteItem", TableName="rows", Key=KEY)
    gc.collect()
    assert freed() is None


def test_the_engine_outlives_a_mock(rows):
    """A mocked AWS that ends takes its tables along, and the next one starts without them."""
    engine.install()
    with mock_aws():
        rows("CreateTable", **TABLE)
        put(rows, KEY, shelf={"S": "a"})
    with mock_aws():
        rows("CreateTable", **TABLE)
        assert shelf(rows, "a") == []
