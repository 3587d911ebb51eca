"""Rows carry the version of their shape: the previous one is read, changed and written anew."""

from collections import Counter
from decimal import Decimal

import pytest
from botocore.exceptions import ReadTimeoutError
from pynamodb.attributes import UnicodeAttribute

from handler.core import writes
from handler.core.attributes import DecimalAttribute
from handler.core.errors import Conflict, Unavailable
from handler.core.records import Record, read_batch, table
from handler.core.renewing import renew
from handler.core.transactions import transaction


class OldLamp(Record):
    """A lamp as the release before wrote it: the price is one text."""

    class Meta:
        table_name = table("audit")

    id = UnicodeAttribute(hash_key=True)
    cost = UnicodeAttribute()
    name = UnicodeAttribute(default="lamp")


def priced(row):
    """Takes the price apart."""
    amount, _, currency = row.pop("cost")["S"].partition(" ")
    return row | {"price": {"N": amount}, "currency": {"S": currency}}


class Lamp(Record):
    """A lamp as it is written now."""

    SCHEMA = 2
    READS = {1: priced}

    class Meta:
        table_name = table("audit")

    id = UnicodeAttribute(hash_key=True)
    price = DecimalAttribute()
    currency = UnicodeAttribute()
    name = UnicodeAttribute(default="lamp")


class NextLamp(Record):
    """A lamp as a release after the next writes it."""

    SCHEMA = 3

    class Meta:
        table_name = table("audit")

    id = UnicodeAttribute(hash_key=True)


KEY = {"id": {"S": "a"}}
AFFORDABLE = Lamp.price < 20


class LampGone(Conflict):
    """What a transaction of these tests is refused with."""


def refuse(row):
    """Keep what stood there."""
    refused = LampGone()
    refused.row = row
    return refused


@pytest.fixture
def old(aws):
    """A lamp that the release before has written."""
    OldLamp("a", cost="12.5 EUR").save()
    return Lamp.raw_one(KEY)


@pytest.fixture
def new(aws):
    """A lamp that this release has written."""
    Lamp("b", price=Decimal(3), currency="USD").save()


@pytest.fixture
def calls(wire):
    """What was called since it was last asked."""

    def since():
        found = dict(Counter(wire.calls))
        wire.calls.clear()
        return found

    return since


def stored(id_="a"):
    """Some attributes of a lamp as they stand in its row."""
    row = Lamp.raw_one({"id": {"S": id_}})
    names = ("schema", "cost", "price", "currency", "name", "version")
    return {name: next(iter(row[name].values())) for name in names if name in row}


RENEWED = {"schema": "2", "price": "12.5", "currency": "EUR", "name": "lamp", "version": "1"}


class TestReading:
    """A row of another schema is read as one of the current."""

    def test_a_new_row_says_its_schema(self, new):
        """The one that its model states."""
        assert stored("b")["schema"] == "2"

    def test_the_previous_schema_is_read(self, old):
        """As if it had been written by this release."""
        lamp = Lamp._one(KEY)
        assert (lamp.price, lamp.currency, lamp.schema) == (Decimal("12.5"), "EUR", 2)

    def test_reading_changes_nothing(self, old):
        """Neither the row nor what was read of it."""
        before = dict(old)
        Lamp.from_raw_data(old)
        assert old == before == Lamp.raw_one(KEY)

    def test_both_are_read_in_one_batch(self, old, new):
        """Each row by its own schema."""
        rows = read_batch(Lamp, [KEY, {"id": {"S": "b"}}])
        assert {Lamp.from_raw_data(row).currency for row in rows} == {"EUR", "USD"}

    def test_a_current_row_is_read_as_it_is(self, new, monkeypatch):
        """Nothing is converted."""
        monkeypatch.setattr(Lamp, "READS", {})
        assert Lamp._one({"id": {"S": "b"}}).currency == "USD"

    def test_an_unknown_schema_is_refused(self, aws, capsys):
        """A newer release wrote it: 503, and a line of log names table and schema."""
        NextLamp("a").save()
        with pytest.raises(Unavailable, match="Another release"):
            Lamp._one(KEY)
        line = '"metric":"schema_unknown","table":"dunlin-local-audit","schema":3'
        assert line in capsys.readouterr().out

    def test_a_release_may_read_the_next_one(self, new, monkeypatch):
        """So that it can come back after one that writes it."""
        back = {2: lambda row: row | {"cost": {"S": f"{row['price']['N']} {row['currency']['S']}"}}}
        monkeypatch.setattr(OldLamp, "READS", back)
        assert OldLamp._one({"id": {"S": "b"}}).cost == "3 USD"


class TestSaving:
    """A whole row is written in the current schema."""

    def test_what_was_read_is_written_anew(self, old):
        """Nothing is left of the previous shape."""
        Lamp._one(KEY).save()
        assert stored() == RENEWED

    def test_under_a_condition_of_its_version(self, old, calls):
        """Which is the same in both: one call."""
        lamp = Lamp._one(KEY)
        calls()
        writes.put(lamp, Lamp.version == 1)
        assert (stored(), calls()) == (RENEWED, {"PutItem": 1, "GetItem": 1})


