"""Subscribing to channels, and what comes then."""


def test_a_subscriber_hears_what_happens(ann, listening, told, heard):
    """What is announced in a channel reaches whoever subscribes to it."""
    socket = listening(ann, "room:lobby")
    socket.taken()
    told("one")
    assert heard(socket) == ["one"]


def test_an_event_has_all_that_is_promised(ann, listening, told):
    """channel, seq, id, type, data and time."""
    socket = listening(ann, "room:lobby")
    seq = socket.taken()[0]["seq"]
    told("one")
    (event,) = socket.taken()
    assert event.pop("at")
    assert event == {
        "channel": "room:lobby",
        "seq": seq + 1,
        "id": "one",
        "type": "room.happened",
        "data": {"what": "one"},
    }
