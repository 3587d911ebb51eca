"""Reports: what a day has brought, counted at night, shown as numbers or as a chart."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from handler.core import metrics
from tests.integration.transfers.conftest import stored

LAMP = {"name": "Lamp", "price": "12.50", "currency": "EUR"}
SVG = {"accept": "image/svg+xml"}


def nights(time, jobs, number=1):
    """Let some nights come, each with what its calendar has."""
    for _ in range(number):
        time.now = time.now.replace(hour=0, minute=9, second=0, microsecond=0) + timedelta(days=1)
        jobs.pass_(seconds=180)


def days(client, query: str = "") -> dict[str, dict]:
    """Reports by day."""
    answer = client.get("/reports/daily", query=query)
    assert answer.status == 200, answer
    return {one["day"]: one for one in answer.body["items"]}


def test_a_night_counts_what_the_day_has_brought(ann, moderator, time, jobs):
    """Items, their value by currency, and accounts that were opened."""
    ann.post("/items", LAMP)
    ann.post("/items", LAMP | {"price": "0.25", "is_available": False})
    ann.post("/items", LAMP | {"price": 300, "currency": "JPY"})
    nights(time, jobs)
    report = days(moderator)["2026-03-01"]
    assert (report["items"], report["available"]) == (3, 2)
    assert report["value"] == {"EUR": "12.75", "JPY": "300"}


def test_a_day_counts_nothing_of_the_next(ann, moderator, time, jobs):
    """A day is its own stretch of time, in UTC."""
    time.now = datetime(2026, 3, 1, 23, 59, 59, 999000, tzinfo=UTC)
    ann.post("/items", LAMP)
    time.pass_(milliseconds=1)
    ann.post("/items", LAMP | {"price": "1"})
    nights(time, jobs, 2)
    assert [days(moderator)[day]["value"] for day in ("2026-03-01", "2026-03-02")] == [
        {"EUR": "12.50"},
        {"EUR": "1.00"},
    ]


def test_a_day_counts_the_accounts_of_people_who_registered(anonymous, moderator, time, jobs):
    """Those that were opened on it."""
    registration = {"email": "new@example.org", "password": "a cliff full of gannets"}
    assert anonymous.post("/register", registration).status == 202
    nights(time, jobs)
    assert days(moderator)["2026-03-01"]["accounts"] == 1


def test_a_day_counts_what_was_asked_and_done(ann, moderator, time, jobs):
    """Activity comes from the counters that are kept anyhow."""
    for _ in range(3):
        ann.get("/items")
    metrics.flush(unfinished=True)
    nights(time, jobs)
    assert days(moderator)["2026-03-01"]["activity"]["requests"] == 3


def test_a_report_reads_nothing_of_other_days(ann, moderator, time, jobs, wire):
    """However much is older or newer: a query for each shard, and each reads that day alone."""
    ann.post("/items", LAMP)
    nights(time, jobs, 5)
    wire.requests.clear()
    nights(time, jobs)
    queries = [one for one in wire.requests if one.get("IndexName") == "newest"]
    assert all("BETWEEN" in one["KeyConditionExpression"] for one in queries)
    assert not [name for name in wire.calls if name == "Scan"]


def test_an_import_into_a_day_that_is_over_counts_it_again(ann, moderator, time, jobs):
    """Its items are of the day of their file."""
    file_id = stored("ann", "name,price,currency\nLamp,2,EUR\n")
    nights(time, jobs, 5)
    ann.post("/imports", {"file_id": file_id, "format": "csv"})
    jobs.deliver()
    assert days(moderator)["2026-03-01"]["items"] == 1


def test_a_chart_shows_the_days(ann, moderator, time, jobs):
    """SVG that runs no script and loads nothing."""
    ann.post("/items", LAMP)
    nights(time, jobs, 2)
    answer = moderator.get("/reports/daily", headers=SVG)
    assert answer.headers["content-type"] == "image/svg+xml"
    drawn = ET.fromstring(answer.text)  # noqa: S314 - it is ours
    tags = {one.tag.rpartition("}")[2] for one in drawn.iter()}
    assert "script" not in tags
    assert "2026-03-01" in answer.text


def test_a_chart_of_no_days_is_one(moderator):
    """There may be nothing to show yet."""
    assert "<svg" in moderator.get("/reports/daily", headers=SVG).text


@pytest.mark.parametrize(
    "query", ["from=2026-03-02&to=2026-03-01", "from=2020-01-01&to=2026-01-01"]
)
def test_a_span_that_is_none_is_refused(moderator, query):
    """From the first to the last, and at most 400 days."""
    assert moderator.get("/reports/daily", query=query).status == 422


def test_days_are_those_that_were_asked_for(anonymous, time, jobs):
    """Both ends belong to it, also over the turn of a year."""
    time.now = datetime(2026, 12, 28, 12, tzinfo=UTC)
    moderator = anonymous.signed_in("mod", "moderator")
    nights(time, jobs, 7)
    found = days(moderator, "from=2026-12-30&to=2027-01-02")
    assert list(found) == ["2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"]


def test_nobody_else_loads_the_library_of_charts():
    """It is 200 ms of a start that only a chart needs."""
    code = "import sys, handler.api, handler.worker; print('pygal' in sys.modules)"
    told = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "False"
