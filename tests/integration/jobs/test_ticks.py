"""What the clock does once a minute with jobs that are overdue."""

from itertools import pairwise

from handler import clock as clock_door
from handler.jobs import enqueue
from infra.local.pump import context
from tests.client import at_once
from tests.integration.jobs.conftest import purge
from tests.sample_jobs import Plain


def tick(time, seconds=50):
    """What a tick did in so many seconds."""
    return clock_door.handle({}, context(time, "clock", seconds=seconds))


def test_a_tick_wakes_many(time, jobs, hand):
    """All of a shard, and each once."""
    handles = [enqueue(Plain()) for _ in range(320)]
    purge("fast")
    time.pass_(seconds=61)
    assert tick(time) == {"woken": len(handles), "enqueued": 0}
    assert tick(time) == {"woken": 0, "enqueued": 0}


def test_a_tick_ends_with_its_time(time, jobs, capsys):
    """The next one goes on."""
    handles = [enqueue(Plain()) for _ in range(40)]
    purge("fast")
    time.pass_(seconds=61)
    done = tick(time, seconds=5)["woken"]
    assert 0 < done < len(handles)
    assert '"metric":"tick_unfinished"' in capsys.readouterr().out
    assert done + tick(time)["woken"] == len(handles)


def test_two_ticks_at_once_wake_once(time, jobs):
    """Whoever moves a job in the index sends its message."""
    for _ in range(20):
        enqueue(Plain())
    purge("fast")
    time.pass_(seconds=61)
    done = at_once([lambda: tick(time)["woken"]] * 2)
    assert sum(done) == 20


def test_a_backlog_does_not_feed_itself(time, jobs, sent):
    """The more messages were sent in vain, the longer until the next one: five minutes at most."""
    handle, times = enqueue(Plain()), []
    for _ in range(15):
        purge("fast")
        time.pass_(seconds=60)
        del sent[:]
        tick(time)
        times += [int(time.now.timestamp()) for one in sent if handle.id in one["MessageBody"]]
    waits = [after - before for before, after in pairwise(times)]
    assert waits == [60, 120, 240, 300]
