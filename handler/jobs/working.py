"""What a worker does with a batch of messages: claim, run, record; and which of them come again.

Nothing about a message needs to be true: the row says what there is to do, and whether there is
anything. A message is returned (it comes again after its visibility) where its job was not touched
for want of time, or where DynamoDB did not answer; everything else is acknowledged.
"""

import json
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from math import ceil
from typing import Any

from handler.core import clock, log
from handler.core.aws import LambdaContext
from handler.core.errors import Unavailable
from handler.jobs import arrivals, definitions, endings, gateway, performing, transitions
from handler.jobs.definitions import Definition
from handler.jobs.endings import Superseded
from handler.jobs.models import JobRow
from handler.jobs.states import State
from handler.jobs.transitions import Stale

_RESERVE = 3.0
"""Seconds of the invocation that are kept for recording an end (the last one takes no calls)."""
_UNKNOWN = 3600
"""Seconds for which a name that this release does not know is left to another release."""
_UNREADABLE = (
    *(ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError),
    Unavailable,
)
"""What a message may raise that is neither ours nor S3's; and S3's, where DynamoDB is away."""
_CRASHES = 3
"""Runs whose process died before a job is given up."""


class Fate(Enum):
    """What becomes of a message."""

    DONE = auto()
    RETURNED = auto()
    UNTOUCHED = auto()
    """There was no time for its job: another worker may have it at once."""
    CRASHED = auto()
    """Its job's last runner died: it is looked at last, and alone."""


@dataclass(frozen=True, slots=True)
class _Message:
    """One message: where it is from, how often it was received, its job and the job's name."""

    id: str
    receives: int
    queue: str
    receipt: str
    job_id: str
    name: str


def work(records: Iterable[Any], context: LambdaContext) -> list[str]:
    """Do what a batch of SQS records hints at. Returns the ids of those that are to come again."""
    messages, returned = _sorted(records)
    worker = _Worker(context)
    fates = {message: worker.take(message) for message in messages}
    crashed = [message for message, fate in fates.items() if fate is Fate.CRASHED]
    for number, message in enumerate(crashed):  # one, alone; the others in batches of their own
        fates[message] = worker.take_over(message) if number == 0 else Fate.UNTOUCHED
    _show_again([message for message, fate in fates.items() if fate is Fate.UNTOUCHED])
    return returned + [one.id for one, fate in fates.items() if fate is not Fate.DONE]


def _sorted(records: Iterable[Any]) -> tuple[list[_Message], list[str]]:
    """The messages about jobs, those first that have waited longest; and the ids of unread ones.

    A message goes to the dead letters after so many receives: it must not be overtaken for ever.
    """
    messages: list[_Message] = []
    unread: list[str] = []
    for record in records:
        read = _read(record)
        if isinstance(read, _Message):
            messages.append(read)
        elif read is not None:
            unread.append(read)
    return sorted(messages, key=lambda one: -one.receives), unread


def _show_again(messages: list[_Message]) -> None:
    for queue in {message.queue for message in messages}:
        receipts = [message.receipt for message in messages if message.queue == queue]
        gateway.show_again(queue, receipts)


def _read(record: Any) -> _Message | str | None:
    """A message about a job; None for one that is done with; the id of one that must come again."""
    try:
        body = json.loads(record["body"])
        if arrivals.are_in(body):
            arrivals.enqueue(body)
            return None
        if not gateway.is_hint(body):
            raise ValueError
        return _Message(
            id=str(record["messageId"]),
            receives=int(record["attributes"]["ApproximateReceiveCount"]),
            queue=gateway.queue_of(str(record["eventSourceARN"])),
            receipt=str(record["receiptHandle"]),
            job_id=body["job"],
            name=str(body["name"]),
        )
    except _UNREADABLE as error:
        log.line(level="error", metric="message_unread", error=type(error).__name__)
        return str(record.get("messageId", "")) or None if isinstance(record, dict) else None


