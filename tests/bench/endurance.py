"""Jobs through a running twin, from their request to their last effect, while workers are killed.

A time and not a ratio, so it compares with nothing but itself on the same machine. What it is about
is the other half: of all effects none may be lost, and none doubled.
"""

import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.probing import Probed, Seen

_PERIOD = 1.0  # seconds from kill to kill, on average
_LOOK = 2.0  # seconds between two looks: each costs the twin time
_LAST = 0.2  # the part of the jobs that is left in peace
_CALM = 5  # times fewer jobs are run without kills
_PATIENCE = 240  # seconds without any progress after which what has no effect is lost


@dataclass(frozen=True, slots=True)
class Course:
    """So many jobs, run with so many kills: seconds to the last fifth and to the end."""

    count: int
    kills: int
    seconds: float
    all_seconds: float
    seen: Seen

    @property
    def is_right(self) -> bool:
        """Whether every job has had its effect, once."""
        return self.seen == Seen(self.count, 1, 1)

    def __str__(self) -> str:
        rate = (1 - _LAST) * self.count / self.seconds
        told = f"{self.count:,} jobs, {self.kills} workers killed: {rate:.0f} jobs/s"
        if self.is_right:
            return f"{told}, all done after {self.all_seconds:.0f} s, none lost, none doubled"
        lost = self.count - self.seen.distinct
        return f"{told}. WRONG: {lost} EFFECTS ARE LOST, ONE HAPPENED {self.seen.greatest} TIMES"


def courses(count: int) -> Iterator[Course]:
    """The figure without kills, of fewer jobs, and then with them."""
    with tempfile.TemporaryDirectory() as folder:
        twin = Probed(Path(folder))
        try:
            twin.start()
            yield _run(twin, 0, max(1, count // _CALM), kills=False)
            yield _run(twin, count, count, kills=True)
        finally:
            twin.stop()


def _run(twin: Probed, first: int, count: int, *, kills: bool) -> Course:
    begun, goal = time.monotonic(), (1 - _LAST) * count
    with _killing(twin, kills) as killed:
        twin.enqueue(first, count)
        _watch(twin, first, count, goal)
        seconds = time.monotonic() - begun
    seen = _watch(twin, first, count, count)
    return Course(count, len(killed), seconds, time.monotonic() - begun, seen)


def _watch(twin: Probed, first: int, count: int, goal: float) -> Seen:
    """Wait until so many have had their effect, or there is no progress any more."""
    seen, patience_ends = twin.seen(first, count), time.monotonic() + _PATIENCE
    while seen.distinct < goal and time.monotonic() < patience_ends:
        time.sleep(_LOOK)
        before, seen = seen, twin.seen(first, count)
        if seen.distinct > before.distinct:
            patience_ends = time.monotonic() + _PATIENCE
    return seen


@contextmanager
def _killing(twin: Probed, kills: bool) -> Iterator[list[float]]:  # noqa: FBT001 - or not
    """Kill workers within this block, if so; the times of the kills, as they happen."""
    over, times, chance = threading.Event(), [], random.Random(1)  # noqa: S311 - repeatable

    def kill() -> None:
        while not over.wait(chance.uniform(0.5, 1.5) * _PERIOD):
            if twin.kill_environment("worker-fast", chance.choice):
                times.append(time.monotonic())

    killer = threading.Thread(target=kill)
    if kills:
        killer.start()
    try:
        yield times
    finally:
        over.set()
        if kills:
            killer.join()
