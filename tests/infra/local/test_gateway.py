"""The gateway's limits, its answers when something breaks, and the twin's own paths."""

import json
from contextlib import closing
from types import SimpleNamespace

import pytest

from infra.local import gateway as gateway_module
from infra.local.gateway import Gateway
from infra.local.http_api import Response
from infra.local.mailbox import Mail, Mailbox
from infra.local.sockets import Hub, Sockets
from infra.local.state import State


@pytest.fixture
def mailbox(tmp_path):
    """A mailbox with one mail."""
    with closing(State(tmp_path / "state")) as state:
        made = Mailbox(state)
        made.put(Mail("1", "you@example.org", "Hello", "Text", "<p>Text</p>", "2026-01-01T00:00"))
        yield made


@pytest.fixture
def gateway(pool, mailbox):
    """A gateway to stand-in functions."""
    pools = {"api": pool(), "operators": pool(function="operators")}
    return Gateway(pools, "api", mailbox, Sockets(pools["api"], Hub(), "/ws"), shown)


async def shown(request):
    """A workbench with one thing on it."""
    return Response(200, (), b"{}") if request.path == b"/_local/thing" else None


@pytest.fixture
def http(run, gateway):
    """Sends a request to the gateway, as its server would."""

    def send(method, path, headers=(), chunks=(b"",), **more):
        sent = []
        messages = [{"type": "http.request", "body": c, "more_body": True} for c in chunks[:-1]]
        messages.append({"type": "http.request", "body": chunks[-1]})
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [(b"host", b"localhost:8000"), *headers],
            "client": ("127.0.0.1", 5),
            "server": ("127.0.0.1", 8000),
        }

        async def receive():
            return messages.pop(0)

        async def send_message(message):
            sent.append(message)

        run(gateway(scope | more, receive, send_message))
        return SimpleNamespace(
            status=sent[0]["status"], headers=sent[0]["headers"], body=sent[1]["body"]
        )

    return send


def message(answer):
    """What an answer of API Gateway itself says."""
    return answer.status, json.loads(answer.body)["message"]


def test_a_request_is_answered_by_the_function(http):
    """It gets the event, and its answer is the response."""
    answer = http("PUT", "/x", chunks=(b"a", b"b"), headers=[(b"content-type", b"text/plain")])
    event = json.loads(answer.body)["event"]
    assert (answer.status, event["body"]) == (200, "ab")
    assert event["requestContext"]["http"]["method"] == "PUT"


@pytest.mark.parametrize("path", ["/raise", "/exit", "/malformed", "/much"])
def test_a_failing_function_is_an_internal_error(http, path):
    """Without a word about why."""
    assert message(http("GET", path)) == (500, "Internal Server Error")


def test_a_function_that_overruns_is_unavailable(run, http, gateway, pool):
    """As API Gateway says."""
    gateway._pools["api"] = pool(timeout=0.2)
    assert message(http("GET", "/hang")) == (503, "Service Unavailable")


def test_nobody_waits_longer_than_an_integration_may_take(http, monkeypatch):
    """The gateway gives up even when the function has time left."""
    monkeypatch.setattr(gateway_module, "_PATIENCE", 0.2)
    assert message(http("GET", "/hang")) == (503, "Service Unavailable")


@pytest.mark.parametrize("size", [7 * 1024 * 1024, 11 * 1024 * 1024])
def test_a_body_that_is_too_large_is_refused(http, size):
    """Over what Lambda takes, and over what API Gateway takes."""
    answer = http("POST", "/x", chunks=(b"x" * size, b""))
    assert message(answer) == (413, "Request Entity Too Large")


def test_headers_that_are_too_large_are_refused(http):
    """Over 10,240 bytes in all."""
    answer = http("GET", "/x", headers=[(b"x-long", b"x" * 10_240)])
    assert message(answer) == (431, "Request Header Fields Too Large")


def test_the_length_of_a_body_is_told(http):
    """Whatever the function says about it."""
    answer = http("GET", "/x")
    assert (b"content-length", str(len(answer.body)).encode()) in answer.headers


def test_an_answer_without_a_body_has_no_length(http):
    """204 and 304 have none by definition."""
    answer = http("GET", "/nothing")
    assert (answer.status, answer.headers) == (204, [])


def test_a_client_that_goes_away_is_not_answered(run, gateway):
    """Its request reaches no function."""

    async def receive():
        return {"type": "http.disconnect"}

    assert run(gateway({"type": "http"}, receive, None)) is None


def test_only_http_and_sockets_are_served(run, gateway):
    """What else a server may offer finds nobody."""
    assert run(gateway({"type": "lifespan"}, None, None)) is None


def test_the_twin_says_that_it_is_up(http):
    """At a path of its own."""
    assert json.loads(http("GET", "/_local/health").body) == {"status": "ok"}


def test_a_function_is_invoked_by_name(http):
    """With the body as its event; the answer is the body."""
    event = b'{"action": "demo_accounts", "accounts": [{}, {}]}'
    answer = http("POST", "/_local/functions/operators", chunks=(event,))
    assert json.loads(answer.body) == {"accounts": 2}


def test_the_mails_are_shown(http):
    """As JSON to who asks for that, those to one address if one is named."""
    accept = [(b"accept", b"application/json")]
    for query, number in ((b"", 1), (b"to=you@example.org", 1), (b"to=other@example.org", 0)):
        answer = http("GET", "/_local/mail", accept, query_string=query)
        assert len(json.loads(answer.body)["items"]) == number


def test_a_function_that_fails_says_why(http):
    """Here, where only the developer asks."""
    answer = http("POST", "/_local/functions/operators", chunks=(b'{"action": "crash"}',))
    assert message(answer) == (500, "RuntimeError: crashed")


def test_an_event_that_is_no_json_is_refused(http):
    """It never reaches the function."""
    answer = http("POST", "/_local/functions/operators", chunks=(b"?",))
    assert message(answer) == (400, "The event is not JSON")


def test_an_event_that_is_too_large_for_a_function_is_refused(http):
    """Over 6 MB."""
    body = json.dumps("x" * 7_000_000).encode()
    answer = http("POST", "/_local/functions/operators", chunks=(body,))
    assert message(answer) == (413, "Request Entity Too Large")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/_local/functions/none"), ("GET", "/_local/functions/api"), ("GET", "/_local/x")],
)
def test_the_twin_has_no_other_paths(http, method, path):
    """They are not found, and no function is asked."""
    assert message(http(method, path)) == (404, "Not Found")


@pytest.mark.parametrize(
    "headers",
    [
        [(b"host", b"evil.example")],
        [(b"origin", b"https://evil.example")],
        [(b"sec-fetch-site", b"cross-site")],
    ],
)
def test_a_web_page_cannot_use_the_twins_own_paths(http, headers):
    """Neither across origins nor through a name that was bound to this machine."""
    assert http("POST", "/_local/functions/operators", headers).status == 403
    assert http("GET", "/_local/mail", headers).status == 403
    assert http("GET", "/_local/thing", headers).status == 403


def test_the_twins_own_page_uses_what_is_made_for_pages(http):
    """It can invoke no function with an event of its own."""
    headers = [(b"origin", b"http://localhost:8000")]
    assert http("POST", "/_local/thing", headers).status == 200
    assert http("POST", "/_local/functions/operators", headers).status == 403
