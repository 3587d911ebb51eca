"""What running twins are put through while they work off probes.

A play takes a twin that runs, and leaves it running with every job ended. What was lost on the way
(a message that a killed worker held, or one of a stopped twin) is found again after a minute, so
most of a play is waiting.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from infra.local import client
from tests.e2e.probing import Probed, Seen

PATIENCE = 240
"""Seconds until all jobs have ended: two minutes of the clock, on a busy machine."""
_KILLS = 8
_REPEATED = 62  # seconds in which a strict twin hands a message out again
_WRITTEN = 3  # seconds after which what a twin answered is saved, and outlives its being killed


@dataclass(frozen=True, slots=True)
class Outcome:
    """A twin after a play, the ids of the jobs, and what is seen of them."""

    twin: Probed
    ids: list[str]
    seen: Seen
    early: Seen | None = None
    """Of those jobs that were enqueued in time to be saved."""


def kill_workers(twin: Probed) -> Outcome:
    """Kill workers at random while they work off 300 jobs."""
    chance = random.Random(20)  # noqa: S311 - it is to happen again
    ids = twin.enqueue(0, 300, milliseconds=50)
    for _ in range(_KILLS):
        time.sleep(chance.uniform(0.2, 0.6))
        twin.kill_environment("worker-fast", chance.choice)
    _end(twin)
    return Outcome(twin, ids, twin.seen(0, 300))


def stop(twin: Probed) -> Outcome:
    """Stop the twin in the middle of 1,000 jobs, and start it again."""
    ids = twin.enqueue(0, 1000, milliseconds=20)
    _check_halfway(twin, 1000)
    twin.restart()
    _end(twin)
    return Outcome(twin, ids, twin.seen(0, 1000))


def pull_the_plug(twin: Probed) -> Outcome:
    """Kill the twin in the middle of 1,000 jobs, of which 800 are saved, and start it again."""
    ids = twin.enqueue(0, 800, milliseconds=20)
    time.sleep(_WRITTEN)
    ids += twin.enqueue(800, 200, milliseconds=20)
    _check_halfway(twin, 1000)
    twin.kill()
    twin.start()
    _end(twin)
    return Outcome(twin, ids, twin.seen(0, 1000), early=twin.seen(0, 800))


def be_strict(twin: Probed) -> Outcome:
    """Freeze functions between events, and hand messages out twice and in another order."""
    ids = twin.enqueue(0, 200)
    time.sleep(_REPEATED)
    _end(twin)
    return Outcome(twin, ids, twin.seen(0, 200))


PLAYS: dict[Callable[[Probed], Outcome], Sequence[str]] = {
    stop: (),
    pull_the_plug: (),
    kill_workers: (),
    be_strict: ("--strict",),
}
"""Each with the options of its twin; those that take longest first."""


def _check_halfway(twin: Probed, count: int) -> None:
    assert twin.wait(lambda: twin.seen(0, count).distinct > 0, PATIENCE)
    assert twin.seen(0, count).distinct < count, "all jobs have ended already"


def _end(twin: Probed) -> None:
    """Wait until no job is open."""
    assert twin.wait(lambda: not client.operate(twin.url, "jobs_list")["items"], PATIENCE)
