"""The doors of messages answer whatever comes (threats E27)."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handler import clock, letters, worker
from handler.core import aws as core_aws
from handler.core.errors import Unavailable
from infra.local.pump import context
from tests.integration.jobs.conftest import all_jobs, record

_FUZZ = settings(
    max_examples=150,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_NASTY = ["", "\ud800", "\0", "é", "9" * 5000, "0" * 26, "tests.plain", "aws:s3", "s3:TestEvent"]
_TEXT = st.text(max_size=12) | st.sampled_from(_NASTY)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
_ANY = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=10,
)


def _odd(**fields):
    """Objects with some of these fields, of the right kind or any other."""
    return st.fixed_dictionaries({}, optional={name: one | _ANY for name, one in fields.items()})


_S3 = _odd(
    eventSource=st.just("aws:s3"),
    eventName=st.just("ObjectCreated:Put"),
    eventTime=st.just("2026-03-01T12:00:00Z"),
    s3=_odd(bucket=_odd(name=_TEXT), object=_odd(key=_TEXT, size=st.integers(), eTag=_TEXT)),
)
_BODIES = _odd(job=_TEXT, name=_TEXT, Records=st.lists(_S3, max_size=2), Event=_TEXT)
_RECORDS = _odd(
    messageId=st.sampled_from(["m1", "m2"]),
    receiptHandle=_TEXT,
    body=_BODIES.map(json.dumps) | _TEXT,
    attributes=_odd(ApproximateReceiveCount=st.just("1"), SentTimestamp=st.just("1772366400000")),
    eventSourceARN=st.just("arn:aws:sqs:eu-west-1:123456789012:dunlin-local-fast"),
)
_EVENTS = _ANY | st.fixed_dictionaries({"Records": _ANY | st.lists(_RECORDS | _ANY, max_size=4)})


def named(event):
    """The ids of an event's messages."""
    records = event.get("Records") if isinstance(event, dict) else None
    records = records if isinstance(records, list) else []
    return [one["messageId"] for one in records if isinstance(one, dict) and "messageId" in one]


def check(answer, event):
    """An answer that Lambda's poller understands, about messages that were there."""
    ids = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    assert set(map(str, ids)) <= set(map(str, named(event)))
    assert all(ids)


@_FUZZ
@given(_EVENTS)
def test_the_worker_answers_any_event(jobs, time, event):
    """It never raises, and names only messages that it was given."""
    check(worker.handle(event, context(time, "worker-fast")), event)


@_FUZZ
@given(_EVENTS)
def test_the_letters_function_answers_any_event(jobs, time, event):
    """The same."""
    check(letters.handle(event, context(time, "letters")), event)


@pytest.mark.parametrize("event", [None, {}, [], {"source": "aws.events"}, {"Records": 5}], ids=str)
def test_the_clock_ticks_whatever_it_is_told(jobs, time, event):
    """It looks for itself."""
    assert clock.handle(event, context(time, "clock")) == {"woken": 0, "enqueued": 0}


def test_a_tick_that_cannot_look_fails(jobs, time, wire, monkeypatch, capsys):
    """The next minute does the same; an alarm hears of it."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def refuse(_):
        raise core_aws.BotoCoreError

    wire.break_all(refuse)
    with pytest.raises(Unavailable):
        clock.handle({}, context(time, "clock"))
    assert '"metric":"tick_failed"' in capsys.readouterr().out


def test_letters_that_cannot_be_kept_come_again(jobs, time, bury, wire, monkeypatch):
    """Nothing is lost while DynamoDB is away."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def refuse(_):
        raise core_aws.BotoCoreError

    wire.break_all(refuse)
    with pytest.raises(Unavailable):
        bury(record("{", queue="fast-dead"))
    wire.break_all(None)
    assert all_jobs() == []


def test_the_worker_gives_all_back_when_it_is_broken(jobs, time, hand, monkeypatch, capsys):
    """A fault of ours is a line of log without its words, and every message comes again."""

    def break_down(*_):
        raise RuntimeError("a secret word")

    monkeypatch.setattr("handler.jobs.jobs.work", break_down)
    assert hand(record("{", "m1"), record("{", "m2")) == ["m1", "m2"]
    printed = capsys.readouterr().out
    assert "RuntimeError" in printed
    assert "secret" not in printed
