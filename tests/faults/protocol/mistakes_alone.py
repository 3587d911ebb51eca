"""Mistakes in the life of one job, each made in the whole protocol."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from tests.faults.protocol.actors import Steps
from tests.faults.protocol.worker import Protocol
from tests.faults.protocol.world import Refused, Row


@contextmanager
def pretending(row: Row | None, **facts: Any) -> Iterator[None]:
    """A condition sees other facts than there are."""
    true = {name: getattr(row, name) for name in facts} if row else {}
    for name in true:
        setattr(row, name, facts[name])
    try:
        yield
    finally:
        for name, value in true.items():
            setattr(row, name, value)


class NotInIndex(Protocol):
    """A new job is not in the index: its message is all there is."""

    def enqueue(self, token: str, caller: str, job: str, *more: Any) -> None:
        """Put it without a wake."""
        super().enqueue(token, caller, job, *more)
        self.rows[job].wake = None


class LaterWithoutIndex(Protocol):
    """A job with a long delay is not in the index, and has no message either."""

    def enqueue(self, token: str, caller: str, job: str, *more: Any) -> None:
        """Put it without a wake if it has no message."""
        super().enqueue(token, caller, job, *more)
        if self.rows[job].kind == "later":
            self.rows[job].wake = None


class RetryNotInIndex(Protocol):
    """A retry leaves the index."""

    def retry(self, run: Row, due: int, at: int) -> None:
        """Retry without a wake."""
        super().retry(run, due, at)
        self.rows[run.job].wake = None


class RedriveNotInIndex(Protocol):
    """A redriven job is not in the index."""

    def redrive(self, job: str, at: int) -> None:
        """Redrive without a wake."""
        super().redrive(job, at)
        self.rows[job].wake = None


class TickMovesBlindly(Protocol):
    """A tick moves whatever wake there is by now, also that of the ended."""

    def push(self, seen: Row, at: int) -> Row:
        """Push without a condition."""
        row = self.row(seen.job)
        row.wake = seen.wake
        return super().push(seen, at)


class PushThenNoSend(Protocol):
    """A tick moves wakes and wakes nobody."""

    def tick(self, seen: Row, skew: int) -> Steps:
        """Push, and that is all."""
        yield partial(self.push, seen, self.now + skew)


class NoFence(Protocol):
    """Whoever runs may write, once it is running at all."""

    def owns(self, row: Row, run: Row) -> bool:
        """Ask for the state only."""
        return row.state == "RUNNING"


class UnconditionalFinish(Protocol):
    """An end has no condition."""

    def owns(self, row: Row, run: Row) -> bool:
        """Ask for nothing."""
        return True


class ClaimIgnoresLease(Protocol):
    """A job is taken from a worker that lives."""

    def lease_over(self, row: Row, at: int) -> bool:
        """Take all for dead."""
        return True


class TakeOverWithoutFence(Protocol):
    """A take-over leaves the fence as it was, so that the old worker passes it."""

    def take_over(self, job: str, fence: int, me: int, at: int) -> Row:
        """Take over without a new fence."""
        run = super().take_over(job, fence, me, at)
        self.rows[job].fence = run.fence = fence
        return run


class EffectApart(Protocol):
    """The effect is written by itself before the end."""

    def succeed(self, run: Row, follow: str | None, at: int) -> None:
        """End without the effect."""
        super().succeed(run, follow, at)
        self.effects[run.job] -= 1

    def write_effect(self, job: str) -> None:
        """The effect."""
        self.effects[job] += 1

    def complete(self, run: Row, at: int) -> Steps:
        """The effect, then the end."""
        yield partial(self.write_effect, run.job)
        yield from super().complete(run, at)


class ExternalKeyPerAttempt(Protocol):
    """An effect elsewhere has another key in each attempt."""

    def key(self, run: Row) -> str:
        """A key with the attempt in it."""
        return f"{run.job}-{run.attempts}"


class RetryIgnoresCancel(Protocol):
    """A retry goes on although the job was cancelled."""

    def retry(self, run: Row, due: int, at: int) -> None:
        """Retry whatever the flag says."""
        with pretending(self.rows[run.job], flag=False):
            super().retry(run, due, at)


class ReleaseIgnoresCancel(Protocol):
    """A release goes on although the job was cancelled."""

    def release(self, run: Row, due: int, at: int) -> None:
        """Release whatever the flag says."""
        with pretending(self.rows[run.job], flag=False):
            super().release(run, due, at)


class NoCancelOnTakeOver(Protocol):
    """Nobody cancels for a dead worker."""

    def cancel_overdue(self, seen: Row, at: int) -> None:
        """Refuse always."""
        raise Refused(self.row(seen.job))


class TakeOverIgnoresCancel(Protocol):
    """A job that was cancelled is run again when its worker is dead."""

    def look(self, job: str) -> Row:
        """Do not look at the flag."""
        row = super().look(job)
        row.flag = False
        return row

    def take_over(self, job: str, fence: int, me: int, at: int) -> Row:
        """Take over whatever the flag says."""
        row = self.overdue(job, fence, at)
        row.crashes += 1
        return self.begin(row, me, at)


class RedriveResetsFence(Protocol):
    """A new life counts its runs from 0, so that a worker of the last one passes the fence."""

    def redrive(self, job: str, at: int) -> None:
        """Redrive with a new fence."""
        super().redrive(job, at)
        self.rows[job].fence = 0


class CrashesUncounted(Protocol):
    """A job may kill as many workers as it likes."""

    def look(self, job: str) -> Row:
        """Count nothing."""
        row = super().look(job)
        row.crashes = row.attempts = 0
        return row