def _returned(message: _Message, error: Exception) -> Fate:
    """Have a message come again whose job could not be moved, or its end not be recorded."""
    if isinstance(error, Unavailable):
        log.line(level="warning", metric="job_deferred", job=message.name, id=message.job_id)
    else:
        log.fault(error, request_id=message.job_id)
    return Fate.RETURNED


class _Worker:
    """Looks after one batch."""

    def __init__(self, context: LambdaContext) -> None:
        self._context = context

    def take(self, message: _Message) -> Fate:
        """Run a message's job if it is there to be run."""
        try:
            definition = definitions.find(message.name)
            if definition is None:
                return self._unknown(message)
            if not self._has_time_for(definition):
                return Fate.UNTOUCHED
            return self._claim(message)
        except Exception as error:  # noqa: BLE001 - its neighbours go on
            return _returned(message, error)

    def take_over(self, message: _Message) -> Fate:
        """Run or end a job whose runner died."""
        try:
            row = JobRow.find(message.job_id)
            if row is None or row.state != State.RUNNING or row.lease >= clock.epoch():
                return Fate.DONE
            return self._take_over(row)
        except Superseded:
            return Fate.DONE
        except Exception as error:  # noqa: BLE001 - as above
            return _returned(message, error)

    def _claim(self, message: _Message) -> Fate:
        runner = secrets.token_hex(8)
        now = clock.epoch()
        try:
            row = transitions.apply(message.job_id, transitions.claim(runner, self._lease(), now))
        except Stale as stale:
            stood = stale.row
            if stood is None or stood.state != State.RUNNING:
                return Fate.DONE  # ended, not due, or waiting: the clock wakes what is left
            if stood.runner != runner:
                return Fate.CRASHED if stood.lease < now else Fate.DONE
            row = stood  # claimed by this very message, and the answer was lost
        return self._run(row)

    def _take_over(self, row: JobRow) -> Fate:
        definition = definitions.find(row.name)
        if row.cancel:
            endings.cancel(row, abandoned=True)
            return Fate.DONE
        attempts = definition.attempts if definition else 0
        if row.crashes + 1 >= _CRASHES or row.attempts >= attempts:
            endings.die(row, "crash", "Its process ended again and again.", abandoned=True)
            return Fate.DONE
        if definition and not self._has_time_for(definition):
            return Fate.UNTOUCHED
        runner = secrets.token_hex(8)
        change = transitions.take_over(row, runner, self._lease(), clock.epoch())
        try:
            row = transitions.apply(row.id, change)
        except Stale as stale:
            if stale.row is None or stale.row.runner != runner:
                return Fate.DONE
            row = stale.row
        return self._run(row)

    def _run(self, row: JobRow) -> Fate:
        definition = definitions.find(row.name)
        if definition is None:  # its message gave it another name
            with suppress(Stale):
                transitions.apply(row.id, transitions.release(row, clock.epoch(), clock.epoch()))
            return Fate.DONE
        performing.perform(row, definition, self._seconds_left() - _RESERVE)
        return Fate.DONE

    def _unknown(self, message: _Message) -> Fate:
        """Leave a job to a release that knows its name; after an hour there is none."""
        row = JobRow.find(message.job_id)
        now = clock.epoch()
        if row is None or definitions.find(row.name) or now - row.due <= _UNKNOWN:
            return Fate.DONE
        abandoned = row.state == State.RUNNING and row.lease < now  # by a release that knew it
        with suppress(Stale, Superseded):
            if not abandoned:
                claim = transitions.claim(secrets.token_hex(8), self._lease(), now)
                row = transitions.apply(row.id, claim)
            endings.die(row, "unknown", "No release knows this name.", abandoned=abandoned)
        return Fate.DONE

    def _lease(self) -> int:
        """Until when this invocation can run: nobody else takes its jobs before (epoch seconds)."""
        return ceil(clock.now().timestamp() + self._seconds_left())

    def _seconds_left(self) -> float:
        return self._context.get_remaining_time_in_millis() / 1000

    def _has_time_for(self, definition: Definition) -> bool:
        return self._seconds_left() >= definition.timeout + _RESERVE
