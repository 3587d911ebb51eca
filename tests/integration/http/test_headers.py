"""What every answer carries, whatever its status (api.md; threats J1)."""

import json
import re
from types import SimpleNamespace

import pytest

from handler import api
from tests.client import Answer

_STATUSES = [200, 202, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 500, 503]
_EVERY = pytest.mark.parametrize("status", _STATUSES)
_REFUSALS = pytest.mark.parametrize("status", [one for one in _STATUSES if one >= 400])
_SECURITY = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


@_EVERY
class TestEveryAnswer:
    """An answer of each status."""

    def test_is_secure(self, provoke, status):
        """The security headers stand."""
        assert provoke(status).headers.items() >= _SECURITY.items()

    def test_says_how_long_it_took(self, provoke, status):
        """X-Process-Time is milliseconds with one decimal; Server-Timing has AWS's part."""
        headers = provoke(status).headers
        assert re.fullmatch(r"[0-9]+\.[0-9]", headers["x-process-time"])
        timing = r'app;dur=[0-9]+\.[0-9], aws;dur=[0-9]+\.[0-9];desc="[0-9]+"'
        assert re.fullmatch(timing, headers["server-timing"])

    def test_has_an_id(self, provoke, status):
        """X-Request-Id names the request."""
        assert re.fullmatch("[0-9A-Z]{26}", provoke(status).headers["x-request-id"])

    def test_has_the_headers_of_the_settings(self, provoke, status):
        """A deployment's own headers stand beside ours."""
        assert provoke(status).headers["x-deployment"] == "test"

    def test_lets_an_allowed_page_read_it(self, provoke, status):
        """CORS headers name the allowed origin, and what else a page may read."""
        headers = provoke(status, origin="https://shop.example").headers
        assert headers["access-control-allow-origin"] == "https://shop.example"
        assert "X-Request-Id" in headers["access-control-expose-headers"]
        assert "Origin" in headers["vary"]

    def test_lets_no_other_page_read_it(self, provoke, status):
        """An origin that is not listed is not named (threats J2)."""
        headers = provoke(status, origin="https://shop.example.evil").headers
        assert "access-control-allow-origin" not in headers

    def test_names_no_software(self, provoke, status):
        """No header tells versions."""
        assert not {"server", "x-powered-by", "via"} & provoke(status).headers.keys()


@_REFUSALS
class TestEveryRefusal:
    """A refusal of each status."""

    def test_is_a_problem(self, provoke, status):
        """It has RFC 9457's members, our code and the request's id."""
        answer = provoke(status)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.body.items() >= {"type": "about:blank", "status": status}.items()
        assert answer.body["request_id"] == answer.headers["x-request-id"]
        assert {"title", "code", "detail"} <= answer.body.keys()

    def test_errors_are_of_422_alone(self, provoke, status):
        """Only a 422 lists places in the input."""
        assert ("errors" in provoke(status).body) == (status == 422)


def test_a_401_says_how_to_sign_in(provoke):
    """RFC 9110 wants a challenge."""
    assert provoke(401).headers["www-authenticate"] == "Bearer"


def test_says_when_to_try_again(provoke):
    """What passes by itself says when: within three seconds (threats K2)."""
    assert 1 <= int(provoke(503).headers["retry-after"]) <= 3


@pytest.mark.parametrize("status", [200, 304, 401, 404, 500])
def test_nothing_of_a_caller_is_kept_by_caches(provoke, status):
    """An answer to somebody signed in is not stored."""
    assert provoke(status).headers["cache-control"] == "no-store"


def test_anonymous_answers_may_be_kept(anonymous):
    """Without a token nothing forbids caching."""
    assert "cache-control" not in anonymous.get("/health").headers


@pytest.mark.parametrize("host", ["api.example", "a:b:c"])
def test_the_request_id_is_lambdas(anonymous, host):
    """In Lambda the id is the invocation's, also when the request cannot be read."""
    context = SimpleNamespace(
        aws_request_id="0b1c-lambda", get_remaining_time_in_millis=lambda: 9000
    )
    event = anonymous.event("GET", "/health", headers={"host": host})
    answer = Answer(api.handle(event, context))
    assert answer.headers["x-request-id"] == "0b1c-lambda"


def test_counts_calls_to_aws(provoke, anonymous):
    """Server-Timing says how many calls a request made."""
    provoke(200)  # takes a lease of the limit, which counts apart
    assert provoke(200).headers["server-timing"].endswith('desc="2"')  # the account and a list
    assert anonymous.get("/health").headers["server-timing"].endswith('desc="0"')


def test_an_answer_beyond_lambdas_limit_is_a_fault_of_ours(provoke, monkeypatch):
    """Lambda would fail it without a word; so it is refused with all headers (threats F21)."""
    monkeypatch.setattr("handler.core.events._RESPONSE_BYTES", 100)
    event = provoke._ann.event("GET", "/openapi.json", headers={"origin": "https://shop.example"})
    answer = Answer(api.handle(event, None))
    assert (answer.status, answer.code) == (500, "answer_too_large")
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert json.loads(answer.text)["detail"].startswith("The answer is too large")
