"""What is stored and who sees it: rows, locks, messages, the mark of cron, and a clock.

`Row` is a job. A world also keeps what no program could know: which writes were stale, how often
an effect took place. The invariants are about that.
"""

import itertools
from collections import Counter
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Any

# Seconds, scaled: grace is 60 in earnest, and the delay that no message is sent for 900.
LEASE, VISIBILITY, GRACE, BACKOFF, LOOK_AHEAD, LONG = 10, 12, 15, 5, 8, 20
ATTEMPTS, CRASHES = 4, 3
THINNING = (GRACE, 2 * GRACE, 4 * GRACE, 5 * GRACE)
STOP = "stop "  # begins the name of a job that cancels another's children
ENDED = frozenset({"SUCCEEDED", "DEAD", "CANCELLED"})


class Lost(Exception):
    """The answer of a request never came; nobody knows whether it was carried out."""


class Refused(Exception):
    """A condition failed; `shown` is what it failed on: the row, or who holds the lock."""

    def __init__(self, shown: Any) -> None:
        super().__init__(shown)
        self.shown = copy(shown)


@dataclass(frozen=True)
class Plan:
    """What the handlers of a scenario do, by job; a job without a word succeeds."""

    attempts: int = ATTEMPTS
    fail: Mapping[str, int] = field(default_factory=dict)  # in so many attempts
    fail_after: frozenset[str] = frozenset()  # once its effect and its end are committed
    release: Mapping[str, int] = field(default_factory=dict)  # in so many runs
    delay: int = BACKOFF  # of retries and releases
    spawn: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)  # its chunks
    follow: Mapping[str, str] = field(default_factory=dict)  # the next one in the chain
    poison: frozenset[str] = frozenset()  # kill their worker
    external: bool = False  # an effect elsewhere, by key
    occurrences: tuple[int, ...] = ()  # of a cron


@dataclass
class Row:
    """A job, as it is stored; also what a claim returns, which is the right to write."""

    job: str
    wake: int | None
    kind: str
    due: int
    state: str = "QUEUED"
    fence: int = 0
    by: int = 0
    runner: int = 0
    lease: int = 0
    attempts: int = 0
    crashes: int = 0
    pushes: int = 0
    flag: bool = False
    parent: str | None = None
    left: int = 0
    chunks: int = 0
    key: str | None = None
    error: str | None = None
    redriven: int = 0

    def __copy__(self) -> "Row":
        seen = object.__new__(Row)
        seen.__dict__.update(self.__dict__)
        return seen


@dataclass(slots=True, eq=False)
class Message:
    """A hint that a job may have something to do."""

    id: int
    job: str
    visible: int
    received: bool = False


def place(due: int, at: int) -> tuple[int, str]:
    """Where in the index a row stands, and whether a message is sent for it."""
    return (due, "later") if due - at > LONG else (max(due, at) + GRACE, "hinted")


class World:
    """Storage without conditions, the questions that conditions ask, and what is known of all."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.now, self.mark = plan, 0, 0
        self.rows: dict[str, Row] = {}
        self.locks: dict[str, str] = {}
        self.queue: list[Message] = []
        self.tokens: set[str] = set()
        self.ids = itertools.count(1)
        self.lenient = False  # clocks are skewed: a lease may be cut short
        self.violations: list[str] = []
        self.committed: set[str] = set()
        self.left: set[str] = set()  # jobs that have ended at least once
        self.effects: Counter[str] = Counter()
        self.external: Counter[str] = Counter()
        self.keys: set[str] = set()
        self.business: Counter[str] = Counter()
        self.answers: dict[str, str] = {}

    def row(self, job: str) -> Row:
        """The row; refused if there is none."""
        if job not in self.rows:
            raise Refused(None)
        return self.rows[job]

    def owns(self, row: Row, run: Row) -> bool:
        """Whether this run may write."""
        return row.state == "RUNNING" and row.fence == run.fence

    def owned(self, run: Row) -> Row:
        """The row of a run that may write; refused to all others."""
        row = self.row(run.job)
        if not self.owns(row, run):
            raise Refused(row)
        if row.state != "RUNNING" or row.runner != run.runner:
            self.violations.append(f"stale write to {row.job} in {row.state}")
        return row

    def lease_over(self, row: Row, at: int) -> bool:
        """Whether its worker counts as dead."""
        return row.lease < at

    def overdue(self, job: str, fence: int, at: int) -> Row:
        """The row of a dead worker, nobody having taken it over; refused otherwise."""
        row = self.row(job)
        if not (row.state == "RUNNING" and row.fence == fence and self.lease_over(row, at)):
            raise Refused(row)
        if row.lease >= self.now and not self.lenient:
            self.violations.append(f"lease of {job} broken")
        return row

    def put(self, job: str, at: int, due: int = 0, **more: Any) -> Row:
        """A new row, in the index."""
        if job in self.rows:
            self.violations.append(f"{job} put twice")
        wake, kind = place(due, at)
        row = self.rows[job] = Row(job, wake, kind, due, **more)
        self.committed.add(job)
        self.take_lock(row)
        return row

    def put_all(self, jobs: Iterable[str], at: int, parent: str) -> None:
        """The rows of children."""
        for job in jobs:
            self.put(job, at, parent=parent)

    def take_lock(self, row: Row) -> None:
        """Hold its key, if it has one."""
        if row.key:
            self.locks[row.key] = row.job
            self.check_unique(row.key)

    def check_unique(self, key: str) -> None:
        """No two open jobs have one key."""
        rows = self.rows.values()
        if sum(row.key == key and row.state not in ENDED for row in rows) > 1:
            self.violations.append(f"two open jobs of key {key}")

    def begin(self, row: Row, me: int, at: int) -> Row:
        """A run, which this runner owns."""
        if row.flag:
            self.violations.append(f"{row.job} run although cancelled")
        row.state, row.runner, row.lease = "RUNNING", me, at + LEASE
        row.fence += 1
        row.attempts += 1
        return copy(row)

    def settle(self, row: Row, state: str, by: int = 0) -> None:
        """An end: out of the index, off its parent, its lock released."""
        row.state, row.wake, row.by = state, None, by or row.by
        self.left.add(row.job)
        self.leave_parent(row)
        self.release_lock(row)

    def settle_cancelled(self, row: Row, seen: Row, at: int) -> None:
        """An end, and with it a job that stops its children, as far as any were seen."""
        self.settle(row, "CANCELLED", seen.fence)
        if seen.chunks:
            self.put(f"{STOP}{row.job}", at)

    def leave_parent(self, row: Row) -> None:
        """One less for its parent to wait for."""
        if row.parent:
            self.rows[row.parent].left -= 1

    def release_lock(self, row: Row) -> None:
        """Let go of its key, which is its own as long as it is open."""
        if row.key and self.locks.get(row.key) == row.job:
            del self.locks[row.key]
        elif row.key:
            self.violations.append(f"{row.job} was open without its lock")