class TestUpdating:
    """A change by name."""

    def test_of_a_current_row_is_one_call(self, new, calls):
        """As if there were no schemas."""
        calls()
        writes.update(Lamp, "b", [Lamp.name.set("lantern")], AFFORDABLE)
        assert calls() == {"UpdateItem": 1}

    def test_of_an_old_row_writes_it_anew_first(self, old, calls):
        """Its condition may ask for what only the current schema has."""
        calls()
        lamp = writes.update(Lamp, "a", [Lamp.price.set(Decimal(9))], AFFORDABLE)
        assert calls() == {"UpdateItem": 2, "PutItem": 1}
        assert lamp.price == 9
        assert stored() == RENEWED | {"price": "9", "version": "2"}

    def test_is_refused_by_what_the_old_row_holds(self, old):
        """The row that is told is of the current schema."""
        with pytest.raises(writes.Refused) as refusal:
            writes.update(Lamp, "a", [Lamp.name.set("x")], Lamp.price > 20)
        assert refusal.value.row.price == Decimal("12.5")

    def test_of_no_row_is_refused(self, aws):
        """None is made."""
        with pytest.raises(writes.Refused) as refusal:
            writes.update(Lamp, "a", [Lamp.name.set("x")])
        assert refusal.value.row is None

    def test_leaves_a_row_of_a_newer_release_alone(self, aws):
        """Half of it would be of either shape."""
        NextLamp("a").save()
        before = Lamp.raw_one(KEY)
        with pytest.raises(Unavailable):
            writes.update(Lamp, "a", [Lamp.name.set("x")])
        assert Lamp.raw_one(KEY) == before

    def test_gives_up_on_a_row_that_stays_old(self, old, monkeypatch):
        """Somebody else keeps writing it back."""
        monkeypatch.setattr(writes, "renew", lambda *_: True)
        with pytest.raises(Unavailable):
            writes.update(Lamp, "a", [Lamp.name.set("x")])


class TestTransactions:
    """Several writes, of which some are about old rows."""

    def test_changes_of_old_rows_are_all_done(self, old, new, calls):
        """One attempt more, and one write for each old row."""
        OldLamp("c", cost="1 EUR").save()
        calls()
        with transaction() as together:
            for id_ in ("a", "b", "c"):
                together.update(Lamp(id_), [Lamp.name.set("lantern")], AFFORDABLE)
        assert calls() == {"TransactWriteItems": 2, "PutItem": 2}
        assert stored() == RENEWED | {"name": "lantern"}
        assert {stored(id_)["name"] for id_ in "bc"} == {"lantern"}

    def test_current_rows_cost_one_call(self, new, calls):
        """As if there were no schemas."""
        calls()
        with transaction() as together:
            together.update(Lamp("b"), [Lamp.name.set("lantern")])
        assert calls() == {"TransactWriteItems": 1}

    def test_what_does_not_hold_is_refused(self, old):
        """By the row as the current schema has it."""
        with pytest.raises(LampGone) as refusal, transaction() as together:
            together.delete(Lamp("a"), Lamp.price > 20, refuse)
        assert refusal.value.row.price == Decimal("12.5")

    def test_what_the_current_schema_allows_is_done(self, old):
        """Also where its condition asks for what the old row lacks."""
        with transaction() as together:
            together.delete(Lamp("a"), AFFORDABLE, refuse)
        assert Lamp.raw_one(KEY) is None

    def test_gives_up_on_a_row_that_stays_old(self, old, monkeypatch):
        """Somebody else keeps writing it back."""
        monkeypatch.setattr("handler.core.transactions.renew", lambda *_: True)
        with pytest.raises(Unavailable), transaction() as together:
            together.update(Lamp("a"), [Lamp.name.set("lantern")])


class TestRenewing:
    """A row alone, as a backfill does it."""

    def test_an_old_row_is_written_anew(self, old):
        """With its version: it is the same thing."""
        assert renew(Lamp, old)
        assert stored() == RENEWED

    def test_a_current_row_costs_nothing(self, new, calls):
        """It is known by its schema."""
        row = Lamp.raw_one({"id": {"S": "b"}})
        calls()
        assert not renew(Lamp, row)
        assert calls() == {}

    def test_what_was_changed_meanwhile_stays(self, old):
        """Whoever changed it has the last word."""
        writes.update(Lamp, "a", [Lamp.price.set(Decimal(9))])
        renew(Lamp, old)
        assert stored()["price"] == "9"

    def test_what_is_gone_stays_gone(self, old):
        """No row is made of what somebody has deleted."""
        Lamp("a").delete()
        renew(Lamp, old)
        assert Lamp.raw_one(KEY) is None

    def test_an_answer_that_is_lost_does_no_harm(self, old, wire, carried_out):
        """The row is written once, in whatever attempt."""

        def lose(request):
            carried_out(request)
            raise ReadTimeoutError(endpoint_url="https://dynamodb.example")

        wire.break_next(lose)
        assert renew(Lamp, old)
        assert stored() == RENEWED
