"""Streams of tables: each change once, in order, with what the row was and what it is."""

import pytest
from moto.dynamodb.models import dynamodb_backends

from infra.local.engine import streams
from infra.local.places import ACCOUNT, REGION, Refused
from tests.infra.local.parts import KEY, OTHER, TABLE, put, update

BOTH = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


@pytest.fixture
def rows(ask):
    """A table with a stream of both images; gives the means to ask it."""
    ask("CreateTable", **TABLE | {"StreamSpecification": BOTH})
    return ask


def table():
    """The table in moto."""
    return dynamodb_backends[ACCOUNT][REGION].tables["rows"]


def told():
    """What the stream says: what happened, and a colour before and after."""
    return [
        (
            record["eventName"],
            *(
                record["dynamodb"].get(image, {}).get("colour", {}).get("S")
                for image in ("OldImage", "NewImage")
            ),
        )
        for record in (change.to_json() for change in streams.changes(table()))
    ]


def test_a_row_that_is_put_changed_and_deleted(rows):
    """Three changes, each with both images as far as there are any."""
    put(rows, KEY, colour={"S": "red"})
    put(rows, KEY, colour={"S": "blue"})
    rows("DeleteItem", TableName="rows", Key=KEY)
    assert told() == [("INSERT", None, "red"), ("MODIFY", "red", "blue"), ("REMOVE", "blue", None)]


def test_an_update_that_creates_a_row_is_one_change(rows):
    """Moto tells it twice, at first of a row with nothing but its key."""
    update(rows, "SET colour = :c", c={"S": "red"})
    assert told() == [("INSERT", None, "red")]


def test_an_image_stays_what_it_was(rows):
    """Though it is written out only when it is read."""
    update(rows, "SET colour = :c", c={"S": "red"})
    update(rows, "SET colour = :c", c={"S": "blue"})
    update(rows, "SET colour = :c", c={"S": "green"})
    assert told() == [
        ("INSERT", None, "red"),
        ("MODIFY", "red", "blue"),
        ("MODIFY", "blue", "green"),
    ]


def test_a_write_that_changes_nothing_is_no_change(rows):
    """Neither a put nor an update nor a delete of what is not there."""
    put(rows, KEY, colour={"S": "red"})
    put(rows, KEY, colour={"S": "red"})
    update(rows, "SET colour = :c", c={"S": "red"})
    rows("DeleteItem", TableName="rows", Key=OTHER)
    assert told() == [("INSERT", None, "red")]


def test_a_refused_write_is_no_change(rows):
    """Nor is a transaction of which a part was refused."""
    first = {"Put": {"TableName": "rows", "Item": KEY}}
    never = {"TableName": "rows", "Key": OTHER, "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(Refused):
        rows("TransactWriteItems", TransactItems=[first, {"ConditionCheck": never}])
    with pytest.raises(Refused):
        update(rows, "SET colour = colour + :c", c={"N": "1"})
    assert told() == []


def test_a_transaction_is_as_many_changes_as_it_has_writes(rows):
    """In its order."""
    puts = [{"Put": {"TableName": "rows", "Item": key}} for key in (KEY, OTHER)]
    rows("TransactWriteItems", TransactItems=puts)
    keys = [change.to_json()["dynamodb"]["Keys"] for change in streams.changes(table())]
    assert keys == [KEY, OTHER]


def test_a_record_is_as_lambda_gives_it(rows):
    """With all the fields of the documentation's example."""
    put(rows, KEY, colour={"S": "red"})
    (change,) = streams.changes(table())
    record = change.to_json()
    assert record["eventSource"] == "aws:dynamodb"
    assert record["eventSourceARN"].startswith(
        f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/rows/stream/"
    )
    assert set(record) == {
        "eventID",
        "eventName",
        "eventVersion",
        "eventSource",
        "awsRegion",
        "dynamodb",
        "eventSourceARN",
    }
    assert set(record["dynamodb"]) == {
        "ApproximateCreationDateTime",
        "Keys",
        "NewImage",
        "SequenceNumber",
        "SizeBytes",
        "StreamViewType",
    }


def test_numbers_grow(rows):
    """So that what is older can be told, also from text, and after some were dropped."""
    put(rows, KEY)
    (first,) = streams.changes(table())
    streams.drop(table(), first.number)
    put(rows, OTHER)
    (second,) = streams.changes(table())
    assert str(first.number) < str(second.number)
    assert len(str(first.number)) == len(str(second.number))


def test_a_table_without_a_stream_has_no_changes(ask):
    """And keeps none."""
    ask("CreateTable", **{k: v for k, v in TABLE.items() if k != "StreamSpecification"})
    put(ask, KEY)
    assert streams.changes(table()) == []
