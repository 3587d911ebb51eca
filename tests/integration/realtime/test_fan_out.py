"""Fan-out: who is told, what becomes of those who are gone, and of a gateway that wants no more."""

import pytest
from botocore.exceptions import ConnectTimeoutError

from handler.core.limits import Limit
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


def test_a_job_forgets_who_is_gone(ann, listening, crowded, told, heard, jobs):
    """As whoever posts in line does."""
    gone = listening(ann, "room:lobby")
    gone.hang_up(told=False)
    told("one")
    jobs.deliver()
    assert Connection.find(gone.id) is None
    assert all("one" in heard(one) for one in crowded)


def test_a_job_tells_a_crowd_although_the_gateway_is_busy(
    crowded, told, heard, gateway_refuses, time, jobs
):
    """Those whose posts it did not take are told a little later."""
    told("one")
    with gateway_refuses(20):
        jobs.deliver()
    assert sum(heard(one) == [] for one in crowded) == 20
    jobs.pass_(seconds=5)
    assert sum(heard(one) == ["one"] for one in crowded) == 20


def test_a_gateway_that_takes_nothing_is_given_up(
    ann, admin, listening, told, gateway_refuses, time, jobs
):
    """After a minute no job is left: who missed the event sees it by the numbers."""
    listening(ann, "room:lobby")
    jobs.deliver()
    with gateway_refuses():
        told("one")
        jobs.pass_(seconds=120)
    assert admin.get("/admin/jobs", query="state=open").body["items"] == []
    assert admin.get("/admin/jobs", query="state=dead").body["items"] == []


def test_posts_keep_within_a_budget(crowded, told, heard, time, jobs, monkeypatch):
    """What is more than the gateway may be asked in a second waits for another."""
    monkeypatch.setattr(delivering, "POSTS", Limit("posts", calls=40, seconds=1, lease=10))
    told("one")
    jobs.deliver()
    assert sum(bool(one.frames) for one in crowded) == 40
    jobs.pass_(seconds=5)
    assert all(heard(one) == ["one"] for one in crowded)


def test_a_presence_that_was_kept_is_told_again(ann, listening, heard, time, jobs, wire):
    """A job that published and died before it posted does not publish anew."""
    socket = listening(ann, "room:lobby")
    socket.taken()

    def away(request):
        if b"subscriptions" in request.body:
            raise ConnectTimeoutError(endpoint_url=request.url)

    wire.break_all(away)
    jobs.deliver()
    wire.break_all(None)
    jobs.pass_(seconds=30)
    assert len(heard(socket)) == 1
    assert len(ann.get("/realtime/room:lobby", query="after=0").body["events"]) == 1


def test_what_has_a_limit_comes_ten_times_a_second(ann, listening, told, time, monkeypatch):
    """The eleventh event of a second waits for the next one."""
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    for number in range(11):
        told(f"e{number}", channel="gauge")
    assert slept == [1]


def test_events_that_come_together_are_one_event(ann, listening, told, sockets):
    """With all that has changed, each under its own id."""
    socket = listening(ann, "gauge")
    socket.taken()
    told("one", "two", channel="gauge")
    told("two", "three", channel="gauge")
    first, again, rest = _flat(socket.taken())
    assert [one["id"] for one in first["data"]["changes"]] == ["one", "two"]
    assert again["seq"] == first["seq"]
    assert [one["id"] for one in rest["data"]["changes"]] == ["three"]


def _flat(frames):
    return [event for frame in frames for event in frame.get("events", [frame])]


@pytest.mark.slow
def test_a_thousand_sockets_hear_a_hundred_events_once(crowd, told, heard, time, jobs):
    """Each of them all, though nobody orders or leaves out anything on the way."""
    listeners = crowd(1_000)
    names = [f"e{number}" for number in range(100)]
    for first in range(0, 100, 10):
        told(*names[first : first + 10])
        jobs.deliver()
        jobs.pass_(seconds=5)
    assert all(sorted(heard(one)) == sorted(names) for one in listeners)
