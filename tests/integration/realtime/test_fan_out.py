"""Fan-out: who is told, what becomes of those who are gone, and of a gateway that wants no more."""

import pytest

from handler.realtime import delivering
from handler.realtime.models import Connection, Sockets


@pytest.fixture
def crowded(crowd):
    """Sixty subscribers of the lobby."""
    return crowd(60)


def test_everybody_hears_once(ann, max_, listening, told, heard):
    """Each socket that subscribes, of whichever account."""
    listeners = [listening(one, "room:lobby") for one in (ann, ann, max_)]
    for one in listeners:
        one.taken()
    told("one")
    assert [heard(one) for one in listeners] == [["one"]] * 3


def test_events_that_come_together_are_one_message(ann, listening, told, heard):
    """In their order."""
    socket = listening(ann, "room:lobby")
    socket.taken()
    told("one", "two", "three")
    assert [frame["type"] for frame in socket.frames] == ["events"]
    assert heard(socket) == ["one", "two", "three"]


def test_the_same_id_is_one_event(ann, listening, told):
    """However often it is announced, and whatever else is announced with it."""
    socket = listening(ann, "room:lobby")
    socket.taken()
    told("one")
    told("one", "two", "one")
    told("two")
    events = [
        event
        for frame in socket.taken()
        for event in (frame["events"] if frame["type"] == "events" else [frame])
    ]
    assert len({event["seq"] for event in events}) == 2
    assert {event["id"] for event in events} == {"one", "two"}


def test_who_is_gone_is_forgotten(ann, max_, listening, told, heard):
    """410 removes the socket with its rows, and the others hear (threats G9)."""
    gone, socket = listening(ann, "room:lobby"), listening(max_, "room:lobby")
    socket.taken()
    gone.hang_up(told=False)
    told("one")
    assert heard(socket) == ["one"]
    assert Connection.find(gone.id) is None
    assert Sockets.of("ann").sockets == {}


def test_what_the_gateway_refuses_comes_later(
    ann, listening, told, heard, gateway_refuses, time, jobs
):
    """A job posts it again."""
    socket = listening(ann, "room:lobby")
    jobs.deliver()
    socket.taken()
    with gateway_refuses(1):
        told("one")
    assert heard(socket) == []
    jobs.pass_(seconds=5)
    jobs.deliver()
    assert heard(socket) == ["one"]


def test_above_fifty_jobs_tell(crowded, told, heard, jobs):
    """Nobody waits for a crowd: each shard of it is a job's."""
    told("one")
    assert not any(map(heard, crowded))
    jobs.deliver()
    assert all(heard(one) == ["one"] for one in crowded)


def test_a_crowd_is_told_page_by_page(crowded, told, heard, jobs, monkeypatch):
    """However long a page is, everybody hears once."""
    monkeypatch.setattr(delivering, "PAGE", 2)
    told("one")
    jobs.deliver()
    assert all(heard(one) == ["one"] for one in crowded)
