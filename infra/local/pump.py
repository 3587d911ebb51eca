"""SQS, streams, Lambda's pollers and the clock, for tests that run all functions in one process.

Synchronous, without threads, on a clock that moves when it is told to. Messages are those of moto's
SQS, so `following` has to be in force while any are sent or received.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from infra.blueprint import BLUEPRINT, Source, Stream
from infra.local import scheduled, sources
from infra.local.following import Follower
from infra.local.inbox import Inbox
from infra.local.sources import Message
from infra.local.virtual import EPOCH, MILLISECOND, Clock, Context, context, following, milliseconds
from infra.local.whims import Odds, Whims

__all__ = [
    "Clock",
    "Context",
    "Crash",
    "Failure",
    "NotDrained",
    "Odds",
    "Pump",
    "context",
    "following",
]

_MINUTE = timedelta(minutes=1)
_MOST_AT_ONCE = 1000  # messages that are shuffled together
_MOST_ROUNDS = 20_000  # batches in one moment of virtual time, after which there is no end to them


class Crash(BaseException):
    """Raise it anywhere in a function, and its sandbox dies there: no `except Exception` sees it.

    The invocation has failed, and the pump goes on.
    """


class NotDrained(AssertionError):
    """What was waited for did not happen in time; the text says what is left and what failed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An invocation that failed: when, which function, of what."""

    at: datetime
    function: str
    error: BaseException


class Pump:
    """Hands messages to functions as time passes, and ticks once a minute.

    `invoke` runs a function by its short name; what it raises, and `Crash`, is the function's
    failure, kept in `failures`. The queues are those of the client's region and of the account in
    `queue_base`.
    """

    def __init__(  # noqa: PLR0913 - all that it stands between
        self,
        sqs: Any,
        invoke: Callable[[str, dict[str, Any]], Any],
        clock: Clock,
        *,
        prefix: str,
        queue_base: str,
        sources: tuple[Source, ...] = BLUEPRINT.sources,
    ) -> None:
        self.failures: list[Failure] = []
        self._invoke = invoke
        self._clock = clock
        self._region = sqs.meta.region_name
        self._account = queue_base.rstrip("/").rpartition("/")[2]
        self._inboxes = [
            (source, Inbox(prefix + source.queue, self._region, self._account))
            for source in sources
        ]
        self._prefix = prefix
        self._followers: list[Follower] = []
        self._next_tick = clock.now + _MINUTE
        self._running: list[tuple[Source, Inbox, list[Message]]] = []
        self._whims: Whims | None = None

    def chaos(self, seed: int, odds: Odds | None = None) -> None:
        """From now on double, repeat, drop, reorder and split deliveries, as the seed has it.

        Dead letters are never dropped: nothing would bring them back.
        """
        self._whims = Whims(seed, odds or Odds(dropped=0.1))

    def calm(self) -> None:
        """Deliver everything once and in order again."""
        self._whims = None

    def follow(self, streams: tuple[Stream, ...]) -> None:
        """From now on hand out the changes of tables too."""
        self._followers = [
            Follower(stream, prefix=self._prefix, region=self._region, account=self._account)
            for stream in streams
        ]

    def deliver(self) -> int:
        """Hand out what is visible, until nothing is. Returns how many messages were handed out."""
        handed = 0
        for _ in range(_MOST_ROUNDS):
            batches = [
                batch for source, inbox in self._inboxes for batch in self._next(source, inbox)
            ]
            for batch in batches:
                self._hand(*batch)
                handed += len(batch[2])
            changed = sum(map(self._tell, self._followers))
            if not batches and not changed:
                return handed
            handed += changed
        raise NotDrained("There is no end to the messages of this moment. " + self._left())

    def redeliver(self) -> int:
        """From within an invocation: hand its messages out a second time, now, while it runs."""
        source, inbox, messages = self._running[-1]
        self._hand(source, inbox, messages)
        return len(messages)

    def tick(self) -> None:
        """Invoke the clock's function, as once a minute."""
        event = scheduled.event(self._clock.now, BLUEPRINT.clock, self._region, self._account)
        self._answer(BLUEPRINT.clock, event)

    def pass_(self, *, seconds: float) -> None:
        """Let time pass, with its ticks, and every message delivered when it becomes visible."""
        end = self._clock.now + timedelta(seconds=seconds)
        self.deliver()
        while self._clock.now < end:
            self._step(end)

    def drain(self, until: Callable[[], bool], *, limit_seconds: float) -> None:
        """Deliver, and let time pass until something is so. Raises NotDrained at the limit."""
        end = self._clock.now + timedelta(seconds=limit_seconds)
        self.deliver()
        while not until():
            if self._clock.now >= end:
                raise NotDrained(f"Not within {limit_seconds} s. {self._left()}")
            self._step(end)

    def _step(self, end: datetime) -> None:
        """Go to the next moment at which anything happens, and do it."""
        moments = [end, self._next_tick]
        for _, inbox in self._inboxes:
            moments += _moments(inbox.next_moment())
        for follower in self._followers:
            moments += _moments(follower.next_moment())
        if self._next_tick > self._clock.now:
            wait = max(min(moments) - self._clock.now, MILLISECOND)
            self._clock.pass_(seconds=wait.total_seconds())
        if self._next_tick <= self._clock.now:
            missed = self._next_tick <= self._clock.now - _MINUTE
            self._next_tick = (self._clock.now if missed else self._next_tick) + _MINUTE
            self.tick()
        self.deliver()

    def _next(self, source: Source, inbox: Inbox) -> list[tuple[Source, Inbox, list[Message]]]:
        if self._whims is None:
            messages = inbox.receive(source.batch)
            return [(source, inbox, messages)] if messages else []
        kept, doubled = [], []
        for message in inbox.receive(_MOST_AT_ONCE):
            seconds = self._whims.comes_again()
            if seconds is not None:
                inbox.repeat(message, seconds)
            if self._whims.is_dropped() and not inbox.is_for_the_dead:
                inbox.delete(message)
                continue
            kept.append(message)
            if self._whims.is_doubled():
                doubled.append(message)
        batches = self._whims.batches(kept, source.batch)
        batches += self._whims.batches(doubled, source.batch)
        return [(source, inbox, batch) for batch in batches]

    def _hand(self, source: Source, inbox: Inbox, messages: list[Message]) -> None:
        event = sources.event(messages, inbox.name, inbox.region, inbox.account)
        self._running.append((source, inbox, messages))
        try:
            done, answer = self._answer(source.function, event)
        finally:
            self._running.pop()
        if not done:
            return
        left = sources.left_over(answer, [message["MessageId"] for message in messages])
        for message in messages:
            if message["MessageId"] not in left:
                inbox.delete(message)

    def _tell(self, follower: Follower) -> int:
        """Hand out the next batch of a stream. Returns how many changes that were."""
        now = milliseconds(self._clock) / 1000
        batch = follower.next(now)
        if batch is None:
            return 0
        done, answer = self._answer(follower.stream.function, batch.event)
        if not done:
            follower.fail(batch, now)
        elif self._whims is None or not self._whims.is_doubled():
            follower.settle(batch, answer, now)
        return len(batch.changes)

    def _answer(self, function: str, event: dict[str, Any]) -> tuple[bool, Any]:
        """Whether a function succeeded, and its answer as JSON has it."""
        try:
            return True, json.loads(json.dumps(self._invoke(function, event)))
        except (Exception, Crash) as error:  # noqa: BLE001 - whatever it raises is its failure
            self.failures.append(Failure(self._clock.now, function, error))
            return False, None

    def _left(self) -> str:
        queues = ", ".join(
            "{}: {} visible, {} handed out, {} delayed".format(inbox.name, *inbox.counted())
            for _, inbox in self._inboxes
        )
        failed = "".join(
            f"\n{failure.at:%H:%M:%S} {failure.function}: {failure.error!r}"
            for failure in self.failures[-5:]
        )
        return f"Left in {queues}.{failed}"


def _moments(moment: float | None) -> list[datetime]:
    """A moment in seconds of the epoch, if there is one."""
    return [] if moment is None else [EPOCH + timedelta(milliseconds=round(moment * 1000))]
