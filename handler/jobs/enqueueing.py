"""Putting jobs in: alone, or in the transaction of what causes them.

The row is committed first; the message is sent afterwards at best effort. Whatever happens between,
the row is in the due index and the clock wakes it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from handler.core import metrics
from handler.core.errors import WriteConflict
from handler.core.patience import ATTEMPTS
from handler.core.records import RawRow
from handler.core.transactions import Transaction, contributor
from handler.jobs import gateway, locks, payloads
from handler.jobs.definitions import Job
from handler.jobs.entries import Entry, Handle, Message, When, entry, put, put_of

_BESIDE = 2_500_000  # bytes of payloads in rows of one transaction, which holds 4 MB; then S3
_TRIES = 4  # at a unique job whose other one ends just then


class Writes(Transaction):
    """A transaction that also enqueues."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: list[Entry] = []
        self._beside = 0

    @property
    def empty(self) -> bool:
        """Whether nothing was collected."""
        return not self._writes and not self._entries

    def take_over(self, other: Transaction) -> None:
        """Add all that another transaction has collected, its jobs and its result."""
        super().take_over(other)
        if isinstance(other, Writes):
            self._entries += other._entries  # noqa: SLF001 - of its own class

    def enqueue(
        self,
        job: Job,
        *,
        owner: str | None = None,
        delay: float | timedelta | datetime = 0,
        unique: str | None = None,
        then: Sequence[Job] = (),
    ) -> Handle:
        """Enqueue a job with the transaction: both happen, or neither.

        `owner` is the account whose job it is, `delay` seconds, a timedelta or the time at which it
        is due, `then` are jobs that follow one another once it has succeeded. With `unique` there
        is one open job of its name and that key: if there is one already, no other is made and the
        handle names that one, once the transaction is committed.
        Raises PayloadTooLarge, DelayTooLong, ChainTooLong, Unavailable.
        """
        message, when = Message.of(job), When.after(delay)
        rest = [Message.of(one) for one in then]
        room = payloads.BESIDE if self._beside < _BESIDE else 0
        made = entry(message, when, owner=owner, unique=unique, then=rest, room=room)
        for other in self._entries:
            if made.lock and other.lock == made.lock:
                other.twins.append(Handle(other.handle.id, existing=True))
                return other.twins[-1]
        self._beside += sum(len(one["Item"]["text"]["S"].encode()) for one in made.beside)
        return self.add(made)

    def add(self, made: Entry) -> Handle:
        """Enqueue what is made already."""
        self._entries.append(made)
        return made.handle

    def passes_on(self, lock: str, holder: str) -> bool:
        """Whether a job that follows takes the lock of one that ends here; it is then passed on."""
        for made in self._entries:
            if made.lock == lock:
                made.lock_holder = holder
                return True
        return False

    def commit(self, attempts: int = ATTEMPTS) -> None:
        """Commit, then send the messages. Raises as a transaction, and WriteConflict."""
        if self._is_one_put():
            put(self._entries[0])  # the id is new: what is there was put by this very call
        else:
            self._commit_all(attempts)
        fresh = [one for one in self._entries if not one.handle.existing]
        gateway.send([one.hint for one in fresh if one.hint])

    def _is_one_put(self) -> bool:
        made = self._entries
        answered = contributor.get() is not None and self.result is not None
        alone = len(made) == 1 and not self._writes and not answered
        return alone and not made[0].beside and made[0].lock is None

    def _commit_all(self, attempts: int) -> None:
        for _ in range(_TRIES):
            attempt = Transaction()
            attempt.take_over(self)  # its writes, without the jobs
            for made in self._entries:
                _add(attempt, made)
            try:
                attempt.commit(attempts)
            except _LockMoved as moved:
                moved.answer()
                continue
            metrics.count(jobs_enqueued=sum(not one.handle.existing for one in self._entries))
            return
        raise WriteConflict


class _LockMoved(Exception):
    """A unique job's lock is not what it was taken for: this job has it, or nobody."""

    def __init__(self, made: Entry, row: RawRow | None) -> None:
        super().__init__()
        self._made = made
        self._existing = row is not None
        self._job_id = row["job"]["S"] if row else made.item["id"]["S"]

    def answer(self) -> None:
        """Have the handles name the job that has the lock."""
        self._made.handle.existing = self._existing
        for handle in (self._made.handle, *self._made.twins):
            handle.id = self._job_id


def _add(writes: Transaction, made: Entry) -> None:
    """Add a job's rows; of a unique one that is open elsewhere, only the check that it still is."""

    def moved(row: RawRow | None) -> Exception:
        return _LockMoved(made, row)

    lock, handle = made.lock or "", made.handle
    if handle.existing:
        writes.write("ConditionCheck", locks.still(lock, handle.id), moved)
        return
    writes.write("Put", put_of(made))
    for beside in made.beside:
        writes.write("Put", beside)
    if made.lock_holder:
        writes.write("Put", locks.pass_on(lock, handle.id, made.lock_holder), moved)
    elif lock:
        writes.write("Put", locks.take(lock, handle.id), moved)


@contextmanager
def transaction(result: Any = None) -> Iterator[Writes]:
    """As `core.transactions.transaction`, for writes that enqueue too."""
    writes = Writes()
    writes.result = result
    yield writes
    writes.commit()


def enqueue(job: Job, **options: Any) -> Handle:
    """Enqueue a job by itself; options as in `Writes.enqueue`. Raises Unavailable."""
    with transaction() as writes:
        writes.result = handle = writes.enqueue(job, **options)
    return handle
