"""The small pure parts of jobs: times, chains, keys of locks, transitions as they are written."""

from datetime import UTC, datetime, timedelta

import pytest

from handler.core.ids import ID_PATTERN, new_id
from handler.jobs import entries, gateway, locks, transitions
from handler.jobs.entries import DelayTooLong, Message, When
from handler.jobs.models import JobRow
from handler.jobs.states import State

NOW = int(datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("delay", "due"),
    [
        (0, 0),
        (-3, 0),
        (5, 5),
        (4.2, 5),
        (timedelta(minutes=1), 60),
        (datetime(2026, 3, 1, 12, 0, 30, tzinfo=UTC), 30),
        (datetime(2026, 3, 1, 11, tzinfo=UTC), 0),
    ],
    ids=str,
)
def test_a_job_is_due_after_its_delay(time, delay, due):
    """In whole seconds, never early."""
    when = When.after(delay)
    assert (when.now, when.due) == (NOW, NOW + due)


def test_part_of_a_second_is_not_lost(time):
    """What is enqueued late in a second is due late."""
    time.pass_(seconds=0.9)
    assert When.after(0.2).due == NOW + 2


def test_a_delay_of_more_than_two_years_is_refused(time):
    """Also as a time."""
    for delay in (731 * 86_400, timedelta(days=731), datetime(2029, 1, 1, tzinfo=UTC)):
        with pytest.raises(DelayTooLong):
            When.after(delay)


def test_a_chain_is_read_as_it_was_written():
    """None is none."""
    chain = [Message("a.b", "fast", '{"é": 1}'), Message("c.d", "slow", "{}")]
    assert entries.chain_of(JobRow("a", "job", after=entries.written(chain))) == chain
    assert entries.chain_of(JobRow("a", "job")) == []


def test_what_follows_from_a_job_has_the_same_id_every_time():
    """Of the same time, and of no other words."""
    parent = new_id()
    first, again, other = (entries.child_id(parent, word) for word in (1, 1, 2))
    assert first == again != other
    assert first[:10] == parent[:10]
    assert entries.child_id(new_id(), 1) != first


def test_a_lock_is_of_a_name_and_a_key():
    """Any key: it stands there as a digest."""
    made = {locks.lock_of(name, key) for name in ("a.b", "a.c") for key in ("", "k", "é" * 9999)}
    assert len(made) == 6
    assert max(map(len, made)) < 60


@pytest.mark.parametrize(
    ("body", "is_one"),
    [
        ({"job": "0" * 26, "name": "a.b"}, True),
        ({"job": "0" * 26}, True),
        ({"job": "0" * 25}, False),
        ({"job": "8" + "0" * 25}, False),
        ({"job": ["0" * 26]}, False),
        ({"job": None}, False),
        ({}, False),
        ([], False),
        ("0" * 26, False),
        (None, False),
    ],
    ids=str,
)
def test_what_is_a_message_about_a_job(body, is_one):
    """An object with an id as they are written."""
    assert gateway.is_hint(body) == is_one
    assert ID_PATTERN.startswith("^")


def changes():
    """One of each kind of transition."""
    row = JobRow("0" * 26, "job", name="a.b", state="running", due=NOW, fence=3)
    return {
        "claim": transitions.claim("r", NOW, NOW),
        "take over": transitions.take_over(row, "r", NOW, NOW),
        "succeed": transitions.succeed(row, NOW, {"result": "1"}),
        "die": transitions.die(row, NOW, "e", "m"),
        "die abandoned": transitions.die(row, NOW, "e", "m", abandoned=True),
        "retry": transitions.retry(row, NOW + 5, NOW, "e", "m"),
        "release": transitions.release(row, NOW + 5, NOW),
        "spawn": transitions.spawn(row, NOW, chunk=0, count=98, total=None),
        "wait": transitions.spawn(row, NOW, chunk=1, count=2, total=100),
        "join": transitions.join(),
        "cancel": transitions.cancel(row, NOW),
        "cancel own": transitions.cancel_own(row, NOW),
        "cancel abandoned": transitions.cancel_abandoned(row, NOW),
        "ask": transitions.ask_to_stop(),
        "progress": transitions.progress(row, 5, "n"),
        "push": transitions.push("w", {"shelf": "s", "wake": "x"}),
        "redrive": transitions.redrive(row, NOW, NOW),
    }


@pytest.mark.parametrize("change", changes().values(), ids=changes())
def test_a_transition_names_what_it_uses_and_nothing_else(change):
    """DynamoDB refuses a name or a value that no expression uses."""
    written = change.arguments("0" * 26)
    expressions = written["UpdateExpression"] + " " + written["ConditionExpression"]
    words = set(expressions.replace("(", " ").replace(")", " ").replace(",", " ").split())
    assert {word for word in words if word[0] == "#"} == set(written["ExpressionAttributeNames"])
    assert {word for word in words if word[0] == ":"} == set(written["ExpressionAttributeValues"])


ENDS = ("succeed", "die", "die abandoned", "cancel", "cancel own", "cancel abandoned")


@pytest.mark.parametrize("name", ENDS)
def test_an_end_leaves_the_due_index_and_is_forgotten_in_time(name):
    """Dead ones after 90 days, so that they can be redriven; others after a week."""
    change = changes()[name]
    days = 90 if name.startswith("die") else 7
    assert {"shelf", "wake"} <= set(change.removes)
    assert change.sets["expires_at"] - NOW == days * 86_400
    assert State(change.sets["state"]).ended


@pytest.mark.parametrize("name", ["claim", "take over"])
def test_a_claim_raises_the_fence(name):
    """So that whoever had it before is refused."""
    assert changes()[name].adds["fence"] == 1


@pytest.mark.parametrize("name", ["claim", "take over", "retry", "release", "spawn", "wait"])
def test_nothing_goes_on_that_somebody_wants_cancelled(name):
    """It is cancelled instead."""
    assert "attribute_not_exists(#cancel)" in changes()[name].condition
