"""Transactions of the engine: all or nothing, and once for each token."""

import pytest
from moto.dynamodb.models import dynamodb_backends

from infra.local.engine import transactions
from infra.local.places import ACCOUNT, REGION, Refused
from tests.infra.local.parts import KEY, OTHER, TABLE, put, shelf

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
