"""What a day has brought the catalogue, in its report."""

from datetime import UTC, datetime

from tests.integration.transfers.conftest import days, nights, stored

LAMP = {"name": "Lamp", "price": "12.50", "currency": "EUR"}
SVG = {"accept": "image/svg+xml"}


def test_a_night_counts_what_the_day_has_brought(ann, moderator, time, jobs):
    """Items, their value by currency, and accounts that were opened."""
    ann.post("/items", LAMP)
    ann.post("/items", LAMP | {"price": "0.25", "is_available": False})
    ann.post("/items", LAMP | {"price": 300, "currency": "JPY"})
    nights(time, jobs)
    report = days(moderator)["2026-03-01"]["features"]["items"]
    assert report["counts"] == {"created": 3, "available": 2}
    assert report["value"] == {"EUR": "12.75", "JPY": "300"}


def test_a_day_counts_nothing_of_the_next(ann, moderator, time, jobs):
    """A day is its own stretch of time, in UTC."""
    time.now = datetime(2026, 3, 1, 23, 59, 59, 999000, tzinfo=UTC)
    ann.post("/items", LAMP)
    time.pass_(milliseconds=1)
    ann.post("/items", LAMP | {"price": "1"})
    nights(time, jobs, 2)
    found = days(moderator)
    assert [found[day]["features"]["items"]["value"] for day in ("2026-03-01", "2026-03-02")] == [
        {"EUR": "12.50"},
        {"EUR": "1.00"},
    ]


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
    assert days(moderator)["2026-03-01"]["features"]["items"]["counts"]["created"] == 1


def test_a_chart_draws_how_much_was_created(ann, moderator, time, jobs):
    """A row of bars for each feature."""
    ann.post("/items", LAMP)
    nights(time, jobs, 2)
    assert "Items" in moderator.get("/reports/daily", headers=SVG).text
