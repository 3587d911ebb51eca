"""Mistakes between jobs: families, chains, unique jobs, redrives and cron."""

from functools import partial

from tests.faults.protocol.actors import Steps, patiently
from tests.faults.protocol.mistakes_alone import pretending
from tests.faults.protocol.worker import Protocol
from tests.faults.protocol.world import Row


class JoinApart(Protocol):
    """A parent hears of an end in a request of its own."""

    def leave_parent(self, row: Row) -> None:
        """Say nothing with the end."""

    def join(self, parent: str) -> None:
        """One less to wait for."""
        self.rows[parent].left -= 1

    def tell_parent(self, parent: str) -> Steps:
        """Say it now."""
        yield partial(self.join, parent)
        yield from super().tell_parent(parent)


class ChainApart(Protocol):
    """The next job is put after the end, in a request of its own."""

    def succeed(self, run: Row, follow: str | None, at: int) -> None:
        """End without the next."""
        super().succeed(run, None, at)

    def tell_next(self, follow: str, at: int) -> Steps:
        """Put it now."""
        yield from patiently(partial(self.occur, follow, at))
        yield from super().tell_next(follow, at)


class SpawnSkipsNothing(Protocol):
    """A run spawns all chunks again, and counts them again."""

    def spawn_chunks(self, run: Row, at: int) -> Steps:
        """Begin with the first chunk."""
        run.chunks = 0
        yield from super().spawn_chunks(run, at)

    def spawn(
        self, run: Row, chunk: int, children: tuple[str, ...], at: int, *, last: bool
    ) -> None:
        """A chunk whether or not it is there."""
        row = self.rows[run.job]
        with pretending(row, chunks=chunk):
            super().spawn(run, chunk, children, at, last=last)
        row.chunks = chunk + 1

    def put_all(self, jobs: tuple[str, ...], at: int, parent: str) -> None:
        """Put those children that are not there."""
        super().put_all([job for job in jobs if job not in self.rows], at, parent)


class SpawnIgnoresCancel(Protocol):
    """A parent goes on to wait although it was cancelled."""

    def spawn(
        self, run: Row, chunk: int, children: tuple[str, ...], at: int, *, last: bool
    ) -> None:
        """Spawn whatever the flag says."""
        with pretending(self.rows[run.job], flag=False):
            super().spawn(run, chunk, children, at, last=last)


class RedrivenChildJoinsAgain(Protocol):
    """A redriven child counts for its parent a second time."""

    def redrive(self, job: str, at: int) -> None:
        """Redrive with the parent."""
        row = self.row(job)
        parent = row.parent
        super().redrive(job, at)
        row.parent = parent


class CancelTrustsItsReading(Protocol):
    """A job is cancelled with the family that was read; it may have left it, or have one, since."""

    def cancel(self, seen: Row, at: int) -> None:
        """Cancel as if the job were as it was."""
        with pretending(self.row(seen.job), fence=seen.fence, parent=seen.parent):
            super().cancel(seen, at)


class RedriveKeepsFlag(Protocol):
    """A job that was flagged and died stays flagged: nobody can claim it."""

    def redrive(self, job: str, at: int) -> None:
        """Redrive with the flag."""
        row = self.row(job)
        flag = row.flag
        super().redrive(job, at)
        row.flag = flag


class RedriveTakesNoLock(Protocol):
    """A redriven job runs beside whoever has its key by now."""

    def redrive(self, job: str, at: int) -> None:
        """Redrive without a look at the lock."""
        row = self.row(job)
        key, row.key = row.key, None
        try:
            super().redrive(job, at)
        finally:
            row.key = key
        if key:
            self.check_unique(key)


class UniqueLockNotReleased(Protocol):
    """An end forgets its lock."""

    def release_lock(self, row: Row) -> None:
        """Keep it."""


class UniqueWriteUnchecked(Protocol):
    """A caller is given the job that had the lock, which may have ended since."""

    def write_beside(self, token: str, caller: str, key: str, holder: str) -> None:
        """Write without a look at the lock."""
        before = self.locks.get(key)
        self.locks[key] = holder
        super().write_beside(token, caller, key, holder)
        del self.locks[key]
        if before:
            self.locks[key] = before


class CronMarkFirst(Protocol):
    """The mark moves before the occurrences are there."""

    def cron(self, skew: int) -> Steps:
        """Move, then enqueue."""
        at = self.now + skew
        mark = yield self.read_mark
        yield from patiently(partial(self.move_mark, at))
        yield from self.enqueue_occurrences(mark, at)


class CronPutsBlindly(Protocol):
    """An occurrence is put over the one that is there."""

    def occur(self, job: str, at: int) -> None:
        """Put without a condition."""
        self.put(job, at)


class JoinsEarly(Protocol):
    """A parent is claimed while children are left."""

    def claim(self, job: str, me: int, at: int) -> Row:
        """Claim it as if none were."""
        with pretending(self.rows.get(job), left=0):
            return super().claim(job, me, at)
