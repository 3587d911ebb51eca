"""Rooms: what is said in them, and who is there."""

import json

import pytest

from handler import sockets as door
from tests import rights


def say(socket, **body):
    """Say something in the lobby."""
    socket.say({"action": "publish", "channel": "room:lobby", "data": body})


def test_what_is_said_reaches_everybody(ann, max_, listening):
    """With the account that said it, which the server knows and no frame can claim."""
    listener, speaker = listening(max_, "room:lobby"), listening(ann, "room:lobby")
    listener.taken()
    say(speaker, text="Hello", n=1.5)
    (event,) = listener.taken()
    assert event["type"] == "room.message"
    assert event["data"] == {"from": "ann", "body": {"text": "Hello", "n": 1.5}}


def test_who_speaks_is_told_the_number(ann, listening):
    """The ack names the number under which it was published."""
    speaker = listening(ann, "room:lobby")
    speaker.taken()
    speaker.say({"action": "publish", "channel": "room:lobby", "data": {}, "ref": "r"})
    event, ack = speaker.taken()
    assert ack == {"type": "ack", "channel": "room:lobby", "seq": event["seq"], "ref": "r"}


def test_a_frame_that_comes_twice_is_said_once(ann, listening):
    """API Gateway names each message; a repetition is the same event."""
    speaker = listening(ann, "room:lobby")
    speaker.taken()
    context = {"routeKey": "$default", "connectionId": speaker.id, "messageId": "m1"}
    body = json.dumps({"action": "publish", "channel": "room:lobby", "data": {}})
    with rights.acting("sockets"):
        for _ in range(2):
            door.handle({"requestContext": context, "body": body}, None)
    assert len({frame["seq"] for frame in speaker.taken()}) == 1


@pytest.mark.parametrize("channel", ["me", "dashboard"])
def test_nobody_speaks_elsewhere(admin, opened, channel):
    """Other channels are the server's to speak in."""
    socket = opened(admin)
    socket.say({"action": "publish", "channel": channel, "data": {}})
    assert socket.taken()[0]["code"] == "publish_forbidden"


def test_nobody_speaks_where_they_cannot_listen(ann, opened):
    """A channel that is not there for them."""
    socket = opened(ann)
    socket.say({"action": "publish", "channel": "dashboard", "data": {}})
    assert socket.taken()[0]["code"] == "channel_not_found"


def test_who_comes_is_told_who_is_there(ann, max_, listening):
    """The ack names the accounts."""
    listening(ann, "room:lobby")
    listening(ann, "room:lobby")
    assert listening(max_, "room:lobby").taken()[0]["present"] == ["ann", "max"]


def presences(socket):
    """Who came (True) and went (False), as a socket was told."""
    return [
        (frame["data"]["account_id"], frame["data"]["present"])
        for frame in socket.taken()
        if frame["type"] == "room.presence"
    ]


@pytest.fixture
def listener(max_, listening, jobs):
    """A socket of Max's in the lobby, which has heard that he is there."""
    found = listening(max_, "room:lobby")
    jobs.deliver()
    found.taken()
    return found


def test_who_comes_and_goes_is_told(ann, listening, listener, jobs):
    """To all in the room."""
    guest = listening(ann, "room:lobby")
    jobs.deliver()
    assert presences(listener) == [("ann", True)]
    guest.say({"action": "unsubscribe", "channel": "room:lobby"})
    jobs.deliver()
    assert presences(listener) == [("ann", False)]


def test_a_second_device_is_no_second_guest(ann, listening, listener, jobs):
    """One comes with the first socket and goes with the last."""
    first = listening(ann, "room:lobby")
    second = listening(ann, "room:lobby")
    first.hang_up()
    jobs.deliver()
    assert set(presences(listener)) == {("ann", True)}
    second.hang_up()
    jobs.deliver()
    assert presences(listener) == [("ann", False)]


def test_what_is_told_is_how_it_is_by_then(ann, listening, listener, jobs):
    """Who came and went before anybody was told is told gone, in whichever order jobs run."""
    listening(ann, "room:lobby").hang_up()
    jobs.deliver()
    assert set(presences(listener)) == {("ann", False)}


@pytest.mark.parametrize("name", ["Lobby", "a_b", "-a", "a" * 41])
def test_rooms_have_plain_names(ann, opened, name):
    """Small letters, digits and hyphens, forty at most."""
    socket = opened(ann)
    socket.say({"action": "subscribe", "channel": f"room:{name}"})
    assert socket.taken()[0]["code"] == "channel_not_found"
