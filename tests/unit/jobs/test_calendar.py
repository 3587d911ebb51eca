"""Which occurrences of a cron are enqueued."""

from datetime import UTC, datetime

import pytest

from handler.jobs import calendar
from handler.jobs.definitions import Definition, Job


def epoch(text):
    """Epoch seconds of a time of March 2026."""
    return int(datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=UTC).timestamp())


def times(cron, after, until):
    """The occurrences between two times."""
    definition = Definition("a.b", Job, cron=cron)
    found = calendar._times(definition, epoch(after), epoch(until))
    return [f"{datetime.fromtimestamp(at, UTC):%d %H:%M}" for at in found]


@pytest.mark.parametrize(
    ("cron", "after", "until", "expected"),
    [
        ("0 * * * *", "01 12:00", "01 13:00", ["01 13:00"]),
        ("0 * * * *", "01 12:00", "01 12:59", []),
        ("*/20 * * * *", "01 12:00", "01 13:00", ["01 12:20", "01 12:40", "01 13:00"]),
        ("30 6 * * 1", "01 12:00", "16 12:00", ["02 06:30", "09 06:30", "16 06:30"]),
        ("0 0 31 * *", "01 12:00", "31 12:00", ["31 00:00"]),
        # The clocks of Europe go forward on the 29th, and those of the calendar do not.
        ("30 2 * * *", "28 12:00", "30 12:00", ["29 02:30", "30 02:30"]),
    ],
)
def test_occurrences_lie_behind_the_mark_up_to_a_time(cron, after, until, expected):
    """The mark's own is not among them; the time is UTC."""
    assert times(cron, after, until) == expected


@pytest.mark.parametrize(
    ("catch_up", "expected"),
    [("skip", [40, 50]), ("one", [30, 40, 50]), ("all", [10, 20, 30, 40, 50])],
)
def test_missed_occurrences(catch_up, expected):
    """None, the last one, or all; what is not missed always."""
    definition = Definition("a.b", Job, cron="* * * * *", catch_up=catch_up)
    assert calendar._wanted(definition, [10, 20, 30, 40, 50], 35) == expected


@pytest.mark.parametrize("catch_up", ["skip", "one", "all"])
def test_where_none_was_missed(catch_up):
    """All run."""
    definition = Definition("a.b", Job, cron="* * * * *", catch_up=catch_up)
    assert calendar._wanted(definition, [40, 50], 35) == [40, 50]
    assert calendar._wanted(definition, [], 35) == []
