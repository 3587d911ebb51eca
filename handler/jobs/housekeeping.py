"""What is done to many jobs at once, as jobs themselves or by operators."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from handler.core import aws, clock
from handler.core.errors import Conflict, Unavailable
from handler.core.records import RawRow
from handler.core.transactions import Transaction
from handler.jobs import endings, indexes, models, payloads
from handler.jobs.entries import child_id
from handler.jobs.models import JobRow
from handler.jobs.runs import Run
from handler.jobs.schemas import CancelChildren, RedriveDead
from handler.jobs.service import PACE, TRIES, begin_anew, dead_ids, stop
from handler.jobs.transitions import Stale

_PAGE = 100
_RESERVE = 5.0  # seconds of an invocation that a scan leaves


def cancel_children(job: CancelChildren, run: Run) -> int:
    """Cancel the children of a job that was cancelled. Returns how many had not ended."""
    cancelled = 0
    for number in range(job.count):
        run.progress(100 * number // job.count)
        cancelled += _stop(JobRow.find(child_id(job.parent_id, number)))
    return cancelled


def _stop(row: JobRow | None) -> bool:
    """Cancel a job in nobody's name; False if it had ended. Raises Unavailable."""
    for _ in range(TRIES):
        if row is None or row.standing.ended:
            return False
        try:
            stop(row)
        except Stale:
            row = JobRow.find(row.id)
            continue
        return True
    raise Unavailable


def redrive_dead(job: RedriveDead, run: Run) -> int:
    """Redrive what had died by then, a few each second. Returns how many were redriven."""
    begun, start = 0, clock.epoch()
    for id_ in dead_ids(job.job_name, job.error):
        run.progress(0, f"{begun} redriven")
        run.checkpoint()
        row = JobRow.find(id_)
        if row is None or (row.ended or 0) > job.until:
            continue
        with suppress(Conflict):  # it was redriven meanwhile, or its unique key is taken
            begin_anew(row, max(start + begun // PACE, clock.epoch()))
            begun += 1
    return begun


def forget(owner: str, run: Run) -> int:
    """Cancel what is open of an account, and delete what has ended. Returns how many jobs went.

    Raises RetryLater while something has to end first, and until whatever was under way when the
    account closed is enqueued and indexed.
    """
    gone = waiting = 0
    for row in _all_of(owner):
        run.checkpoint()
        if row.standing.ended and _delete(row):
            gone += 1
        else:
            waiting += 1
            _stop(row)
    run.settle(waiting)
    return gone


def _all_of(owner: str) -> Iterator[JobRow]:
    for keys in indexes.of_owner(owner).pages(owner, _PAGE):
        yield from JobRow.find_all([key["id"]["S"] for key in keys]).values()


def _delete(row: JobRow) -> bool:
    """Delete an ended job with the jobs that it spawned and all that stands beside them.

    False while a child is open: through its parent alone it can be found again.
    """
    found = (JobRow.find(child_id(row.id, n)) for n in range(endings.children_of(row)))
    open_ = [child for child in found if child and not (child.standing.ended and _delete(child))]
    for child in open_:
        _stop(child)
    if open_:
        return False
    payloads.delete_objects(row, "arguments", "after", "result")
    parts = JobRow.parts(row.id)
    for first in range(0, len(parts), _PAGE):
        writes = Transaction()
        for part in parts[first : first + _PAGE]:
            key = {"TableName": JobRow.Meta.table_name, "Key": models.key_of(row.id, part)}
            writes.write("Delete", key)
        writes.commit()
    return True


def reconcile(after: RawRow | None = None) -> dict[str, Any]:
    """Look through all rows, as long as there is time, for jobs that nobody would ever look at.

    Those are neither ended nor in the due index: there should be none. Answers their ids, how many
    jobs were seen, and where to go on (`next`), or None at the end.
    """
    lost: list[str] = []
    seen = 0
    while True:
        rows, after = JobRow.page_of_all(after)
        jobs = [JobRow.from_raw_data(row) for row in rows if row["part"]["S"] == models.MAIN]
        seen += len(jobs)
        lost += [row.id for row in jobs if not row.standing.ended and not row.wake]
        if after is None or aws.seconds_left() < _RESERVE:
            return {"lost": lost, "seen": seen, "next": after}
