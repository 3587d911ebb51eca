"""Crons: jobs that declare when they run. Each occurrence is enqueued once, however often asked.

A mark says up to when the occurrences of a job were enqueued. What lies between it and the next
minute is enqueued with ids that follow from the job's name and the time, then the mark moves on.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice

from botocore.exceptions import ClientError
from cronsim import CronSim

from handler.core import clock, log
from handler.core.errors import Unavailable
from handler.core.ids import derived_id
from handler.core.patience import patiently, row_refused
from handler.core.records import read_batch
from handler.jobs import definitions, gateway
from handler.jobs.definitions import Definition
from handler.jobs.entries import Message, When, entry, put
from handler.jobs.models import JobRow, key_of, typed

_AHEAD = 60
"""Seconds by which an occurrence is enqueued before it is due, to run at its second."""
_MISSED = 150
"""Seconds after which an occurrence counts as missed: two ticks and a little."""
_MOST = 1000
"""Occurrences that a tick enqueues of one cron; the next tick goes on."""
_PART = "mark"


def enqueue_crons() -> int:
    """Enqueue the occurrences up to the next minute. Returns how many. Raises Unavailable."""
    crons = definitions.crons()
    marks = _marks(crons)
    return sum(_tried(cron, marks.get(cron.name)) for cron in crons)


def _tried(cron: Definition, mark: int | None) -> int:
    try:
        return _enqueue(cron, mark)
    except (ClientError, Unavailable) as error:
        log.line(level="error", metric="cron_unmoved", job=cron.name, error=type(error).__name__)
        return 0  # the next minute tries again


def _marks(crons: list[Definition]) -> dict[str, int]:
    keys = [key_of(f"cron#{cron.name}", _PART) for cron in crons]
    found = read_batch(JobRow, keys) if keys else []
    return {row["id"]["S"].removeprefix("cron#"): int(row["at"]["N"]) for row in found}


def _enqueue(cron: Definition, mark: int | None) -> int:
    until = clock.epoch() + _AHEAD
    if mark is None:  # new: it begins now
        _move_mark(cron, clock.epoch())
        return 0
    found = list(islice(_times(cron, mark, until), _MOST + 1))  # one more tells which is the last
    times = found[:_MOST]
    wanted = _wanted(cron, found, clock.epoch() - _MISSED)
    hints = []
    for at in [at for at in wanted if at <= times[-1]]:
        message = Message.of(cron.kind())
        id_ = derived_id(at, cron.name, at)
        made = entry(message, When.at(at), job_id=id_)
        if put(made) and made.hint:
            hints.append(made.hint)
    if times:
        _move_mark(cron, times[-1])
    gateway.send(hints)
    return len(hints)


def _times(cron: Definition, after: int, until: int) -> Iterator[int]:
    for time in CronSim(cron.cron or "", datetime.fromtimestamp(after, UTC)):
        at = int(time.timestamp())
        if at > until:
            return
        yield at


def _wanted(cron: Definition, times: list[int], missed: int) -> list[int]:
    """The occurrences to run: of the missed ones as the cron's `catch_up` says, and the others."""
    late = [at for at in times if at < missed]
    kept = {"skip": [], "one": late[-1:], "all": late}[cron.catch_up]
    return kept + times[len(late) :]


def _move_mark(cron: Definition, at: int) -> None:
    """Remember up to when it was enqueued; never back."""
    change = {
        "TableName": JobRow.Meta.table_name,
        "Key": key_of(f"cron#{cron.name}", _PART),
        "UpdateExpression": "SET #at = :at",
        "ConditionExpression": "attribute_not_exists(#at) OR #at < :at",
        "ExpressionAttributeNames": {"#at": "at"},
        "ExpressionAttributeValues": {":at": typed(at)},
    }
    try:
        patiently("UpdateItem", change)
    except ClientError as error:
        row_refused(error)  # another tick has moved it further
