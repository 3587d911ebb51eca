"""Processes that end, and time that runs out, at every call of every write (threats K12, K15)."""

import contextlib

import pytest

from handler import api
from handler.core import aws as core_aws
from infra.local.pump import context
from tests.faults.conftest import TIMEOUT, Killed, raises, refuses, rows
from tests.faults.items.conftest import state

KEY = {"Idempotency-Key": "a-key-of-sixteen-characters"}
BODY = {"name": "Tin can", "price": "1.00", "currency": "EUR", "tags": ["tin"]}
WRITES = {
    "create": ("POST", "/items", BODY, KEY, 2),
    "patch": ("PATCH", "/items/{id}", {"price": "1.00"}, {}, 1),
    "rename": ("PATCH", "/items/{id}", {"name": "Tin can"}, {}, 2),
    "replace": ("PUT", "/items/{id}", BODY, {}, 2),
    "delete": ("DELETE", "/items/{id}", None, {}, 2),
}
STEPS = [(write, step) for write, (*_, calls) in WRITES.items() for step in range(calls)]


@pytest.fixture
def having(time):
    """An invocation of the api that has so many seconds left."""
    return lambda seconds: context(time, "api", seconds=seconds)


@pytest.fixture
def event(anonymous, item, time):
    """The event of a write about the item, by somebody who signs in for it."""

    def made(write):
        method, path, body, headers, _ = WRITES[write]
        ann = anonymous.signed_in("ann")
        return ann.event(method, path.format(**item), body, headers=headers)

    return made


def check_done(write, anonymous):
    """Whether a write has happened, once."""
    names = [item["name"] for item in anonymous.get("/items").body["items"]]
    found = anonymous.get("/items", query="q=tin").body["items"]
    expected = {
        "create": ["Tin can", "Brass lamp"],
        "patch": ["Brass lamp"],
        "rename": ["Tin can"],
        "replace": ["Tin can"],
        "delete": [],
    }[write]
    assert sorted(names) == sorted(expected)
    assert [item["name"] for item in found] == [name for name in expected if name == "Tin can"]


@pytest.fixture
def killed_after(carried_out):
    """A request that is carried out, and then the process ends."""

    def kill(request):
        carried_out(request)
        raise Killed

    return kill


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("write", "step"), STEPS)
def test_a_crash_leaves_all_or_nothing(
    event, wire, having, killed_after, invariants, anonymous, time, write, step, when
):
    """Whenever the process ends, what is stored is whole, and the client's retry finishes it."""
    wire.break_next(*[None] * step, raises(Killed) if when == "before" else killed_after)
    with contextlib.suppress(Killed):
        api.handle(event(write), having(10))
    invariants()
    time.pass_(seconds=11)
    assert api.handle(event(write), having(10))["statusCode"] in (200, 201, 204, 404)
    check_done(write, anonymous)


@pytest.mark.parametrize("fault", ["lost", "time-out", "denied"])
@pytest.mark.parametrize(("write", "step"), STEPS)
def test_a_failure_leaves_all_or_nothing(
    event, wire, lost, invariants, anonymous, write, step, fault
):
    """Whatever call fails for good, the client may send the same again at once."""
    faults = {"lost": lost, "time-out": raises(TIMEOUT), "denied": refuses("AccessDeniedException")}
    wire.break_next(*[None] * step, *[faults[fault]] * (1 if fault == "denied" else 3))
    first = api.handle(event(write), None)
    assert first["statusCode"] == (500 if fault == "denied" else 503)
    invariants()
    wire.break_next()
    again = api.handle(event(write), None)["statusCode"]
    if write == "create" and step == 0 and fault == "lost":
        assert again == 409  # the key was taken and nobody knows: it falls free by itself
        return
    assert again in (200, 201, 204, 404)
    check_done(write, anonymous)


def test_an_answer_that_was_never_heard_is_replayed(event, wire, lost, anonymous):
    """A creation that was done, and given up as unknown, is answered to the next attempt."""
    wire.break_next(None, *[lost] * 3)
    assert api.handle(event("create"), None)["statusCode"] == 503
    again = api.handle(event("create"), None)
    assert (again["statusCode"], again["headers"]["idempotent-replayed"]) == (201, "true")
    check_done("create", anonymous)


def test_a_refused_first_attempt_frees_its_key(event, wire, time):
    """After a failure that changed nothing, the key is not locked."""
    wire.break_next(None, refuses("ValidationException"))
    assert api.handle(event("create"), None)["statusCode"] == 500
    assert rows("idempotency") == []


class TestLastSecond:
    """Invocations whose time is nearly over."""

    @pytest.mark.parametrize("write", WRITES)
    def test_no_call_begins(self, event, wire, having, write):
        """With less than a second left nothing is begun, and the caller asked to come again."""
        before = state()
        asked = event(write)
        wire.calls.clear()
        answer = api.handle(asked, having(0.9))
        assert (answer["statusCode"], wire.calls, state()) == (503, [], before)
        assert "retry-after" in answer["headers"]

    @pytest.mark.parametrize("query", ["", "q=lamp", "owner=ann"])
    def test_no_list_begins(self, ann, item, wire, having, query):
        """The threads that ask the shards know of the deadline too."""
        answer = api.handle(ann.event("GET", "/items", query=query), having(0.9))
        assert (answer["statusCode"], wire.calls) == (503, ["TransactWriteItems"][:0])

    def test_what_needs_no_call_is_answered(self, ann, having):
        """A request without calls is served to the end."""
        assert api.handle(ann.event("GET", "/info"), having(0.1))["statusCode"] == 200

    @pytest.mark.parametrize("fault", [None, TIMEOUT])
    @pytest.mark.parametrize("write", ["rename", "replace", "delete", "create"])
    def test_no_further_call_begins(self, event, wire, having, invariants, write, fault):
        """When time runs out in the middle, neither the next call nor a repetition begins."""
        asked = event(write)

        def run_out(_request):
            core_aws._deadline.set(0)
            if fault:
                raise fault

        wire.calls.clear()
        wire.break_next(run_out)
        assert api.handle(asked, having(10))["statusCode"] == 503
        assert len(wire.calls) == 1
