"""What the twin remembers of invocations."""

import json

import pytest

from infra.local import environment
from infra.local.history import LARGEST, NEWEST, History
from infra.local.process import FunctionFailed

REQUEST = {
    "rawPath": "/a",
    "rawQueryString": "b=1",
    "requestContext": {"http": {"method": "GET"}},
}


@pytest.fixture
def history():
    """One that remembers nothing yet."""
    return History()


def begin(history, event=REQUEST, function="api"):
    """An invocation that has begun."""
    return history.begin(function, json.dumps(event).encode())


def test_a_request_is_told_by_its_method_and_path(history):
    """With how it was answered, and how long that took."""
    made = begin(history)
    assert made.row()["ms"] is None
    made.end({"statusCode": 404})
    row = history.newest("api")[0].row()
    assert (row["method"], row["path"], row["status"]) == ("GET", "/a?b=1", 404)
    assert row["ms"] >= 0


def test_other_events_have_neither(history):
    """A minute of the clock, say."""
    made = begin(history, {"source": "aws.events"}, "clock")
    made.end(failure="boom")
    row = history.newest("clock")[0].row()
    assert (row["method"], row["path"], row["status"], row["failure"]) == (None, None, None, "boom")


def test_the_newest_are_kept_of_each_function(history):
    """However often another one is invoked."""
    first = begin(history, function="clock")
    for number in range(NEWEST + 1):
        begin(history, {"n": number})
    assert [one.event["n"] for one in history.newest("api")] == list(range(NEWEST, 0, -1))
    assert history.find(first.id) is first


def test_a_trace_leads_to_its_invocation(history):
    """As AWS's clients send it on."""
    made = begin(history)
    assert history.traced(environment.trace(made.id)) is made
    assert history.traced("") is None
    assert history.traced(environment.trace("0" * 32)) is None


def test_what_is_large_is_not_kept(history):
    """An event, or the body of an answer."""
    made = begin(history, "x" * LARGEST)
    made.end({"statusCode": 200, "body": "x" * (LARGEST + 1)})
    assert (made.event, made.answer) == (None, {"statusCode": 200, "body": None})


def test_a_pool_notes_what_it_does(run, pool, history):
    """Answers and failures, by the id that the function knows."""
    used = pool(history=history)
    answer = run(used.invoke({"rawPath": "/"}))
    with pytest.raises(FunctionFailed):
        run(used.invoke({"rawPath": "/raise"}))
    failed, answered = history.newest("api")
    assert answered.answer == answer
    assert json.loads(answer["body"])["request_id"] == answered.id
    assert "boom" in failed.failure
