"""The pump: virtual time, in which messages, ticks and their faults are a matter of a moment."""

import json

import pytest

from infra.local import pump
from infra.local.pump import Crash, NotDrained


def fail(_event):
    """Raise, as a function may."""
    raise ValueError("boom")


def test_messages_are_delivered_in_batches(pumped, send, functions):
    """As many at once as the source says; done, they are gone."""
    send(*"abcdefghijkl")
    assert (pumped.deliver(), pumped.deliver()) == (12, 0)
    assert functions.seen("worker") == [(0, "abcdefghij"), (0, "kl")]


def test_what_is_sent_meanwhile_is_delivered_too(pumped, send, functions):
    """A function may send."""
    functions.answers["worker"] = lambda event: (
        send("b") if event["Records"][0]["body"] == "a" else None
    )
    send("a")
    assert pumped.deliver() == 2


def test_a_delayed_message_comes_at_its_second(pumped, send, functions):
    """Not earlier, and not later."""
    send("a", DelaySeconds=17)
    pumped.pass_(seconds=30)
    assert functions.seen("worker") == [(17, "a")]


def test_what_a_function_leaves_comes_again(pumped, send, functions):
    """After the visibility timeout, and only that."""

    def answer(event):
        ids = [record["messageId"] for record in event["Records"] if record["body"] == "b"]
        return {"batchItemFailures": [{"itemIdentifier": name} for name in ids]}

    functions.answers["worker"] = answer
    send("a", "b")
    pumped.pass_(seconds=61)
    assert functions.seen("worker") == [(0, "ab"), (60, "b")]


@pytest.mark.parametrize("answer", [fail, lambda _: {"batchItemFailures": 1}, lambda _: {1: {2}}])
def test_a_failed_batch_goes_to_the_dead_letters_in_the_end(pumped, send, functions, answer):
    """After as many receives as the queue allows."""
    functions.answers["worker"] = answer
    send("a")
    pumped.pass_(seconds=300)
    assert functions.seen("worker") == [(0, "a"), (60, "a"), (120, "a")]
    assert functions.seen("letters") == [(180, "a")]


def test_a_crash_fails_the_invocation_alone(pumped, send, functions):
    """What the function could not catch is noted, and the pump goes on."""

    def crash(_event):
        raise Crash("here")

    functions.answers["worker"] = crash
    send("a")
    pumped.deliver()
    (failure,) = pumped.failures
    assert (failure.function, str(failure.error)) == ("worker", "here")


def test_the_clock_ticks_every_minute(pumped, functions):
    """From a minute after the pump was made."""
    pumped.pass_(seconds=30)
    pumped.pass_(seconds=100)
    assert functions.seen("clock") == [(60, ""), (120, "")]


def test_a_tick_after_an_outage_comes_once(pumped, functions, time):
    """Missed ones are not made up for, and the next one is a minute later."""
    time.pass_(hours=1)
    pumped.pass_(seconds=61)
    assert [seconds for seconds, _ in functions.seen("clock")] == [3600, 3660]


def test_a_tick_is_an_event_of_eventbridge(pumped, functions):
    """With the time, to the second."""
    events = []
    functions.answers["clock"] = events.append
    pumped.tick()
    assert events[0].pop("id")
    assert events == [
        {
            "version": "0",
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": "123456789012",
            "time": "2026-03-01T12:00:00Z",
            "region": "eu-west-1",
            "resources": ["arn:aws:events:eu-west-1:123456789012:rule/clock"],
            "detail": {},
        }
    ]


def test_a_failed_tick_ends_nothing(pumped, functions):
    """The next one comes all the same."""
    functions.answers["clock"] = fail
    pumped.pass_(seconds=120)
    assert len(functions.seen("clock")) == len(pumped.failures) == 2


def test_draining_ends_as_soon_as_it_is_so(pumped, send, functions, time):
    """At the very moment."""
    send("a", DelaySeconds=200)
    pumped.drain(lambda: bool(functions.seen("worker")), limit_seconds=3600)
    assert (time.now - functions.begun).total_seconds() == 200


def test_draining_says_what_is_left_at_its_limit(pumped, send, functions):
    """The messages, and what failed."""
    functions.answers["worker"] = fail
    send("a")
    send("b", DelaySeconds=900)
    left = r"p-work: 0 visible, 1 handed out, 1 delayed.*\n12:00:00 worker: ValueError\('boom'\)"
    with pytest.raises(NotDrained, match=left):
        pumped.drain(lambda: False, limit_seconds=50)


def test_messages_without_end_are_said(pumped, send, functions, monkeypatch):
    """A function that always sends another."""
    monkeypatch.setattr(pump, "_MOST_ROUNDS", 10)
    functions.answers["worker"] = lambda _: send("a")
    send("a")
    with pytest.raises(NotDrained, match="no end"):
        pumped.deliver()


def test_messages_may_be_handed_out_again_while_they_run(pumped, send, functions):
    """As SQS does when it must."""
    functions.answers["worker"] = lambda _: len(functions.noted) == 1 and pumped.redeliver()
    send("a")
    pumped.deliver()
    assert functions.seen("worker") == [(0, "a"), (0, "a")]


def test_a_context_counts_by_the_virtual_clock(time):
    """Down to nothing, and never below."""
    given = pump.context(time, "worker-fast")
    found = [given.get_remaining_time_in_millis()]
    time.pass_(seconds=10)
    found.append(given.get_remaining_time_in_millis())
    time.pass_(seconds=100)
    found.append(given.get_remaining_time_in_millis())
    assert found == [30_000, 20_000, 0]
    assert json.dumps(given.aws_request_id)
