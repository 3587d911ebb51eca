"""New jobs before they are written: their rows, their locks, and the messages about them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from botocore.exceptions import ClientError

from handler.core import clock, metrics
from handler.core.ids import derived_id, new_id, seconds_of
from handler.core.patience import patiently, row_refused
from handler.core.records import RawRow
from handler.core.transactions import Transaction
from handler.jobs import payloads
from handler.jobs.definitions import Job
from handler.jobs.gateway import Hint
from handler.jobs.indexes import DELAY_MAX, waking
from handler.jobs.locks import lock_of
from handler.jobs.models import JobRow, key_of, raw
from handler.jobs.payloads import Placed
from handler.jobs.states import State
from handler.jobs.transitions import DAY

DEPTH_MAX = 1000
"""How many jobs may follow from one another: what enqueues itself for ever comes to an end."""
_DELAY_MAX = 730 * DAY  # seconds: payloads beside a job are kept for a little longer
_depth: ContextVar[int] = ContextVar("depth", default=0)


class ChainTooLong(RuntimeError):
    """Jobs have enqueued one another without end."""


class ArgumentsUnfit(TypeError):
    """A job's arguments would not be the same again when they are read (a SecretStr, say)."""


class DelayTooLong(ValueError):
    """A job is to run in more than two years."""


@dataclass(slots=True)
class Handle:
    """A job that was enqueued. `existing`: it was open before, under the same unique key."""

    id: str
    existing: bool = False

    @property
    def url(self) -> str:
        """Where clients read it."""
        return f"/jobs/{self.id}"


@dataclass(frozen=True, slots=True)
class When:
    """When a job is due, in epoch seconds, and what the time is now."""

    now: int
    due: int

    @classmethod
    def after(cls, delay: float | timedelta | datetime) -> "When":
        """A delay in seconds or as timedelta, or a time. Raises DelayTooLong."""
        moment = clock.now()
        if isinstance(delay, datetime):
            delay = delay - moment
        seconds = delay.total_seconds() if isinstance(delay, timedelta) else delay
        now = int(moment.timestamp())
        if seconds > _DELAY_MAX:
            raise DelayTooLong
        return cls(now, max(now, ceil(moment.timestamp() + seconds)) if seconds > 0 else now)

    @classmethod
    def at(cls, due: int) -> "When":
        """A second."""
        return cls(clock.epoch(), due)


@dataclass(frozen=True, slots=True)
class Message:
    """A job as rows hold it: its name, its queue, its arguments as JSON."""

    name: str
    queue: str
    text: str

    @classmethod
    def of(cls, job: Job) -> "Message":
        """What is written of a job. Raises ArgumentsUnfit."""
        try:
            plain = job.model_dump(mode="json")
            same = job.restored(plain) == job
        except (TypeError, ValueError):  # it quotes what it was given, which may be a secret
            same = False
        if not same:
            raise ArgumentsUnfit(job.definition.name)
        text = json.dumps(plain, separators=(",", ":"), ensure_ascii=False)
        return cls(job.definition.name, job.definition.queue, text)


def written(then: Sequence[Message]) -> str:
    """The rest of a chain as it is kept."""
    return json.dumps([[one.name, one.queue, one.text] for one in then])


def chain_of(row: JobRow) -> list[Message]:
    """The rest of a job's chain. Raises Unavailable."""
    after = payloads.load(row, "after")
    return [Message(*one) for one in json.loads(after)] if after else []


@dataclass(slots=True)
class Entry:
    """A job's rows before they are written, and the message about it."""

    handle: Handle
    item: RawRow
    hint: Hint | None
    beside: list[dict[str, Any]]
    lock: str | None = None
    lock_holder: str | None = None
    """The job that has the lock, and ends in the same transaction."""
    twins: list[Handle] = field(default_factory=list)
    """The handles of those that asked for the same unique job in the same transaction."""


def entry(  # noqa: PLR0913 - all that may be said of a job
    message: Message,
    when: When,
    *,
    job_id: str | None = None,
    owner: str | None = None,
    parent: JobRow | None = None,
    unique: str | None = None,
    then: Sequence[Message] = (),
    room: int = payloads.BESIDE,
) -> Entry:
    """The rows of a new job, with so many bytes of a payload in a row beside it at most.

    Raises PayloadTooLarge, ChainTooLong, Unavailable.
    """
    follows, id_, kept = _following(), job_id or new_id(), when.due + payloads.KEPT
    placed = [payloads.place(id_, "arguments", message.text, kept, beside=room)]
    if then:
        placed.append(payloads.place(id_, "after", written(then), kept, beside=room))
    lock = lock_of(message.name, unique) if unique else None
    more = {"name": message.name, "owner": owner, "lock": lock, "depth": follows}
    item = _item(id_, when, placed, **more, **_line_of(parent))
    row = JobRow.from_raw_data(item)
    beside = [one.beside for one in placed if one.beside]
    return Entry(Handle(id_), item, _hint(message, when, row), beside, row.lock)


def _line_of(parent: JobRow | None) -> dict[str, str | None]:
    return {"parent": parent.id, "account": parent.on_behalf_of} if parent else {}


def _item(job_id: str, when: When, placed: Sequence[Placed], **more: Any) -> RawRow:
    return key_of(job_id) | raw(
        schema=JobRow.SCHEMA,
        state=State.QUEUED,
        due=when.due,
        **waking(job_id, when.due, when.now),
        **{name: value for one in placed for name, value in one.attributes.items()},
        **more,
    )


def _following() -> int | None:
    """After how many jobs that enqueued one another the next one comes. Raises ChainTooLong."""
    if _depth.get() > DEPTH_MAX:
        raise ChainTooLong
    return _depth.get() or None


def _hint(message: Message, when: When, row: JobRow) -> Hint | None:
    """The message about a new job; None where the clock sends it in time."""
    delay = max(0, when.due - when.now)
    if delay > DELAY_MAX:
        return None
    return Hint(message.queue, row.id, message.name, row.group, delay)


def child_id(parent_id: str, *words: object) -> str:
    """The id of what follows from a job, which is the same however often it is derived."""
    return derived_id(seconds_of(parent_id), parent_id, *words)


def put_of(made: Entry) -> dict[str, Any]:
    """The arguments of the Put of a new job's row."""
    return {
        "TableName": JobRow.Meta.table_name,
        "Item": made.item,
        "ConditionExpression": "attribute_not_exists(#id)",
        "ExpressionAttributeNames": {"#id": "id"},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def put(made: Entry) -> bool:
    """Put a new job's rows in one call; False if a job of that id is there. Raises Unavailable."""
    try:
        if made.beside:
            _put_together(made)
        else:
            patiently("PutItem", put_of(made))
    except ClientError as error:
        row_refused(error)
        return False
    except _Exists:
        return False
    metrics.count(jobs_enqueued=1)
    return True


class _Exists(Exception):
    """A job of that id is there."""


def _put_together(made: Entry) -> None:
    writes = Transaction()
    writes.write("Put", put_of(made), lambda _: _Exists())
    for beside in made.beside:
        writes.write("Put", beside)
    writes.commit()


@contextmanager
def depth(row: JobRow) -> Iterator[None]:
    """Within this block jobs follow from that one."""
    token = _depth.set(row.depth + 1)
    try:
        yield
    finally:
        _depth.reset(token)
