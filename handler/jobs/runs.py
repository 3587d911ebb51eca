"""What a handler sees of its run: effects that happen once, steps, progress, children."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

from handler.core import clock
from handler.core.transactions import Transaction
from handler.jobs import endings, payloads, spawning, transitions
from handler.jobs.definitions import Definition, Job
from handler.jobs.endings import Superseded
from handler.jobs.enqueueing import Writes
from handler.jobs.entries import DelayTooLong, Message
from handler.jobs.models import JobRow
from handler.jobs.spawning import Child
from handler.jobs.states import State
from handler.jobs.transitions import DAY, Stale

_PROGRESS = 1
"""Seconds between two writes of progress, or two looks for a cancellation (jobs.md)."""
_LATER = 30 * DAY  # seconds: what stands beside a job is kept for 120
_NOTE = 100  # characters of a note
_SETTLED = 60
"""Seconds after which a request that was under way is done, an index has caught up, and jobs that
were asked to stop are looked at again."""


class GiveUp(Exception):
    """Raise it where no other attempt will help: the job ends dead. Users may read the reason."""


class RetryLater(Exception):
    """Raise it where the time has not come: the job goes on in so many seconds.

    It costs no attempt. Raises DelayTooLong beyond 30 days.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        if not seconds <= _LATER:
            raise DelayTooLong
        self.seconds = seconds


class JobTimeout(BaseException):
    """The job took longer than its class allows. No `Exception`: it is no handler's to answer."""


class JobCancelled(BaseException):
    """Somebody wants the job to stop; raised by `Run.checkpoint`. No `Exception` either."""


class RunMisused(RuntimeError):
    """A handler did what its run does not allow: another end, or another spawn."""


class Run:
    """One run of a job. `ended` says whether its end, or its waiting, is recorded already."""

    def __init__(self, row: JobRow, definition: Definition) -> None:
        self._row = row
        self._definition = definition
        self._looked_at = 0
        self._cancelled = False
        self.ended = False

    @property
    def id(self) -> str:
        """The job's id."""
        return self._row.id

    def settle(self, left: int = 0) -> None:
        """Go on only when whatever was under way as the job began is done, and nothing is left.

        Raises RetryLater until then.
        """
        if left or self.seconds_open < _SETTLED:
            raise RetryLater(_SETTLED)

    @property
    def owner(self) -> str | None:
        """The account whose job it is or spawned it, as the row says and nobody else."""
        return self._row.on_behalf_of

    @property
    def attempt(self) -> int:
        """Which attempt this is, from 1."""
        return self._row.attempts

    @property
    def seconds_open(self) -> int:
        """How long ago the job was enqueued."""
        return clock.epoch() - self._row.created

    @property
    def joined(self) -> bool:
        """Whether this is the run after all children have ended."""
        return self._row.children is not None

    @contextmanager
    def transaction(self, result: Any = None) -> Iterator[Writes]:
        """Commit effects together with the job's success: both, or neither; the job is then over.

        Raises what the writes' refusals name, and Superseded, which ends the run.
        """
        self._check_open()
        writes = Writes()
        yield writes
        endings.succeed(self._row, result, writes)
        self.ended = True

    def step(self, name: str, do: Callable[[], Any]) -> Any:
        """What `do` returned, in this attempt or an earlier one: once stored, it is not done again.

        The value is JSON of up to 300 KB. `do` itself may happen again if the process ends between
        doing and storing: give it `key`.
        """
        self._check_open()
        part = f"step:{name}"
        if self._row.fence > 1:
            known = JobRow.text_beside(self.id, part)
            if known is not None:
                self._row.steps = [*self._row.steps, part]
                return json.loads(known)
        text = json.dumps(do(), allow_nan=False)
        if len(text.encode()) > payloads.BESIDE:
            raise payloads.PayloadTooLarge
        writes = Transaction()
        mine = transitions.still_mine(self._row)
        writes.write("ConditionCheck", mine, transitions.refused)
        writes.write("Put", payloads.put_beside(self.id, part, text, clock.epoch() + payloads.KEPT))
        try:
            writes.commit()
        except Stale as stale:
            raise Superseded from stale
        self._row.steps = [*self._row.steps, part]
        return json.loads(text)

    def key(self, name: str = "") -> str:
        """A key for another service, the same in every attempt: 32 hexadecimal characters."""
        return sha256(f"{self.id}#{name}".encode()).hexdigest()[:32]

    def progress(self, percent: int, note: str = "") -> None:
        """Say how far it is; written at most once a second. Raises Superseded, Unavailable."""
        if clock.epoch() - self._looked_at < _PROGRESS:
            return
        percent = max(0, min(100, int(percent)))
        self._look(transitions.progress(self._row, percent, note[:_NOTE]))

    def checkpoint(self) -> None:
        """Stop here if somebody wants it: looked up at most once a second.

        Raises JobCancelled, Superseded, Unavailable.
        """
        if not self._cancelled and clock.epoch() - self._looked_at >= _PROGRESS:
            self._see(JobRow.find(self.id))
        if self._cancelled:
            raise JobCancelled

    def _look(self, change: transitions.Change) -> None:
        try:
            self._see(transitions.apply(self.id, change))
        except Stale as stale:
            raise Superseded from stale

    def _see(self, row: JobRow | None) -> None:
        if row is None or row.state != State.RUNNING or row.fence != self._row.fence:
            raise Superseded
        self._looked_at = clock.epoch()
        self._cancelled = row.cancel

    def spawn(self, jobs: Sequence[Job]) -> None:
        """Have these jobs done, and run this one again (`joined`) when all of them have ended.

        Give the same jobs in the same order in every attempt: those that exist are not made twice.
        Nothing may follow in this run. Raises Superseded, Unavailable.
        """
        self._check_open()
        if self.joined:
            raise RunMisused
        spawning.spawn(self._row, self._definition, [Message.of(job) for job in jobs])
        self.ended = True

    def children(self) -> Iterator[Child]:
        """The children after they have ended, in the order in which they were spawned."""
        return spawning.children(self._row)

    def _check_open(self) -> None:
        if self.ended:
            raise RunMisused
