"""What happens once a minute: overdue jobs are woken, and those of the calendar enqueued.

A job is moved in the due index first, under the condition that nothing else has moved it, and the
message is sent after that. A tick that ends in between costs the job one grace. Two ticks at once
send one message.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass

from botocore.exceptions import ClientError

from handler.core import aws, clock, log
from handler.core.errors import Unavailable
from handler.core.shards import SHARDS, Span
from handler.jobs import definitions, gateway, transitions
from handler.jobs.calendar import enqueue_crons
from handler.jobs.gateway import Hint
from handler.jobs.indexes import GRACE, GRACE_MAX, hinted, overdue, read_wake
from handler.jobs.models import JobRow
from handler.jobs.states import State
from handler.jobs.transitions import Stale

AHEAD = 120
"""Seconds by which a delayed job's message is sent before it is due, to the second of it: two
ticks, so that one may be missed."""
_PAGE = 100  # rows of a read
_FEW = 16  # jobs that are not worth threads
_THREADS = 16
_RESERVE = 5.0  # seconds of the invocation that are left for sending what was moved


@dataclass(frozen=True, slots=True)
class Tick:
    """What a tick did."""

    woken: int
    enqueued: int


def tick() -> Tick:
    """Wake what is overdue and enqueue what the calendar says. Raises Unavailable.

    A job or a cron that cannot be moved now holds nothing else up.
    """
    enqueued = enqueue_crons()
    now, woken = clock.epoch(), 0
    for span in _spans(now):
        for wakes in _pages(span):
            hints = [hint for hint in _pushed(wakes, now) if hint]
            gateway.send(hints)
            woken += len(hints)
            if aws.seconds_left() < _RESERVE:
                log.line(level="warning", metric="tick_unfinished", woken=woken)
                return Tick(woken, enqueued)
    return Tick(woken, enqueued)


def _spans(now: int) -> list[Span]:
    """What to look through, beginning with what must run at its second.

    Each minute from another shard on: a tick that runs out of time leaves nobody out for long.
    """
    first = now // 60 % SHARDS
    later, hinted = overdue("later", now + AHEAD), overdue("hinted", now)
    return [*later[first:], *later[:first], *hinted[first:], *hinted[:first]]


def _pages(span: Span) -> Iterator[list[str]]:
    for rows in span.pages(span.partitions[0], _PAGE):
        if rows:
            yield [row["wake"]["S"] for row in rows]


def _pushed(wakes: list[str], now: int) -> Iterator[Hint | None]:
    if len(wakes) <= _FEW:
        yield from (_push(wake, now) for wake in wakes)
        return
    with ThreadPoolExecutor(_THREADS) as threads:
        moved = [threads.submit(copy_context().run, _push, wake, now) for wake in wakes]
    yield from (one.result() for one in moved)


def _push(wake: str, now: int) -> Hint | None:
    """Move a job on in the due index; the message about it, if it can be run by then."""
    second, hints, job_id = read_wake(wake)
    grace = min(GRACE * 2 ** min(hints, 10), GRACE_MAX)
    place = hinted(job_id, max(second, now) + grace, hints + 1)
    try:
        row = transitions.apply(job_id, transitions.push(wake, place))
    except Stale:
        return None  # it has ended, or somebody else has moved it
    except (ClientError, Unavailable) as error:
        log.line(level="error", metric="job_unmoved", id=job_id, error=type(error).__name__)
        return None  # the next minute tries again
    definition = definitions.find(row.name)
    if not _can_run(row, now):
        return None
    queue = definition.queue if definition else "fast"  # where somebody may know the name
    return Hint(queue, job_id, row.name, row.group, max(0, row.due - now))


def _can_run(row: JobRow, now: int) -> bool:
    """Whether a worker would find anything to do."""
    if row.state == State.RUNNING:
        return row.lease < now
    return row.state != State.WAITING or row.left <= 0
