"""Rate limits: exact where it matters, cheap where it does not (threats I).

I9 does not apply yet: there are no sockets, upload URLs or exports to limit.
"""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handler.accounts.sessions import RefreshToken
from handler.core import aws as core_aws
from handler.core import clock, limits
from handler.core.errors import RateLimited
from handler.core.limits import Limit, by_address
from tests.client import Client, at_once
from tests.faults.conftest import refuses

TEN = Limit("ten", calls=10, seconds=60)
PLACE = "/users/me"  # nobody in particular may ask for it, and is counted


def passes(limit, subject="x", count=limits.spend):
    """Whether a call is let through."""
    try:
        count(limit, subject)
    except RateLimited:
        return False
    return True


def test_one_more_than_the_limit_waits_for_the_window_to_end(aws, time):
    """Free again when it does (threats I1)."""
    time.pass_(seconds=20)
    assert [passes(TEN) for _ in range(11)] == [True] * 10 + [False]
    time.pass_(seconds=39)
    assert not passes(TEN)
    time.pass_(seconds=1)
    assert passes(TEN)


def test_subjects_do_not_share_a_limit(aws, time):
    """Each has its own bucket."""
    assert [passes(TEN) for _ in range(11)][-1] is False
    assert passes(TEN, "y")
    assert passes(Limit("other", calls=10, seconds=60))


def test_of_fifty_at_once_ten_pass(aws, time):
    """The counter is atomic (threats I5)."""
    assert sum(at_once([lambda: passes(TEN)] * 50)) == 10


def test_a_burst_around_the_edge_of_two_windows_is_twice_the_limit(aws, time):
    """That is the documented bound (threats I10)."""
    time.pass_(seconds=59)
    before = sum(passes(TEN) for _ in range(30))
    time.pass_(seconds=1)
    assert before + sum(passes(TEN) for _ in range(30)) == 20


def test_a_call_that_is_given_back_does_not_count(aws, time):
    """In the window in which it was spent."""
    for _ in range(20):
        limits.give_back(limits.spend(TEN, "x"), "x")
    spent = limits.spend(TEN, "x")
    assert spent.left == 9
    time.pass_(seconds=60)
    limits.give_back(spent, "x")
    assert limits.spend(TEN, "x").left == 9


def test_a_counter_outlives_its_window_by_one(aws, time):
    """Then DynamoDB deletes it."""
    limits.spend(TEN, "x")
    (row,) = limits.Counter.scan()
    assert row.expires_at == clock.epoch() + 120


class Environments:
    """Several processes, each with its own leases."""

    def __init__(self, count: int) -> None:
        self._leases: list[dict[Any, Any]] = [{} for _ in range(count)]

    def call(self, number, limit):
        """Whether an environment lets a call through."""
        limits._leases = self._leases[number]
        return passes(limit, count=limits.lease)


@pytest.fixture
def own_leases(monkeypatch):
    """Puts the leases of the process back afterwards."""
    monkeypatch.setattr(limits, "_leases", {})


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.integers(1, 40),
    lease=st.integers(1, 15),
    environments=st.integers(1, 5),
    order=st.lists(st.integers(0, 4), max_size=120),
)
def test_leases_grant_no_more_than_the_limit(
    aws, time, own_leases, calls, lease, environments, order
):
    """However many environments there are and whoever is asked (threats I5, I10)."""
    time.pass_(seconds=60)
    limit = Limit("leased", calls, 60, lease)
    processes = Environments(environments)
    granted = sum(processes.call(number % environments, limit) for number in order)
    assert granted <= calls


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=st.integers(1, 40), lease=st.integers(1, 15))
def test_one_environment_gets_the_whole_limit(aws, time, own_leases, calls, lease):
    """Leases cost nobody anything where there is nobody else."""
    time.pass_(seconds=60)
    limit = Limit("leased", calls, 60, lease)
    assert [passes(limit, count=limits.lease) for _ in range(calls + 1)] == [True] * calls + [False]


def test_a_lease_costs_a_call_only_once(ann, requests):
    """Thirty authenticated reads read the account thirty times and count once (threats L1)."""
    requests.clear()
    for _ in range(31):
        ann.get("/sessions")
    tables = [one["TableName"].removeprefix("dunlin-local-") for one in requests]
    assert tables.count("limits") == 2


