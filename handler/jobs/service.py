"""What callers may do with jobs: cancel them, and redrive those that are dead."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from handler import audit
from handler.audit import Event
from handler.core import clock, limits, metrics
from handler.core.auth import Caller
from handler.core.errors import Conflict, WriteConflict
from handler.core.limits import Limit
from handler.jobs import definitions, endings, gateway, indexes, locks, transitions
from handler.jobs.access import find_job
from handler.jobs.enqueueing import Writes, transaction
from handler.jobs.indexes import job_of
from handler.jobs.models import JobRow
from handler.jobs.schemas import RedriveDead, RedriveIn
from handler.jobs.states import State
from handler.jobs.transitions import Stale

REDRIVES = Limit("redrive", calls=30, seconds=60)
"""Redriving, by account."""
PACE = 20
"""Jobs a second that begin anew when many are redriven: what felled them may be frail yet."""
COUNTED = 10_000
"""Dead jobs that are looked at for their number: a request has little time, a job has."""
TRIES = 4
"""Attempts at a job that moves while it is looked at."""
_PAGE = 1000  # keys of a read


class JobEnded(Conflict):
    """The job has ended before."""

    detail = "This job has ended already."


class JobNotDead(Conflict):
    """Only dead jobs begin anew."""

    detail = "This job is not dead."


class UniqueJobOpen(Conflict):
    """Another job of the same unique key is open."""

    detail = "Another job of the same key is open. Redrive this one when that has ended."


def cancel_job(caller: Caller, job_id: str) -> JobRow:
    """Cancel a job: at once where nobody runs it, and else as soon as its runner looks.

    Raises JobNotFound, JobEnded, WriteConflict.
    """
    for _ in range(TRIES):
        row = find_job(caller, job_id)
        if row.standing.ended:
            raise JobEnded
        told = audit.entry("job.cancelled", actor=caller.id, subject=row.id, job=row.name)
        try:
            stop(row, told)
        except Stale:
            continue
        return JobRow.find(job_id) or row
    raise WriteConflict


def stop(row: JobRow, *told: Event) -> None:
    """Cancel a job that has not ended, or ask its runner to stop, with what is told of it.

    Raises Stale when it has moved since it was read, Unavailable.
    """
    writes = Writes()
    for event in told:
        writes.save(event)
    if row.state == State.RUNNING:
        asked = transitions.ask_to_stop().arguments(row.id)
        writes.write("Update", asked, transitions.refused)
        writes.commit()
        return
    endings.cancel_children(row, writes)
    endings.commit(row, transitions.cancel(row, clock.epoch()), writes)
    metrics.count(jobs_cancelled=1)
    endings.discard(row)
    if row.parent:
        endings.wake_parent(row.parent)


def redrive_job(caller: Caller, job_id: str) -> JobRow:
    """Let a dead job begin anew. Raises JobNotFound, JobNotDead, UniqueJobOpen, RateLimited."""
    limits.spend(REDRIVES, caller.id)
    row = find_job(caller, job_id)
    event = audit.entry("job.redriven", actor=caller.id, subject=row.id, job=row.name)
    begin_anew(row, clock.epoch(), event)
    return JobRow.find(job_id) or row


def begin_anew(row: JobRow, due: int, *told: Event) -> None:
    """Redrive a job, to be due then, with what is told of it. Raises JobNotDead, UniqueJobOpen."""
    writes, now = Writes(), clock.epoch()
    change = transitions.redrive(row, due, now)
    writes.write("Update", change.arguments(row.id), lambda _: JobNotDead())
    if row.lock:
        writes.write("Put", locks.take(row.lock, row.id), lambda _: UniqueJobOpen())
    for event in told:
        writes.save(event)
    writes.commit()
    definition = definitions.find(row.name)
    if definition and due - now <= indexes.DELAY_MAX:
        row.parent = None
        gateway.send([endings.hint_of(row, definition, max(0, due - now))])


def redrive_matching(caller: Caller, body: RedriveIn) -> dict[str, Any]:
    """Have all dead jobs of a name and an error begin anew, by a job of its own; or count them.

    Raises RateLimited.
    """
    limits.spend(REDRIVES, caller.id)
    looked_at = list(islice(_epitaphs(body.name, body.error), COUNTED))
    matched = sum(_died_of(one, body.error) for one in looked_at)
    if body.dry_run or (not matched and len(looked_at) < COUNTED):
        return {"matched": matched, "job": None}
    told = {"job": body.name or "*", "error": body.error or "*"}
    order = RedriveDead(job_name=body.name, error=body.error, until=clock.epoch())
    with transaction() as writes:
        handle = writes.enqueue(order, owner=caller.id)
        event = audit.entry("jobs.redriven", actor=caller.id, subject=handle.id, **told)
        writes.save(event)
    return {"matched": matched, "job": handle.id}


def dead_ids(name: str | None, error: str | None) -> Iterator[str]:
    """The ids of the dead of a name and an error, shard by shard; read page by page."""
    return (job_of(one) for one in _epitaphs(name, error) if _died_of(one, error))


def _died_of(epitaph: str, error: str | None) -> bool:
    return error is None or epitaph.split("#")[1] == error


def _epitaphs(name: str | None, error: str | None) -> Iterator[str]:
    """The keys of the dead of a name, and of an error where there is a name."""
    span = indexes.dead_jobs(name, error)
    for shard in span.partitions:
        for rows in span.pages(shard, _PAGE):
            yield from (row["epitaph"]["S"] for row in rows)
