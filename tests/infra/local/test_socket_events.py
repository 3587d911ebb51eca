"""What API Gateway tells a function about sockets, as its documentation shows it."""

import base64
import json

import pytest

from infra.local.sockets import events
from infra.local.sockets.events import Handshake

HEADERS = (
    ("Host", "live.example:8000"),
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Origin", "https://shop.example"),
    ("User-Agent", "browser"),
    ("X-Twice", "1"),
    ("X-Twice", "2"),
)
HANDSHAKE = Handshake(HEADERS, "ticket=a%2Bb&x=1&x=2&empty=", "203.0.113.9", 443, 1_700_000_000.5)


def test_a_handshake_has_headers_and_query():
    """Both as their last value and as all; the headers of the hop are not passed on."""
    event = events.connect(HANDSHAKE, "abc=")
    assert event["headers"]["Origin"] == "https://shop.example"
    assert event["headers"]["X-Twice"] == "2"
    assert event["multiValueHeaders"]["X-Twice"] == ["1", "2"]
    assert {"Connection", "Upgrade"}.isdisjoint(event["headers"])
    assert event["headers"]["X-Forwarded-For"] == "203.0.113.9"
    assert event["queryStringParameters"] == {"ticket": "a+b", "x": "2", "empty": ""}
    assert event["multiValueQueryStringParameters"]["x"] == ["1", "2"]


def test_a_handshake_without_a_query_has_none():
    """The names are missing then, as they are in the cloud."""
    event = events.connect(Handshake(HEADERS, "", "203.0.113.9", 443, 1.0), "abc=")
    assert "queryStringParameters" not in event


def test_the_context_tells_who_and_when():
    """All that a function may trust is in it, but for the domain."""
    context = events.connect(HANDSHAKE, "abc=")["requestContext"]
    assert context["connectionId"] == "abc="
    assert context["identity"] == {"sourceIp": "203.0.113.9", "userAgent": "browser"}
    assert (context["eventType"], context["routeKey"]) == ("CONNECT", "$connect")
    assert context["connectedAt"] == context["requestTimeEpoch"] == 1_700_000_000_500
    assert context["requestTime"] == "14/Nov/2023:22:13:20 +0000"
    assert (context["domainName"], context["stage"]) == ("live.example", "live")


def test_a_message_has_a_body_and_neither_headers_nor_query():
    """Whoever needs the ticket must have kept what it meant."""
    event = events.message(HANDSHAKE, "abc=", '{"action": "echo"}', 1_700_000_060)
    assert set(event) == {"requestContext", "body", "isBase64Encoded"}
    context = event["requestContext"]
    assert (context["eventType"], context["routeKey"]) == ("MESSAGE", "$default")
    assert (context["connectedAt"], context["requestTimeEpoch"]) == (
        1_700_000_000_500,
        1_700_000_060_000,
    )


def test_bytes_come_in_base64():
    """And go to the default route, whatever they say."""
    event = events.message(HANDSHAKE, "abc=", b'{"action":"ping"}', 1.0)
    assert event["isBase64Encoded"]
    assert base64.b64decode(event["body"]) == b'{"action":"ping"}'
    assert event["requestContext"]["routeKey"] == "$default"


def test_an_end_has_code_and_reason():
    """As far as the gateway knows them."""
    event = events.disconnect(HANDSHAKE, "abc=", code=1001, reason="Going away", at=2.0)
    context = event["requestContext"]
    assert (context["eventType"], context["routeKey"]) == ("DISCONNECT", "$disconnect")
    assert (context["disconnectStatusCode"], context["disconnectReason"]) == (1001, "Going away")


@pytest.mark.parametrize(
    ("body", "route"),
    [
        ('{"action": "ping"}', "ping"),
        ('{"action": "ping", "ref": 1}', "ping"),
        ('{"action": "$connect"}', "$default"),
        ('{"action": "$disconnect"}', "$default"),
        ('{"action": "Ping"}', "$default"),
        ('{"action": ["ping"]}', "$default"),
        ('["ping"]', "$default"),
        ("ping", "$default"),
        ("[" * 100_000, "$default"),
        ("", "$default"),
    ],
    ids=lambda value: value[:30],
)
def test_the_action_chooses_the_route(body, route):
    """No client can pretend to connect or to leave."""
    assert events.route(body) == route


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"statusCode": 200}, 200),
        ({"statusCode": 204}, 200),
        ({"statusCode": 401}, 401),
        ({"statusCode": "200"}, 502),
        ({"body": ""}, 502),
        (None, 502),
    ],
    ids=json.dumps,
)
def test_any_success_opens_a_socket(answer, status):
    """And what is no answer does not."""
    assert events.decision(answer) == (status, None)


def test_a_function_may_choose_a_protocol():
    """In the header of that name."""
    answer = {"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "v1"}}
    assert events.decision(answer) == (200, "v1")
