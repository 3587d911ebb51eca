"""Where jobs stand in the due index and in that of the dead."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core.ids import new_id
from handler.jobs import indexes
from handler.jobs.indexes import DELAY_MAX, GRACE

ID = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
NOW = 1_772_366_400
SECONDS = st.integers(min_value=0, max_value=9_999_999_998)


@pytest.mark.parametrize(
    ("delay", "kind", "wake"),
    [
        (-5, "hinted", GRACE),
        (0, "hinted", GRACE),
        (30, "hinted", 30 + GRACE),
        (DELAY_MAX, "hinted", DELAY_MAX + GRACE),
        (DELAY_MAX + 1, "later", DELAY_MAX + 1),
        (86_400, "later", 86_400),
    ],
)
def test_a_job_is_looked_at_after_its_message_or_when_it_is_due(delay, kind, wake):
    """A grace after its message, where SQS can hold one; else when one is to be sent."""
    place = indexes.waking(ID, NOW + delay, NOW)
    assert place["shelf"].partition("#")[0] == kind
    assert indexes.read_wake(place["wake"]) == (NOW + wake, 0, ID)


@given(SECONDS, SECONDS, st.integers(min_value=0, max_value=99), st.integers(0, 99))
def test_the_due_index_is_sorted_by_time(first, second, hints, more):
    """Whatever else stands in a key."""
    one = indexes.hinted(ID, first, hints)["wake"]
    other = indexes.hinted(new_id(), second, more)["wake"]
    if first != second:
        assert (one < other) == (first < second)


@given(SECONDS, st.integers(min_value=0, max_value=99))
def test_a_place_tells_all_that_it_was_made_of(second, hints):
    """And a stretch up to a second holds it."""
    place = indexes.hinted(ID, second, hints)
    assert indexes.read_wake(place["wake"]) == (second, hints, ID)
    assert indexes.job_of(place["wake"]) == ID
    (span,) = [
        one for one in indexes.overdue("hinted", second) if one.partitions[0] == place["shelf"]
    ]
    assert span.low <= place["wake"] <= span.high


@given(SECONDS)
def test_a_stretch_ends_with_its_second(second):
    """The next one is not in it."""
    spans = indexes.overdue("later", second)
    assert len(spans) == 16
    assert all(indexes.hinted(ID, second + 1)["wake"] > span.high for span in spans)


@pytest.mark.parametrize(
    ("name", "error", "held"),
    [
        (None, None, True),
        ("tests.plain", None, True),
        ("tests.plain", "KeyError", True),
        (None, "KeyError", True),
        ("tests.plai", None, False),
        ("tests.plain", "Key", False),
        ("tests.plainer", None, False),
        ("tests.plain", "ValueError", False),
    ],
)
def test_the_dead_are_found_by_name_and_error(name, error, held):
    """A beginning of a name is not the name."""
    place = indexes.buried(ID, "tests.plain", "KeyError", NOW)
    span = indexes.dead_jobs(name, error)
    assert place["grave"] in span.partitions
    assert (span.low <= place["epitaph"] <= span.high) == held
    assert indexes.job_of(place["epitaph"]) == ID


def test_open_jobs_are_in_both_kinds_of_shelves():
    """All of them."""
    span = indexes.open_jobs()
    for delay in (0, 86_400):
        place = indexes.waking(ID, NOW + delay, NOW)
        assert place["shelf"] in span.partitions
        assert span.low <= place["wake"] <= span.high
