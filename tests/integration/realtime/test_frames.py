"""Frames, and what is answered over their socket."""

import base64
import json

import pytest
from botocore.exceptions import ConnectTimeoutError

from handler import sockets as door
from tests import rights


def test_an_echo_comes_back(ann, opened):
    """With the ref, as it was sent."""
    socket = opened(ann)
    socket.say({"action": "echo", "data": {"n": [1, 2.5, None]}, "ref": "a"})
    assert socket.taken() == [{"type": "echo", "data": {"n": [1, 2.5, None]}, "ref": "a"}]


def test_pings_are_answered_without_the_function(ann, opened):
    """The gateway says pong."""
    socket = opened(ann)
    socket.say({"action": "ping"})
    assert socket.taken() == [{"type": "pong"}]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", "json_invalid"),
        ("nonsense", "json_invalid"),
        ('{"action": "echo", "action": "echo"}', "json_invalid"),
        ('{"action": "echo", "data": NaN}', "json_invalid"),
        (b"\xff\xfe", "json_invalid"),
        ("[]", "frame_invalid"),
        ("1", "frame_invalid"),
        ("{}", "frame_invalid"),
        ('{"action": "steal"}', "frame_invalid"),
        ('{"action": "echo", "data": 1.5e399}', "frame_invalid"),
        ('{"action": "echo", "extra": 1}', "frame_invalid"),
        ('{"action": "subscribe"}', "frame_invalid"),
        ('{"action": "subscribe", "channel": "room:*"}', "frame_invalid"),
        ('{"action": "subscribe", "channel": "room:lobby", "after": -1}', "frame_invalid"),
        ('{"action": "subscribe", "channel": "room:lobby", "after": "1"}', "frame_invalid"),
        ('{"action": "publish", "channel": "room:lobby", "data": "text"}', "frame_invalid"),
        (json.dumps({"action": "echo", "data": ["x" * 8_000] * 5}), "frame_too_large"),
        ('{"action": "echo", "data": ' + "[" * 40 + "]" * 40 + "}", "input_invalid"),
    ],
)
def test_what_is_no_frame_is_refused(ann, opened, frame, code):
    """By an error with a code; the socket stays open."""
    socket = opened(ann)
    socket.say(frame)
    (answer,) = socket.taken()
    assert (answer["type"], answer["code"], socket.ended) == ("error", code, None)


def test_bytes_are_read_as_text(ann, opened):
    """A binary frame is one as well."""
    socket = opened(ann)
    socket.say(b'{"action": "echo", "data": 1}')
    assert socket.taken() == [{"type": "echo", "data": 1}]


def test_an_error_repeats_the_ref(ann, opened):
    """So that a client knows which frame was wrong."""
    socket = opened(ann)
    socket.say({"action": "steal", "ref": "b"})
    assert socket.taken()[0]["ref"] == "b"


def test_an_error_never_repeats_the_frame(ann, opened):
    """What was typed may be a secret."""
    socket = opened(ann)
    socket.say({"action": "hunter2hunter2"})
    assert "hunter2" not in json.dumps(socket.taken())


def test_five_errors_close_a_socket(ann, opened):
    """The fifth is followed by a bye."""
    socket = opened(ann)
    for _ in range(4):
        socket.say("nonsense")
    assert socket.ended is None
    socket.say("nonsense")
    assert socket.taken()[-1] == {"type": "bye", "code": "too_many_errors"}
    assert socket.ended is not None


def test_our_own_trouble_closes_no_socket(ann, listening, wire):
    """What the server could not do is not the client's error."""
    socket = listening(ann, "room:lobby")
    socket.taken()

    def away(request):
        if b"connection_id" in request.body or b"account#" in request.body:
            raise ConnectTimeoutError(endpoint_url=request.url)

    wire.break_all(away)
    for _ in range(6):
        socket.say({"action": "subscribe", "channel": "room:other"})
    assert {frame["code"] for frame in socket.taken()} == {"unavailable"}
    assert socket.ended is None


def test_frames_are_limited(ann, opened, time):
    """Two hundred in ten seconds; what is more is an error."""
    socket = opened(ann)
    for _ in range(201):
        socket.say({"action": "echo"})
    answers = [frame["type"] for frame in socket.taken()]
    assert answers.count("echo") == 200
    assert answers[-1] == "error"


def test_ids_in_a_frame_are_nobody_s(ann, max_, opened, listening):
    """A frame cannot speak for another socket or account (threats G8)."""
    other = listening(ann, "me")
    other.taken()
    socket = opened(max_)
    frame = {"action": "echo", "data": 1, "connectionId": other.id, "account_id": "ann"}
    socket.say(frame)
    assert socket.taken()[0]["code"] == "frame_invalid"
    assert other.taken() == []


def test_the_gateway_is_where_the_settings_say(ann, opened):
    """An event that names another domain changes nothing (threats G16)."""
    socket = opened(ann)
    context = {
        "routeKey": "$default",
        "connectionId": socket.id,
        "domainName": "evil.example",
        "stage": "steal",
    }
    body = base64.b64encode(b'{"action": "echo", "data": 1}').decode()
    event = {"requestContext": context, "body": body, "isBase64Encoded": True}
    with rights.acting("sockets"):
        assert door.handle(event, None) == {"statusCode": 200}
    assert socket.taken() == [{"type": "echo", "data": 1}]


@pytest.mark.parametrize("body", [None, 7, {"action": "echo"}])
def test_an_event_without_a_text_is_no_frame(ann, opened, body):
    """It is refused like an empty one."""
    socket = opened(ann)
    context = {"routeKey": "$default", "connectionId": socket.id}
    with rights.acting("sockets"):
        door.handle({"requestContext": context, "body": body}, None)
    assert socket.taken()[0]["code"] == "json_invalid"
