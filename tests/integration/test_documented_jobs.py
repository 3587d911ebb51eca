"""The examples of docs/jobs.md do what the page says."""

import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from handler.core import aws as core_aws
from handler.core.attributes import DecimalAttribute
from handler.core.records import Record, Row, table
from handler.jobs import definitions
from handler.jobs.models import JobRow

_PAGE = Path(__file__).parents[2] / "docs" / "jobs.md"
_EXAMPLES = re.findall(r"```python\n(.*?)```", _PAGE.read_text(), re.DOTALL)


class Visits(Row):
    """How often a page was visited, in a table that has a key of that name."""

    class Meta:
        table_name = table("limits")

    key = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(default=0)


class Page(Row):
    """A page, in the same table."""

    class Meta:
        table_name = table("limits")

    key = UnicodeAttribute(hash_key=True)
    title = UnicodeAttribute()


class CardDeclined(Exception):
    """No money."""


class OldLamp(Record):
    """A lamp as the release before the page's wrote it, in the same table."""

    class Meta:
        table_name = table("limits")

    key = UnicodeAttribute(hash_key=True)
    cost = UnicodeAttribute()


def number_of_visits(page: str) -> int:
    """How often a page was counted."""
    found = Visits.raw_one({"key": {"S": page}})
    return int(found["number"]["N"]) if found else 0


@pytest.fixture
def example(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """All that the page defines, after its examples have run from top to bottom."""
    known = dict(definitions._definitions)
    charged: list[tuple[str, str]] = []

    def charge(order: str, key: str) -> str:
        charged.append((order, key))
        return f"receipt of {order}"

    names: dict[str, Any] = {
        "Visits": Visits,
        "Page": Page,
        "CardDeclined": CardDeclined,
        "payments": SimpleNamespace(charge=charge),
        "number_of_visits": number_of_visits,
        "table": lambda _: table("limits"),
        "UnicodeAttribute": UnicodeAttribute,
        "DecimalAttribute": DecimalAttribute,
        "charged": charged,
        "__name__": "documented",
    }
    for number, code in enumerate(_EXAMPLES):
        exec(compile(code, f"docs/jobs.md, example {number + 1}", "exec"), names)  # noqa: S102 - our page
    yield names
    definitions._definitions.clear()
    definitions._definitions.update(known)


def states() -> dict[str, str]:
    """The state of each job, by its name; one of a name."""
    return {row.name: row.state for row in JobRow.scan() if row.part == "job"}


def test_all_examples_succeed(time, jobs, example):
    """Every job of the page ends well."""
    jobs.drain(lambda: set(states().values()) == {"succeeded"}, limit_seconds=300)
    assert {"shop.count_all", "shop.reindex", "statistics.forget_page"} <= states().keys()
    assert number_of_visits("/lamps") == 3


def test_the_charge_happens_once(time, jobs, example):
    """Its step is stored."""
    example["enqueue"](example["ChargeOrder"](order="o-1"))
    jobs.deliver()
    assert [order for order, _ in example["charged"]] == ["o-1"]


def test_the_example_of_a_test_is_one(time, jobs, example):
    """It passes when nothing else has counted."""
    jobs.deliver()
    before = number_of_visits("/lamps")
    example["number_of_visits"] = lambda page: number_of_visits(page) - before
    example["test_a_visit_is_counted"](time, jobs)


def test_the_report_is_on_the_calendar(example):
    """With the cron that the page says."""
    (found,) = [cron for cron in definitions.crons() if cron.name == "shop.nightly_report"]
    assert (found.cron, found.catch_up) == ("30 2 * * *", "one")


@pytest.fixture
def pages_of_two(aws: None) -> Iterator[None]:
    """What is a megabyte elsewhere is two rows here."""
    events = core_aws.client("dynamodb").meta.events
    name = "provide-client-params.dynamodb.Scan"
    events.register(name, lambda params, **_: {**params, "Limit": 2}, unique_id="two")
    yield
    events.unregister(name, unique_id="two")


def test_the_backfill_leaves_one_schema(time, jobs, pages_of_two, example):
    """Every row is of the current one, once the last of its jobs has ended."""
    keys = [f"lamp {number}" for number in range(120)]
    for key in keys:
        OldLamp(key, cost="12.5 EUR").save()
    example["enqueue"](example["RenewLamps"]())
    jobs.deliver()
    lamps = [example["Lamp"].raw_one({"key": {"S": key}}) for key in keys]
    assert {(lamp["schema"]["N"], lamp["currency"]["S"]) for lamp in lamps} == {("2", "EUR")}
    results = [row.result for row in JobRow.scan() if row.name == "shop.renew_lamps"]
    assert len(results) > 1
    assert sum(map(int, results)) == 120
