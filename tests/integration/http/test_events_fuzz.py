"""Whatever Lambda hands to a door, an answer comes back and never an exception (threats E27)."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handler import api, operators

_FUZZ = settings(
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_NASTY = ["", "\ud800", "\0", "a\r\nb: c", "é", "€", "\u212a", "9" * 5000, "%ff", "\ufffd", "²"]
_TEXT = st.text(max_size=12) | st.sampled_from(_NASTY)
_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)
_NAMES = [
    *("host", "Host", "origin", "authorization", "content-type", "cookie"),
    *("x-forwarded-port", "x-forwarded-proto", "if-match", "if-none-match"),
    *("idempotency-key", "access-control-request-method"),
]
_VALUES = ["a:b:c", "[::1]:80", "application/json", "*", "https://shop.example"]
_HEADERS = st.dictionaries(
    st.sampled_from(_NAMES) | _TEXT, st.sampled_from(_VALUES) | _TEXT | _JSON, max_size=6
)
_PATHS = st.sampled_from(
    ["/", "//", "/jobs", "/jobs/", "/jobs//", "/jobs/%2e%2e", "/health", "/docs", "/jobs/\0"]
) | _TEXT.map("/".__add__)
_METHODS = st.sampled_from(
    ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "get"]
)
_QUERIES = ["", "limit=1", "limit=x", "%ff", "a&a", "a=%zz&b=+", "q=%00", "cursor=x.1.y", "%F0%9F"]


def _damaged(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object of which any field may be missing or of any type."""
    return st.fixed_dictionaries({}, optional={key: f | _JSON for key, f in fields.items()}) | _JSON


_DAMAGED = _damaged(
    version=st.just("2.0"),
    rawQueryString=st.sampled_from(_QUERIES),
    headers=_HEADERS,
    cookies=st.lists(_TEXT | _JSON, max_size=3),
    body=st.sampled_from(['{"name": "x"}', "[]", "e30=", "é", "\ud800"]),
    isBase64Encoded=st.booleans(),
    requestContext=_damaged(
        http=_damaged(method=_METHODS, path=_PATHS, sourceIp=_JSON, protocol=_JSON),
        stage=st.sampled_from(["$default", "dev", "jobs"]),
        authorizer=_JSON,
    ),
)
_ODD = st.fixed_dictionaries(
    {
        "version": st.just("2.0"),
        "rawQueryString": st.sampled_from(_QUERIES) | _TEXT,
        "headers": st.dictionaries(st.sampled_from(_NAMES) | _TEXT, _TEXT, max_size=4),
        "cookies": st.lists(_TEXT, max_size=3),
        "requestContext": st.fixed_dictionaries(
            {"http": st.fixed_dictionaries({"method": _METHODS, "path": _PATHS})}
        ),
        "body": st.none() | _TEXT,
        "isBase64Encoded": st.booleans(),
    }
)
_FOREIGN = {
    "nothing": None,
    "empty": {},
    "list": [],
    "text": "GET / HTTP/1.1",
    "sqs": {"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": "{}"}]},
    "s3": {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": "a+b"}}}]},
    "schedule": {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}},
    "websocket": {
        "requestContext": {"routeKey": "$connect", "eventType": "CONNECT", "connectionId": "c="},
        "isBase64Encoded": False,
    },
    "payload version 1.0": {
        "version": "1.0",
        "httpMethod": "GET",
        "path": "/health",
        "resource": "/{proxy+}",
        "requestContext": {"stage": "dev"},
    },
    "load balancer": {"requestContext": {"elb": {}}, "httpMethod": "GET", "path": "/health"},
}


def _check(answer: Any) -> None:
    """An answer that API Gateway can pass on, and that is no fault of ours."""
    assert isinstance(answer, dict)
    assert type(answer["statusCode"]) is int
    assert 200 <= answer["statusCode"] < 500
    json.dumps(answer, ensure_ascii=False).encode()
    if answer["statusCode"] >= 400:
        assert answer["headers"]["content-type"] == "application/problem+json"
        assert json.loads(answer["body"])["code"]


class TestApi:
    """The api door."""

    @_FUZZ
    @given(_JSON)
    def test_answers_any_json(self, event):
        """Whatever JSON is no request is refused as one."""
        answer = api.handle(event, None)
        _check(answer)
        assert answer["statusCode"] == 400

    @settings(_FUZZ, max_examples=400)
    @given(_DAMAGED)
    def test_answers_damaged_requests(self, aws, event):
        """A request with fields that are missing, of other types or stuffed is answered."""
        _check(api.handle(event, None))

    @settings(_FUZZ, max_examples=400)
    @given(_ODD)
    def test_answers_odd_requests(self, aws, event):
        """A whole request whose values are odd is answered."""
        _check(api.handle(event, None))

    @pytest.mark.parametrize("event", _FOREIGN.values(), ids=_FOREIGN)
    def test_refuses_what_is_not_for_it(self, event):
        """The event of another source is refused by name."""
        answer = api.handle(event, None)
        _check(answer)
        assert json.loads(answer["body"])["code"] == "event_unknown"


class TestOperators:
    """The operators' door."""

    @_FUZZ
    @given(_JSON | st.dictionaries(st.sampled_from(["action", "email", "accounts"]), _JSON))
    def test_answers_any_json(self, event):
        """Whatever is no action is refused as one."""
        answer = operators.handle(event, None)
        assert answer["error"]["code"] == "action_unknown"

    @_FUZZ
    @given(st.fixed_dictionaries({}, optional={"email": _JSON, "x": _JSON}))
    def test_answers_odd_arguments(self, arguments):
        """An action with odd arguments says what is wrong."""
        answer = operators.handle({"action": "admin_create", **arguments}, None)
        assert answer["error"]["code"] in ("action_unknown", "email_invalid")
