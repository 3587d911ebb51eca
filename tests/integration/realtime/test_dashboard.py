"""The dashboard's counters: told each minute while an administrator looks."""

from handler.core import metrics


def counters(socket):
    """The counters of each telling."""
    return [frame["data"]["minutes"] for frame in socket.taken() if "data" in frame]


def test_an_administrator_is_told_the_counters(admin, listening, time, jobs):
    """Those of the last minutes, at once."""
    metrics.count(sign_ins=3)
    time.pass_(minutes=1)
    metrics.flush()
    socket = listening(admin, "dashboard")
    jobs.deliver()
    (told,) = counters(socket)
    assert told[0]["counters"]["sign_ins"] == 3


def test_they_come_again_each_minute(admin, listening, time, jobs):
    """However many look, each minute's come once."""
    first, second = listening(admin, "dashboard"), listening(admin, "dashboard")
    jobs.deliver()
    assert (len(counters(first)), len(counters(second))) == (1, 1)
    jobs.pass_(seconds=180)
    assert (len(counters(first)), len(counters(second))) == (3, 3)


def test_they_end_with_the_last_who_looks(admin, listening, time, jobs):
    """Then no job is left."""
    listening(admin, "dashboard").hang_up()
    jobs.pass_(seconds=300)
    assert admin.get("/admin/jobs", query="state=open").body["items"] == []


def test_sockets_and_what_goes_over_them_are_counted(admin, opened, told, time):
    """In memory, as everything is: what happens to a socket costs no call more."""
    socket = opened(admin)
    socket.say({"action": "subscribe", "channel": "room:lobby"})
    told("one", "two")
    socket.hang_up()
    time.pass_(minutes=1)
    metrics.flush()
    query = "step=day&from=2026-03-01T00:00:00Z&to=2026-03-02T00:00:00Z"
    (day,) = admin.get("/admin/counters", query=query).body["items"]
    seen = {
        name: day["counters"].get(name) for name in ("sockets_opened", "sockets_ended", "frames")
    }
    assert seen == {"sockets_opened": 1, "sockets_ended": 1, "frames": 1}
    assert day["counters"]["posts"] >= 1
