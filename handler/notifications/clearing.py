"""Notifications by the hundred: read, or gone with their account."""

from collections.abc import Sequence

from handler.core.records import Row
from handler.core.transactions import transaction
from handler.jobs import Run
from handler.notifications import models
from handler.notifications.schemas import ReadAll


def read_all(job: ReadAll, run: Run) -> int:
    """Read what an account has left unread up to a notification. Returns how many there were."""
    return sum(_delete(page, run) for page in models.marks_until(job.owner_id, job.until))


def forget(account_id: str, run: Run) -> int:
    """Delete the notifications of a closed account. Returns how many rows there were.

    Raises RetryLater at first: a job may be about to tell it something.
    """
    gone = sum(_delete(page, run) for page in models.all_of(account_id))
    run.settle()
    return gone


def _delete(rows: Sequence[Row], run: Run) -> int:
    run.checkpoint()
    if rows:
        with transaction() as writes:
            for row in rows:
                writes.delete(row)
    return len(rows)
