"""How a run of a job ends: each way is one request, with all that must happen together in it.

An end takes the job out of the due index, counts it out at its parent, gives its lock free and
enqueues what follows: in one transaction, and in a plain update where there is nothing else.
"""

import json
import random
from typing import Any

from handler.core import clock, log, metrics
from handler.core.errors import Unavailable
from handler.core.patience import ATTEMPTS
from handler.jobs import definitions, entries, gateway, locks, payloads, transitions
from handler.jobs.definitions import Definition
from handler.jobs.enqueueing import Writes
from handler.jobs.entries import Entry, Message, When, child_id, entry
from handler.jobs.gateway import Hint
from handler.jobs.indexes import DELAY_MAX
from handler.jobs.models import JobRow
from handler.jobs.payloads import PayloadTooLarge, Placed
from handler.jobs.schemas import CancelChildren
from handler.jobs.states import State
from handler.jobs.transitions import Change, Stale

BACKOFF = 2
"""Seconds after which a failed job is tried again at most; doubled for each further failure."""
BACKOFF_MAX = 900
"""The most of it: what SQS can delay."""
_MEETINGS = 16  # attempts of an end whose parent's row many children change at once: some 6 s
CHUNK = 98
"""Children of a transaction: beside them stands their parent."""


class Superseded(BaseException):
    """The job is not this runner's any more: its lease was over, and somebody took it.

    No `Exception`, so that no handler takes it for a failure that it can answer.
    """


class ResultUnfit(Exception):
    """What a handler returned cannot be kept: no JSON, or too large."""


class _ParentGone(Exception):
    """The parent is not even remembered any more."""


def succeed(row: JobRow, result: Any, writes: Writes | None = None) -> None:
    """Record success: together with the effects in those writes, or alone.

    Raises ResultUnfit, Superseded, Unavailable, and whatever refuses the writes.
    """
    now = clock.epoch()
    placed = _kept(row, result, now)
    ending = writes or Writes()
    if placed.beside:
        ending.write("Put", placed.beside)
    if rest := entries.chain_of(row):
        ending.add(_next(row, rest))
    _end(row, transitions.succeed(row, now, placed.attributes), ending)
    metrics.count(jobs_succeeded=1)


def _kept(row: JobRow, result: Any, now: int) -> Placed:
    if result is None:
        return Placed({})
    try:
        text = json.dumps(result, ensure_ascii=False, allow_nan=False)
        kept = now + payloads.KEPT
        return payloads.place(row.id, "result", text, kept, fence=row.fence)
    except (TypeError, ValueError, PayloadTooLarge) as error:
        raise ResultUnfit from error


def _next(row: JobRow, rest: list[Message]) -> Entry:
    """The next job of a chain, whose id follows from this one's."""
    id_ = child_id(row.id, "then")
    return entry(rest[0], When.after(0), job_id=id_, owner=row.owner, then=rest[1:])


def die(row: JobRow, error: str, message: str, *, abandoned: bool = False) -> None:
    """Record that it will not succeed. Raises Superseded, Unavailable."""
    change = transitions.die(row, clock.epoch(), error, message, abandoned=abandoned)
    _end(row, change, Writes())
    metrics.count(jobs_dead=1)
    log.line(level="error", metric="jobs_dead", job=row.name, id=row.id, error=error)


def cancel(row: JobRow, *, abandoned: bool = False) -> None:
    """End what was asked to stop, as its runner or in its place. Raises Superseded, Unavailable."""
    now = clock.epoch()
    change = (transitions.cancel_abandoned if abandoned else transitions.cancel_own)(row, now)
    ending = Writes()
    cancel_children(row, ending)
    _end(row, change, ending)
    metrics.count(jobs_cancelled=1)


def cancel_children(row: JobRow, writes: Writes) -> None:
    """Have a job's children cancelled with it, if it has any."""
    if count := children_of(row):
        writes.enqueue(CancelChildren(parent_id=row.id, count=count))


def children_of(row: JobRow) -> int:
    """How many jobs a job has spawned, at most: so many ids are to be looked at."""
    return row.children or row.chunks * CHUNK