def test_a_caller_beyond_the_limit_costs_no_more_writes(anonymous, requests):
    """Refusals are free."""
    statuses = [anonymous.get(PLACE).status for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    requests.clear()
    for _ in range(5):
        assert anonymous.get(PLACE).status == 429
    assert requests == []


def test_an_account_calls_three_hundred_times_a_minute(time, ann):
    """The next has to wait, and hears for how long (threats I1)."""
    time.pass_(seconds=15)
    statuses = {ann.get("/users/me").status for _ in range(300)}
    answer = ann.get("/users/me")
    assert statuses == {200}
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert answer.headers["retry-after"] == "45"


def test_an_answer_says_how_its_caller_stands(time, ann):
    """The limit, what is left of it, and when it starts anew."""
    time.pass_(seconds=15)
    told = []
    for _ in range(32):
        headers = ann.get("/users/me").headers
        told.append([headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset")])
    assert told == [["300", str(left), "45"] for left in range(299, 267, -1)]


def test_a_refusal_says_so_too(time, anonymous):
    """Nothing is left."""
    for _ in range(60):
        anonymous.get(PLACE)
    headers = anonymous.get(PLACE).headers
    assert [headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset")] == [
        "60",
        "0",
        "60",
    ]


@pytest.mark.parametrize("name", ["x-forwarded-for", "forwarded", "x-real-ip", "client-ip"])
def test_forged_headers_do_not_help(time, anonymous, name):
    """The peer's address counts, as API Gateway saw it (threats I2)."""
    statuses = [anonymous.get(PLACE, headers={name: f"203.0.113.{n}"}).status for n in range(61)]
    assert statuses[-1] == 429


def test_another_address_is_another_caller(time, anonymous):
    """Its limit is its own."""
    for _ in range(61):
        anonymous.get(PLACE)
    assert anonymous.at("192.0.2.99").get(PLACE).status == 401


def test_addresses_of_one_ipv6_network_are_one_caller(time, anonymous):
    """A /64 is what a customer gets (threats I4)."""
    statuses = [anonymous.at(f"2001:db8:0:1::{n:x}").get(PLACE).status for n in range(61)]
    assert statuses == [401] * 60 + [429]
    assert anonymous.at("2001:db8:0:2::1").get(PLACE).status == 401


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:DB8::1", "2001:db8::"),
        ("2001:db8:0:1:ffff::1", "2001:db8:0:1::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
        ("testclient", "unknown"),
    ],
)
def test_the_subject_of_an_address(address, subject):
    """IPv4 as it is, IPv6 by its network, whatever else together."""
    assert by_address(address) == subject


@pytest.fixture
def limiter_down(aws, monkeypatch):
    """The table of the limits is throttled; everything else answers. Nobody sleeps meanwhile."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    throttle = refuses("ProvisionedThroughputExceededException")

    def see(request, **_):
        known = json.loads(request.body).get("TableName") == "dunlin-local-limits"
        return throttle(request) if known else None

    events = core_aws.client("dynamodb").meta.events
    events.register_first("before-send.dynamodb.UpdateItem", see, unique_id="limiter")
    yield
    events.unregister("before-send.dynamodb.UpdateItem", unique_id="limiter")
    core_aws.client.cache_clear()  # botocore repeats less and less when much fails


CLOSED = {
    "sign-in": lambda c: c.form("/token", username="a@example.org", password="x"),
    "register": lambda c: c.post(
        "/register", {"email": "a@example.org", "password": "a goldfinch sings at noon"}
    ),
    "forgot": lambda c: c.post("/password/forgot", {"email": "a@example.org"}),
    "resend": lambda c: c.post("/register/resend", {"email": "a@example.org"}),
}


@pytest.mark.parametrize("ask", CLOSED.values(), ids=CLOSED)
def test_what_must_be_counted_closes_when_it_cannot_be(limiter_down, ask):
    """503 with Retry-After (threats I6)."""
    answer = ask(Client())
    assert (answer.status, answer.code) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) <= 3


def test_reads_stay_open_when_they_cannot_be_counted(ann, limiter_down, capsys):
    """And a line of log tells (threats I6)."""
    assert ann.get("/users/me").status == 200
    assert Client().get(PLACE).status == 401
    lines = capsys.readouterr().out
    assert '"metric":"limiter_open","limit":"signed_in"' in lines
    assert '"metric":"limiter_open","limit":"anonymous"' in lines


def test_refreshing_stays_open_when_it_cannot_be_counted(ann, limiter_down):
    """Nobody is signed out by a limiter that is down (threats I6)."""
    token = RefreshToken("ann", ann._session[1], 0).written()
    assert Client().form("/token", grant_type="refresh_token", refresh_token=token).status == 200


ANYBODY = {
    "/register/verify": {"token": "x"},
    "/users/me/email/confirm": {"token": "x"},
    "/password/reset": {"token": "x", "password": "a goldfinch sings at noon"},
}


@pytest.mark.parametrize(("path", "body"), ANYBODY.items(), ids=ANYBODY)
def test_links_are_tried_sixty_times_a_minute(time, anonymous, path, body):
    """What asks for nobody counts as anonymous (parameters.md, "Rate limits")."""
    statuses = [anonymous.post(path, body).status for _ in range(61)]
    assert statuses == [400] * 60 + [429]


def test_health_and_public_keys_are_not_limited(time, anonymous):
    """They read no table: load balancers and verifiers may ask as they like."""
    for path in ("/health", "/info", "/.well-known/jwks.json"):
        assert {anonymous.get(path).status for _ in range(70)} == {200}


def test_preflights_are_not_limited(time, anonymous):
    """Nor counted (api.md)."""
    headers = {"origin": "https://shop.example", "access-control-request-method": "GET"}
    asked = {anonymous.ask("OPTIONS", PLACE, headers=headers).status for _ in range(70)}
    assert asked == {200}
    assert anonymous.get(PLACE).status == 401
