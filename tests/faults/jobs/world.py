"""All functions in one process, on a network that breaks and a clock that jumps.

A world is opened once and begins anew for every schedule: emptied, and seeded again.
"""

import importlib
import random
import secrets
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, redirect_stdout
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from unittest import mock

from moto import mock_aws
from moto.moto_api._internal import mock_random

from handler.core import aws, clock, limits, metrics, shards
from handler.core.settings import settings
from handler.jobs import definitions
from infra.blueprint import prefix
from infra.local.pump import Crash, NotDrained, following
from tests import cloud, sample_jobs
from tests.conftest import Time, invoke
from tests.faults.jobs.database import Database
from tests.faults.jobs.expressions import Row
from tests.faults.jobs.ledger import ENDED, JOBS, Actor, Ledger, text
from tests.faults.jobs.network import Fault, Network, Sent
from tests.faults.jobs.surroundings import UNREADABLE, Jumping, Lines

_AHEAD = 120  # seconds by which a tick looks for jobs with a long delay
_LONG = 200  # seconds: beyond the lease of a quick worker, and the visibility of its messages
_LONGER = 1000  # the same of a slow one
_A_WHILE = 5  # calls
_END = 6 * 3600  # seconds after which a schedule counts as endless


class World:
    """Everything that there is in a schedule."""

    def __init__(self) -> None:
        self.time = Time()
        self.ledger = Ledger(self.seconds, self.job)
        self.database = Database(self.ledger.see)
        self.network = Network(self.database)
        self.network.aside, self.network.sent = self._do, self._count
        self.network.delay = self._delay
        self.network.who = lambda: (self.ledger.actor.name, self._ringing)
        self.cron: str | None = None
        self.promised: list[str] = []
        self.refused: list[BaseException] = []
        self.unforeseen: list[str] = []
        self.late: list[tuple[Actor, int, Callable[[], Any]]] = []
        self.persistent = False
        self.unreadable = 0
        self.skews: dict[str, int] = {}
        self.answers: dict[str, Any] = {}
        self._ringing = False

    @contextmanager
    def open(self) -> Iterator["World"]:
        """Be the world, within this block."""
        patches = [
            mock.patch.object(clock, "source", self.time.read),
            mock.patch.object(shards, "SHARDS", 1),
            mock.patch.object(signal, "setitimer", self._arm),
            mock.patch.object(
                secrets, "token_hex", lambda size: f"{self._draw(size * 8):0{size * 2}x}"
            ),
            mock.patch.object(secrets, "randbits", self._draw),
            mock_aws(),
            following(self.time),
        ]
        with ExitStack() as stack:
            for patch in patches:
                stack.enter_context(patch)
            for door in ("clock", "letters", "worker"):
                importlib.import_module(f"handler.{door}")  # so that all jobs are known by now
            for definition in definitions._definitions.values():
                stack.callback(setattr, definition, "cron", definition.cron)
            self._build()
            stack.enter_context(self.network.up())
            yield self

    def begin(self, seed: int, cron: str | None = None) -> None:
        """Forget all that was; the seed decides everything that is left to chance."""
        for _, inbox in self.pump._inboxes:
            inbox._backend.purge_queue(inbox.name)
        for known in (
            self.database,
            self.ledger,
            self.network,
            self.promised,
            self.refused,
            self.unforeseen,
            self.late,
            self.skews,
            self.answers,
            limits._leases,
            metrics._counted,
            sample_jobs.OUTSIDE,
            sample_jobs.HOOKS,
            sample_jobs.CHARGES,
        ):
            known.clear()
        random.seed(seed)
        mock_random.seed(seed)
        self._random = random.Random(seed)  # noqa: S311 - to be repeatable
        self.time.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.persistent = self._ringing = False
        self.unreadable = 0
        self.put_on_calendar(cron)
        self._start_pump()

    def seconds(self) -> float:
        """The time in seconds of the epoch."""
        return self.time.now.timestamp()

    def jobs(self) -> list[Row]:
        """The rows of all jobs."""
        return [row for row in self.database.rows("jobs") if text(row, "part") == "job"]

    def job(self, id_: str) -> Row | None:
        """The row of a job."""
        return self.database.tables[JOBS].rows.get((id_, "job"))

    def call(self, act: Callable[[], Any]) -> Any:
        """Have somebody outside do something; a persistent caller tries once more."""
        for _ in range(1 + self.persistent):
            self.ledger.actors.append(Actor("a caller"))
            try:
                return act()
            except (Exception, Crash) as error:  # noqa: BLE001 - whatever a caller gets
                self.refused.append(error)
            finally:
                self.ledger.actors.pop()
        return None

    def let_arrive(self) -> None:
        """Carry out late requests: while another one runs the job, and of others after a while."""
        runner = self.ledger.actor
        for one in self.late[:]:
            actor, number, arrive = one
            waited = not actor.fences and self.network.calls >= number + _A_WHILE
            if runner is not actor and (waited or {*actor.fences} & {*runner.fences}):
                self.late.remove(one)
                self.ledger.actors.append(actor)
                arrive()
                self.ledger.actors.pop()

    def freeze(self) -> None:
        """Stand still for longer than the lease of whoever runs, while all others go on."""
        slow = "slow" in self.ledger.actor.name
        self.pump.pass_(seconds=_LONGER if slow else _LONG)

    def quiet(self) -> AbstractContextManager[Any]:
        """Lines of log go nowhere; errors that no handler has raised are kept in `unforeseen`."""
        return redirect_stdout(Lines(self.unforeseen))

    def settle(self) -> None:
        """Let time pass until all jobs have ended and no message is left."""
        try:
            self.pump.drain(self._is_over, limit_seconds=_END)
        except NotDrained as endless:
            self.ledger.violations.append(f"never ends: {endless}")

    def _is_over(self) -> bool:
        waiting = (inbox.next_moment() for _, inbox in self.pump._inboxes)
        return all(text(row, "state") in ENDED for row in self.jobs()) and not any(
            moment is not None for moment in waiting
        )

    def _first(self) -> datetime | None:
        """When a tick has something to do: the first job is overdue, or the calendar is on."""
        if self.cron:
            return self.time.now
        moments = []
        for row in self.jobs():
            if "wake" in row:
                second = int(text(row, "wake").partition("#")[0])
                moments.append(second - _AHEAD * text(row, "shelf").startswith("later"))
        return datetime.fromtimestamp(min(moments), UTC) if moments else None

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        self.ledger.actors.append(Actor(function))
        skewed = timedelta(seconds=self.skews.get(function, 0))
        try:
            with mock.patch.object(clock, "source", partial(self._read, skewed)):
                answer = invoke(function, event)
        finally:
            self.ledger.actors.pop()
        return self.answers.pop(function, answer)

    def _read(self, skewed: timedelta) -> datetime:
        return self.time.now + skewed

    def _do(self, fault: Fault) -> None:
        if fault is Fault.TIMEOUT:
            if self._ringing:
                signal.getsignal(signal.SIGALRM)(signal.SIGALRM, None)
        elif fault is Fault.DOUBLE:
            if self.pump._running and self.ledger.actor.name.startswith("worker"):
                self.pump.redeliver()
        else:
            self.freeze()

    def _delay(self, arrive: Callable[[], Any]) -> None:
        self.late.append((self.ledger.actor, self.network.calls, arrive))

    def _count(self, sent: Sent) -> None:
        if sent.operation == "SendMessage" and sent.body["MessageBody"] == UNREADABLE:
            self.unreadable += 1

    def _arm(self, _which: int, seconds: float, _again: float = 0) -> None:
        self._ringing = seconds > 0

    def _draw(self, bits: int) -> int:
        return self._random.getrandbits(bits)

    def put_on_calendar(self, cron: str | None) -> None:
        """Have the only job on the calendar run then, or nothing."""
        self.cron = cron
        for definition in definitions._definitions.values():
            definition.cron = None
        sample_jobs.Hourly.definition.cron = cron

    def _start_pump(self) -> None:
        self.pump = Jumping(
            aws.client("sqs"),
            self._invoke,
            self.time,
            prefix=prefix("local"),
            queue_base=settings().queue_base,
        )
        self.pump.first = self._first

    def _build(self) -> None:
        cloud.create_queues_and_buckets()
        self._start_pump()