def _leave(row: JobRow, writes: Writes) -> None:
    """Add to the transaction of an end what it means for others: the parent, and the lock.

    A lock that the same transaction takes for another job is passed on to it.
    """
    if row.parent:
        join = transitions.join().arguments(row.parent)
        writes.write("Update", join, lambda _: _ParentGone())
    if row.lock and not writes.passes_on(row.lock, row.id):
        writes.write("Delete", locks.give_back(row.lock, row.id))


def retry(row: JobRow, definition: Definition, error: str, message: str) -> None:
    """Try again after a while, at random below a bound that doubles with each failure.

    Raises Superseded, Unavailable.
    """
    most = min(BACKOFF * 2 ** min(row.attempts - 1, 20), BACKOFF_MAX)
    due = clock.epoch() + 1 + int(random.random() * most)  # noqa: S311 - jitter is no secret
    change = transitions.retry(row, due, clock.epoch(), error, message)
    _come_again(row, definition, change, due)
    metrics.count(jobs_retried=1)


def release(row: JobRow, definition: Definition, seconds: float) -> None:
    """Go on in so many seconds, without an attempt less. Raises Superseded, Unavailable."""
    due = When.after(seconds).due
    _come_again(row, definition, transitions.release(row, due, clock.epoch()), due)


def _come_again(row: JobRow, definition: Definition, change: Change, due: int) -> None:
    try:
        transitions.apply(row.id, change)
    except Stale as stale:
        stood = stale.row
        if stood and stood.state == State.RUNNING and stood.fence == row.fence:
            cancel(row)  # somebody wants it cancelled
            return
        check_own(row, change, stale)
    delay = due - clock.epoch()
    if delay <= DELAY_MAX:
        gateway.send([hint_of(row, definition, max(0, delay))])


def _end(row: JobRow, change: Change, writes: Writes) -> None:
    try:
        commit(row, change, writes)
    except Stale as stale:
        check_own(row, change, stale)
    if change.sets["state"] != State.DEAD:
        discard(row)
    if row.parent:
        wake_parent(row.parent)


def discard(row: JobRow) -> None:
    """Delete large arguments of what needs them no more; S3 does it in time where this fails."""
    try:
        payloads.delete_objects(row, "arguments", "after")
    except Unavailable:
        log.line(level="warning", metric="payload_undeleted", id=row.id)


def commit(row: JobRow, change: Change, writes: Writes) -> None:
    """Make a transition that ends a job, with those writes and all that follows for others.

    A parent that is not remembered any more counts nobody out. A child, for which its parent may
    ask, and a job with rows beside it are remembered for longer. Raises Stale, Unavailable.
    """
    if row.parent or payloads.stand_beside(row) or change.sets.get("result_at") == payloads.ROW:
        change.sets["expires_at"] = clock.epoch() + payloads.KEPT
    if writes.empty and not row.parent and not row.lock:
        transitions.apply(row.id, change)
        return
    for parent in (row.parent, None):
        row.parent = parent
        ending = Writes()
        ending.write("Update", change.arguments(row.id), transitions.refused)
        ending.take_over(writes)
        _leave(row, ending)
        try:
            ending.commit(_MEETINGS if parent else ATTEMPTS)
        except _ParentGone:
            continue
        return


def check_own(row: JobRow, change: Change, stale: Stale) -> None:
    """Go on if the refused transition was done before and its answer lost. Raises Superseded."""
    stood = stale.row
    if stood is None or stood.state != change.sets["state"] or stood.by != row.fence:
        raise Superseded from stale


def wake_parent(parent_id: str) -> None:
    """Send a message about a parent that waits for nobody any more. The clock does it otherwise."""
    try:
        parent = JobRow.find(parent_id)
    except Unavailable:
        return  # the end is recorded, and the parent in the due index
    if parent is None or parent.state != State.WAITING or parent.left > 0:
        return
    definition = definitions.find(parent.name)
    if definition is not None:
        gateway.send([hint_of(parent, definition)])


def hint_of(row: JobRow, definition: Definition, delay: int = 0) -> Hint:
    """The message about a job."""
    return Hint(definition.queue, row.id, row.name, row.group, delay)
