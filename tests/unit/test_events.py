"""Requests out of events: what Mangum stumbles over is mended or refused (threats E11, E12)."""

import base64
import json
from typing import Any

import pytest

from handler.core import events
from handler.core.errors import Forbidden
from handler.core.events import AnswerTooLarge, EventUnknown, RequestMalformed


def _event(
    method: Any = "GET", path: Any = "/items", stage: Any = "$default", **fields: Any
) -> dict[str, Any]:
    return {
        "version": "2.0",
        "headers": {},
        "requestContext": {
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "stage": stage,
        },
        **fields,
    }


@pytest.mark.parametrize(
    "event",
    [
        None,
        [],
        "text",
        {},
        {"version": "2.0"},
        {"version": "1.0", "requestContext": {"http": {}}},
        {"version": "2.0", "requestContext": None},
        {"version": "2.0", "requestContext": {"http": "GET"}},
    ],
)
def test_other_events_are_unknown(event):
    """Only HTTP requests of payload version 2.0 are read."""
    with pytest.raises(EventUnknown):
        events.http_request(event)


@pytest.mark.parametrize(
    "headers",
    [
        None,
        [],
        {"x": None},
        {"x": 1},
        {"x": ["a", "b"]},
        {"host": ""},
        {"host": "a:b:c"},
        {"host": "[::1]:80"},
        {"host": "a b"},
        {"host": "a/b"},
        {"host": "a:"},
        {"host": "a:123456"},
        {"Host": "a:b:c"},
        {"x-forwarded-port": "abc"},
        {"x-forwarded-port": ""},
        {"x-forwarded-port": "9" * 5000},
        {"x-forwarded-port": "²"},
        {"x-forwarded-port": "80, 443"},
        {"x-forwarded-proto": "javascript"},
    ],
    ids=lambda headers: str(headers)[:40],
)
def test_odd_headers_are_refused(headers):
    """Hosts and ports that are none, and headers that are no text, cannot be read."""
    with pytest.raises(RequestMalformed):
        events.http_request(_event(headers=headers))


@pytest.mark.parametrize(
    "fields",
    [
        {"method": None},
        {"method": ""},
        {"method": "GE T"},
        {"method": "G" * 21},
        {"path": None},
        {"path": ""},
        {"path": "items"},
        {"path": "http://evil.example/"},
        {"rawQueryString": 1},
        {"rawQueryString": "q=%ff"},
        {"rawQueryString": "q=%00"},
        {"rawQueryString": "q=é"},
        {"rawQueryString": "q=\ud800"},
        {"rawQueryString": "q=%ef%bf%bd"},
        {"cookies": "a=b"},
        {"body": 1},
        {"body": {"a": 1}},
        {"body": "\ud800"},
        {"body": "not base64", "isBase64Encoded": True},
        {"body": "e30", "isBase64Encoded": True},
        {"body": "é", "isBase64Encoded": True},
    ],
    ids=str,
)
def test_odd_requests_are_refused(fields):
    """A method, path, query or body that cannot be read is refused."""
    with pytest.raises(RequestMalformed):
        events.http_request(_event(**fields))


@pytest.mark.parametrize(
    ("path", "stage", "seen"),
    [
        ("/items", "$default", "/items"),
        ("/dev/items", "dev", "/items"),
        ("/dev", "dev", "/"),
        ("/devices", "dev", "/devices"),
        ("/items/%2e%2e", "$default", "/items/%252e%252e"),
        ("/a?b#c", "$default", "/a%3Fb%23c"),
        ("/é", "$default", "/%C3%A9"),
        ("/items\n", "$default", "/items%EF%BF%BD"),
        ("/items/\0", "$default", "/items/%EF%BF%BD"),
        ("/\ud800", "$default", "/%EF%BF%BD"),
    ],
)
def test_a_path_is_quoted_once(path, stage, seen):
    """Mangum decodes a path that API Gateway decoded: so it is quoted, without its stage."""
    request = events.http_request(_event(path=path, stage=stage))
    assert request["requestContext"]["http"]["path"] == seen


def test_headers_hold_lines():
    """Names are lower-cased, line ends vanish, what is not Latin-1 becomes a question mark."""
    sent = {"X-A": "a\r\nSet-Cookie: b", "x-b": "€\ud800", "bad name": "c", "": "d", "ü": "e"}
    request = events.http_request(_event(headers=sent, cookies=["a=b\r\n", 1, "c=\ud800"]))
    assert request["headers"] == {"x-a": "aSet-Cookie: b", "x-b": "??"}
    assert request["cookies"] == ["a=b", "c=?"]


@pytest.mark.parametrize(
    ("body", "encoded", "read"),
    [
        (None, False, b""),
        ("", True, b""),
        ("é", False, "é".encode()),
        ("e30=", True, b"{}"),
        ("e30=", False, b"e30="),
        ("/w==", True, b"\xff"),
    ],
)
def test_a_body_is_bytes(body, encoded, read):
    """Text and base64 both come out as the bytes that were sent."""
    request = events.http_request(_event(body=body, isBase64Encoded=encoded))
    assert base64.b64decode(request["body"]) == read


def test_a_refusal_keeps_the_origin():
    """What stands for a refused request names its origin, so that CORS headers follow."""
    refused = events.refused({"headers": {"origin": "https://shop.example\r\n"}}, Forbidden())
    assert refused["headers"] == {"origin": "https://shop.example"}


@pytest.mark.parametrize("event", [None, [], {}, {"headers": None}, {"headers": {"origin": 1}}])
def test_anything_can_be_refused(event):
    """A refusal needs nothing of the event."""
    assert events.refused(event, Forbidden())["headers"] == {}


@pytest.mark.parametrize("filling", ["x", "é", '"', "\n", "\0", "€"])
def test_an_answer_fits_as_it_is_sent(filling):
    """Lambda counts the bytes of the JSON that it is handed, escapes and all."""
    size = len(json.dumps(filling, ensure_ascii=False).encode()) - 2
    fits = filling * ((6 * 2**20 - 100) // size)
    assert events.fitting({"body": fits})["body"] == fits
    with pytest.raises(AnswerTooLarge):
        events.fitting({"body": filling * (6 * 2**20 // size)})
