"""An edge before the API: only it may ask, and it alone says who the viewer is (threats I2)."""

import json

import pytest

from handler.accounts import passwords
from handler.core import aws as core_aws
from handler.core.settings import settings
from tests.client import Client, open_account

PLACE = "/users/me"  # nobody in particular may ask for it, and is counted
KEY = "a random key"
EDGE = "198.51.100.7"
"""The edge's own address, which API Gateway sees."""


def through(viewer="203.0.113.5:51000", key=KEY):
    """What an edge adds to a request."""
    return {"X-Origin-Secret": key, "CloudFront-Viewer-Address": viewer}


@pytest.fixture
def behind_edge(aws, monkeypatch):
    """The deployment has an edge."""
    monkeypatch.setenv("BEHIND_EDGE", "true")
    settings.cache_clear()
    yield
    monkeypatch.delenv("BEHIND_EDGE")
    settings.cache_clear()


@pytest.fixture
def asked(aws):
    """The secrets that were asked for."""
    found = []
    events = core_aws.client("secretsmanager").meta.events
    events.register_first(
        "before-send.secrets-manager.*",
        lambda request, **_: found.append(json.loads(request.body)["SecretId"]),
        unique_id="asked",
    )
    yield found
    events.unregister("before-send.secrets-manager.*", unique_id="asked")


def put(value):
    """Store other keys of the edge."""
    manager = core_aws.client("secretsmanager")
    manager.put_secret_value(SecretId="dunlin-local-edge", SecretString=value)


@pytest.fixture
def viewer(behind_edge):
    """Asks through the edge, for a viewer."""
    return lambda address, **sent: Client(address=EDGE).get(
        PLACE, headers=through(address) | {name.replace("_", "-"): v for name, v in sent.items()}
    )


@pytest.mark.parametrize("path", ["/health", "/jobs", "/nothing", "/users/me"])
@pytest.mark.parametrize("key", [None, "", "1", KEY[:-1], f"{KEY} ", f"{KEY}x", "é", "\ud800"])
def test_who_comes_around_the_edge_is_refused(behind_edge, ann, path, key):
    """Whatever they ask, signed in or not, with every header that an answer has."""
    headers = {} if key is None else through(key=key)
    answer = ann.get(path, headers={**headers, "origin": "https://shop.example"})
    assert (answer.status, answer.code) == (403, "not_through_edge")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


def test_the_refusal_costs_nothing(behind_edge, ann, wire):
    """Neither token nor limit is looked at."""
    wire.apart.clear()
    ann.get(PLACE)
    assert (wire.calls, wire.apart) == ([], [])


def test_the_edge_is_let_through(behind_edge, ann):
    """Its requests are answered as any."""
    assert ann.get("/users/me", headers=through()).status == 200


@pytest.mark.parametrize("key", ["old key", "new key"])
def test_every_key_of_the_ring_holds(behind_edge, anonymous, key):
    """So that a key is replaced without a gap."""
    put('{"1": "old key", "2": "new key"}')
    assert anonymous.get("/health", headers=through(key=key)).status == 200


def test_the_secret_is_read_once(behind_edge, anonymous, asked):
    """However many requests an environment answers."""
    for _ in range(20):
        anonymous.get("/health", headers=through())
    assert asked == ["dunlin-local-edge"]


@pytest.mark.parametrize("value", ["{}", "null", '{"1": ""}'])
def test_a_secret_that_says_nothing_shuts_the_door(behind_edge, anonymous, value):
    """503, whatever is shown: nobody is let in unchecked."""
    put(value)
    answers = [anonymous.get("/health", headers=through(key=key)) for key in (KEY, "")]
    assert [(answer.status, answer.code) for answer in answers] == [(503, "unavailable")] * 2
    assert answers[0].headers["retry-after"] == "2"


def test_a_secret_that_is_not_there_shuts_the_door(behind_edge, anonymous):
    """A stage that was told of an edge and has none answers nobody."""
    core_aws.client("secretsmanager").delete_secret(
        SecretId="dunlin-local-edge", ForceDeleteWithoutRecovery=True
    )
    assert anonymous.get("/health", headers=through()).status == 503


def test_viewers_have_limits_of_their_own(time, viewer):
    """By their address, whatever their port; the edge's, which all share, does not count."""
    statuses = [viewer(f"203.0.113.5:{51_000 + n}").status for n in range(61)]
    assert statuses == [401] * 60 + [429]
    assert viewer("203.0.113.6:51000").status == 401


def test_viewers_of_one_ipv6_network_are_one(time, viewer):
    """The port stands behind the last colon."""
    statuses = [viewer(f"2001:db8:0:1::{n:x}:443").status for n in range(1, 62)]
    assert statuses == [401] * 60 + [429]
    assert viewer("[2001:db8:0:1::1]:443").status == 429
    assert viewer("2001:db8:0:2::1:443").status == 401


def test_a_viewer_cannot_forge_another(time, viewer):
    """What else claims an address is not looked at."""
    forged = [f"192.0.2.{n}" for n in range(61)]
    statuses = [viewer("203.0.113.5:51000", x_forwarded_for=one).status for one in forged]
    assert statuses[-1] == 429


MALFORMED = ["", "203.0.113.5", ":443", "203.0.113.5:", "203.0.113.5:x", "203.0.113.5:٣", "a:443"]


@pytest.mark.parametrize("address", MALFORMED)
def test_viewers_without_a_name_count_as_their_edge(time, viewer, address, capsys):
    """They share its limit, and a line of log tells: nobody gains by it."""
    for n in range(60):
        Client(address=EDGE).get(PLACE, headers=through(f"{EDGE}:{n}"))
    assert viewer(address).status == 429
    assert '"metric":"viewer_unnamed"' in capsys.readouterr().out


def test_a_session_was_opened_where_its_viewer_is(time, behind_edge):
    """The list of devices shows viewers, not edges."""
    open_account("eve", password_hash=passwords.hashed("a goldfinch sings at noon"))
    edge, form = Client(address=EDGE), {"username": "eve@example.org"}
    pair = edge.form("/token", **form, password="a goldfinch sings at noon", headers=through()).body
    found = Client(pair["access_token"], EDGE).get("/sessions", headers=through())
    assert [one["address"] for one in found.body["items"]] == ["203.0.113.5"]


def test_the_log_names_the_viewer(viewer, capsys):
    """API Gateway's own log has the edge."""
    viewer("203.0.113.5:51000")
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert line["viewer"] == "203.0.113.5"
    assert KEY not in str(line)


def test_a_line_with_a_viewer_is_short_at_its_longest(behind_edge, anonymous, capsys):
    """The longest address takes 51 bytes more than a line may have without."""
    longest = anonymous.signed_in("x" * 64)
    headers = through("2001:db8:1234:5678:9abc:def0:1234:5678:51000") | {"if-match": '"1"'}
    longest.post("/admin/jobs/01K0N4Q7Y2V9S6T3R8W5X1Z0AB/redrive", headers=headers)
    assert len(capsys.readouterr().out) <= 250 + 51


def test_without_an_edge_nobody_is_believed(time, anonymous, asked):
    """Both headers are as good as absent, also with a key that would hold."""
    sent = [through(f"203.0.113.{n}:443") for n in range(61)]
    statuses = [anonymous.get(PLACE, headers=headers).status for headers in sent]
    assert statuses == [401] * 60 + [429]
    assert asked == []


def test_without_an_edge_the_log_names_nobody(anonymous, capsys):
    """API Gateway's own log has the address already."""
    anonymous.get("/health", headers=through())
    assert "203.0.113.5" not in capsys.readouterr().out
