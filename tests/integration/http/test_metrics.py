"""Counters over time: counted in memory, written once a minute, read by administrators."""

from urllib.parse import urlencode

import pytest

from handler.core import aws as core_aws
from handler.core import metrics


@pytest.fixture
def admin(anonymous, time):
    """An administrator, while time stands still."""
    return anonymous.signed_in("root", "admin")


def series(admin, time, name="requests", step="minute", **back):
    """The points of a counter from so long ago until now."""
    end = time.now
    time.pass_(**{unit: -number for unit, number in back.items()})
    start, time.now = time.now, end
    query = {"name": name, "step": step, "from": start.isoformat(), "to": end.isoformat()}
    answer = admin.get("/admin/metrics", query=urlencode(query))
    assert answer.status == 200, answer
    return [(point["at"], point["value"]) for point in answer.body["items"]]


def test_a_minute_is_written_when_it_is_over(admin, time):
    """Requests of a minute are one sum, which the first request after it writes."""
    for _ in range(3):
        admin.get("/health")
    time.pass_(minutes=1)
    admin.get("/health")
    assert series(admin, time, hours=1) == [("2026-03-01T12:00:00Z", 3)]


@pytest.mark.parametrize(
    ("step", "back", "expected"),
    [
        ("minute", {"hours": 2}, [("2026-03-01T12:00:00Z", 1), ("2026-03-01T13:00:00Z", 1)]),
        ("hour", {"days": 2}, [("2026-03-01T12:00:00Z", 1), ("2026-03-01T13:00:00Z", 1)]),
        ("day", {"days": 30}, [("2026-03-01T00:00:00Z", 2)]),
    ],
)
def test_steps_sum_up(admin, time, step, back, expected):
    """The same counters by minute, hour and day."""
    admin.get("/health")
    time.pass_(hours=1)
    admin.get("/health")
    time.pass_(minutes=1)
    metrics.flush()
    assert series(admin, time, step=step, **back) == expected


def test_refusals_and_faults_are_told_apart(admin, time):
    """4xx answers are refusals."""
    admin.get("/nowhere")
    time.pass_(minutes=1)
    metrics.flush()
    assert series(admin, time, name="refusals", hours=1) == [("2026-03-01T12:00:00Z", 1)]
    assert series(admin, time, name="faults", hours=1) == [("2026-03-01T12:00:00Z", 0)]


def test_a_request_within_a_minute_costs_no_call(admin, wire):
    """Only the request that finds a minute over writes: three updates."""
    admin.get("/health")
    assert wire.apart == []


def test_a_minute_costs_three_calls(admin, time, wire):
    """One update for each step, whatever was counted."""
    admin.get("/health")
    time.pass_(minutes=1)
    admin.get("/health")
    assert wire.apart == ["UpdateItem"] * 3


@pytest.mark.parametrize(("step", "days"), [("minute", 2), ("hour", 32), ("day", 401)])
def test_a_span_too_long_is_refused(admin, time, step, days):
    """The work of a series is bounded."""
    end = time.now.isoformat()
    time.pass_(days=-days)
    query = {"name": "requests", "step": step, "from": time.now.isoformat(), "to": end}
    time.pass_(days=days)
    assert admin.get("/admin/metrics", query=urlencode(query)).code == "input_invalid"


def test_all_counters_are_read_at_once(admin, time):
    """By the same steps, each of them as it is by itself."""
    admin.get("/health")
    admin.get("/nowhere")
    time.pass_(minutes=1)
    metrics.flush()
    query = {"step": "hour", "from": "2026-03-01T00:00:00Z", "to": "2026-03-01T23:00:00Z"}
    answer = admin.get("/admin/counters", query=urlencode(query))
    (bucket,) = answer.body["items"]
    assert (answer.body["step"], bucket["at"]) == ("hour", "2026-03-01T12:00:00Z")
    assert (bucket["counters"]["requests"], bucket["counters"]["refusals"]) == (2, 1)


def test_all_counters_of_a_span_too_long_are_refused(admin):
    """As one of them is."""
    query = "from=2024-03-01T00:00:00Z&to=2026-03-01T00:00:00Z"
    assert admin.get("/admin/counters", query=query).code == "input_invalid"


@pytest.mark.parametrize("name", ["n_requests", "period", "", "requests#"])
def test_only_counters_can_be_read(admin, name):
    """Names that are no counters are refused."""
    query = {"name": name, "from": "2026-03-01T00:00:00Z", "to": "2026-03-01T01:00:00Z"}
    assert admin.get("/admin/metrics", query=urlencode(query)).status == 422


def test_a_counter_that_cannot_be_written_fails_no_request(admin, time):
    """The request is answered before its counters are written."""
    events = core_aws.client("dynamodb").meta.events

    def break_updates(**_):
        raise RuntimeError

    admin.get("/health")
    time.pass_(minutes=1)
    events.register_first("before-send.dynamodb.UpdateItem", break_updates)
    try:
        assert admin.get("/health").status == 200
    finally:
        events.unregister("before-send.dynamodb.UpdateItem", break_updates)
