"""AWS that is slow, busy, broken or deaf: what callers get, and what is left behind (threats K)."""

import json

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
)

from tests.faults.conftest import cancels, raises, refuses
from tests.faults.items.conftest import state

URL = {"endpoint_url": "https://dynamodb.example"}
KEY = {"Idempotency-Key": "a-key-of-sixteen-characters"}
LATER = {
    "throttled": refuses("ProvisionedThroughputExceededException"),
    "throttling": refuses("ThrottlingException"),
    "limit": refuses("RequestLimitExceeded"),
    "broken": refuses("InternalServerError", 500),
    "unavailable": refuses("ServiceUnavailable", 503),
    "read time-out": raises(ReadTimeoutError(**URL)),
    "connect time-out": raises(ConnectTimeoutError(**URL)),
    "no endpoint": raises(EndpointConnectionError(**URL)),
    "reset": raises(ConnectionClosedError(**URL)),
}
"""Faults that pass."""
FOREVER = {
    "denied": refuses("AccessDeniedException"),
    "invalid": refuses("ValidationException"),
}
"""Faults of ours, that no waiting mends."""
FLOWS = {
    "create": ("POST", "/items", {"name": "Tin", "price": 1, "currency": "EUR"}, {}, 201),
    "create once": ("POST", "/items", {"name": "Tin", "price": 1, "currency": "EUR"}, KEY, 201),
    "read": ("GET", "/items/{id}", None, {}, 200),
    "patch": ("PATCH", "/items/{id}", {"price": 1}, {}, 200),
    "patch if": ("PATCH", "/items/{id}", {"price": 1}, {"If-Match": '"1"'}, 200),
    "rename": ("PATCH", "/items/{id}", {"name": "Tin can"}, {}, 200),
    "respell": ("PATCH", "/items/{id}", {"name": "brass LAMP"}, {}, 200),
    "replace": ("PUT", "/items/{id}", {"name": "Tin", "price": 1, "currency": "EUR"}, {}, 200),
    "delete": ("DELETE", "/items/{id}", None, {"If-Match": '"1"'}, 204),
    "list": ("GET", "/items", None, {}, 200),
    "owner": ("GET", "/items", "owner=ann", {}, 200),
    "search": ("GET", "/items", "q=lamp", {}, 200),
    "ready": ("GET", "/health/ready", None, {}, 200),
}
CALLS = {
    "create once": 2,
    "rename": 2,
    "respell": 2,
    "replace": 2,
    "delete": 2,
    "list": 16,
    "search": 17,
}
"""How many calls a flow makes when it is not 1."""
STEPS = [(flow, step) for flow in FLOWS for step in range(CALLS.get(flow, 1)) if step in (0, 1, 16)]
SOME = ("throttled", "broken", "read time-out")
"""One of each kind of those that pass."""


@pytest.fixture
def run(ann, item, invariants):
    """Runs a flow about the item."""

    def asked(flow):
        method, path, body, headers, _ = FLOWS[flow]
        query = body if isinstance(body, str) else ""
        sent = None if isinstance(body, str) else body
        return ann.ask(method, path.format(**item), sent, query=query, headers=headers)

    return asked


@pytest.mark.parametrize("fault", SOME)
@pytest.mark.parametrize("flow", FLOWS)
def test_a_fault_for_ever_is_503(run, wire, flow, fault):
    """Whatever passes and does not is told in time to come again, and has changed nothing."""
    before = state()
    wire.break_all(LATER[fault])
    answer = run(flow)
    assert (answer.status, answer.code) == (503, "unavailable")
    assert 1 <= int(answer.headers["retry-after"]) <= 3
    assert state() == before


@pytest.mark.parametrize("fault", LATER)
@pytest.mark.parametrize("flow", ["create once", "patch", "owner"])
def test_three_attempts_are_made(run, wire, flow, fault):
    """A call is tried three times, then given up, and with it the request (K3, K4)."""
    wire.break_all(LATER[fault])
    run(flow)
    assert len(wire.calls) == 3


@pytest.mark.parametrize("fault", SOME)
@pytest.mark.parametrize(("flow", "step"), STEPS)
def test_a_fault_that_passes_is_not_noticed(run, wire, flow, step, fault):
    """Two failed attempts at any one call, then success: the caller gets what they asked for."""
    wire.break_next(*[None] * step, LATER[fault], LATER[fault])
    assert run(flow).status == FLOWS[flow][-1]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize(("flow", "step"), STEPS)
def test_a_lost_answer_is_not_noticed(run, wire, lost, item, flow, step, times):
    """What was done and not heard of is done once and answered as done (K7, K8)."""
    wire.break_next(*[None] * step, *[lost] * times)
    answer = run(flow)
    assert answer.status == FLOWS[flow][-1]
    if FLOWS[flow][0] in ("PUT", "PATCH"):
        assert answer.body["version"] == 2
    items = len(state()[0])
    assert items == {"create": 2, "create once": 2, "delete": 0}.get(flow, 1)


@pytest.mark.parametrize("fault", FOREVER)
@pytest.mark.parametrize(("flow", "step"), STEPS)
def test_a_fault_of_ours_is_500(run, wire, capsys, flow, step, fault):
    """What no repetition mends is a fault: told without a word of it, and logged."""
    capsys.readouterr()
    wire.break_next(*[None] * step, FOREVER[fault])
    answer = run(flow)
    assert (answer.status, answer.code) == (500, "internal_error")
    assert "secret" not in answer.text
    log = capsys.readouterr().out
    assert "ClientError" in log or "Exception" in log
    assert [json.loads(line)["level"] for line in log.splitlines()[:1]] == ["error"]
    assert "secret" not in log


@pytest.mark.parametrize("broken", [0, 7, 15])
def test_nothing_is_left_at_work(ann, item, wire, broken):
    """A list that fails at one shard is answered when all shards have answered."""
    wire.calls.clear()
    wire.break_next(*[None] * broken, FOREVER["denied"])
    assert ann.get("/items").status == 500
    assert len(wire.calls) == 16


CONFLICTS = {
    "patch": refuses("TransactionConflictException"),
    "respell": refuses("TransactionConflictException"),
    "create": cancels("None", "TransactionConflict", "None"),
    "create once": cancels("ThrottlingError", "None", "None"),
    "rename": cancels("ProvisionedThroughputExceeded", "None", "None", "None", "None"),
    "delete": cancels("None", "None", "TransactionConflict", "None", "None"),
    "replace": refuses("TransactionInProgressException"),
}


@pytest.mark.parametrize("flow", CONFLICTS)
def test_a_conflict_is_tried_again(run, wire, naps, flow):
    """Meeting another writer three times is not noticed; the pauses are small and differ (K6)."""
    step = CALLS.get(flow, 1) - 1
    wire.break_next(*[None] * step, *[CONFLICTS[flow]] * 3)
    assert run(flow).status == FLOWS[flow][-1]
    assert len(set(naps)) >= 3
    assert flow == "replace" or max(naps) < 0.1


@pytest.mark.parametrize("flow", CONFLICTS)
def test_a_conflict_for_ever_is_503(run, wire, flow):
    """Others that never stop are answered by asking to come again; nothing is changed."""
    before = state()
    step = CALLS.get(flow, 1) - 1
    wire.break_next(*[None] * step, *[CONFLICTS[flow]] * 12)
    assert (run(flow).status, state()[:2]) == (503, before[:2])
