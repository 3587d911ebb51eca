"""Rows of the engine: changed as a whole or not at all, announced, and put back when undone."""

import gc
import weakref

import pytest
from moto import mock_aws
from moto.dynamodb.models import dynamodb_backends

from infra.local import engine
from infra.local.engine import streams
from infra.local.places import ACCOUNT, REGION, Refused
from tests.infra.local.parts import KEY, OTHER, TABLE, put, shelf, update

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


def test_an_undone_change_is_announced_as_what_the_row_was(rows, announced):
    """Whoever follows the changes ends with what the table holds."""
    first = {"Put": {"TableName": "rows", "Item": KEY}}
    with pytest.raises(Refused):
        rows("TransactWriteItems", TransactItems=[first, MISTYPED])
    assert dict(announced) == {"1": None, "2": None}


def test_loaded_rows_are_found_by_key_and_by_index(rows):
    """Rows that come from the state are rows like others."""
    table = dynamodb_backends[ACCOUNT][REGION].tables["rows"]
    engine.load(table, [KEY | {"shelf": {"S": "a"}}, OTHER | {"shelf": {"S": "a"}}])
    found = rows("GetItem", TableName="rows", Key=OTHER)["Item"]
    assert (found["shelf"], shelf(rows, "a")) == ({"S": "a"}, ["1", "2"])


def test_rows_that_are_gone_are_freed(rows):
    """Moto's own list of everything it ever made is not kept, nor a change that was read."""
    put(rows, KEY)
    table = dynamodb_backends[ACCOUNT][REGION].tables["rows"]
    (item,) = next(iter(table.items.values())).values()
    freed = weakref.ref(item)
    del item
    rows("DeleteItem", TableName="rows", Key=KEY)
    streams.drop(table, streams.changes(table)[-1].number)
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
