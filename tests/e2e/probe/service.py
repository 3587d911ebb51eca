"""Enqueues probes, has their effects, and counts them."""

import time

from handler.jobs import Run, transaction
from handler.probe.models import Effect
from handler.probe.schemas import Probe, ProbesIn, SeenOut, SeenQuery

_CHUNK = 50  # jobs of a transaction


def enqueue_probes(asked: ProbesIn) -> dict[str, list[str]]:
    """Enqueue them, fifty in a transaction."""
    numbers = range(asked.first, asked.first + asked.count)
    ids: list[str] = []
    for start in range(0, len(numbers), _CHUNK):
        with transaction() as writes:
            for number in numbers[start : start + _CHUNK]:
                probe = Probe(number=number, milliseconds=asked.milliseconds)
                ids.append(writes.enqueue(probe, delay=asked.delay).id)
    return {"ids": ids}


def have_effect(job: Probe, run: Run) -> None:
    """Work, then add one to the effects of the number, with the end of the job."""
    time.sleep(job.milliseconds / 1000)
    with run.transaction() as writes:
        Effect.add(writes, job.number)


def look(asked: SeenQuery) -> SeenOut:
    """Count the effects."""
    times = Effect.times_of(asked.first, asked.count)
    least, greatest = min(times, default=0), max(times, default=0)
    return SeenOut(distinct=len(times), least=least, greatest=greatest)
