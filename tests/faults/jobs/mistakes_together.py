"""Mistakes between jobs, each made in the real code: families, chains, unique jobs, crons."""

from contextlib import contextmanager
from typing import Any
from unittest import mock

from handler.core.patience import patiently
from handler.jobs import (
    calendar,
    endings,
    enqueueing,
    entries,
    gateway,
    service,
    spawning,
    transitions,
)
from handler.jobs.entries import Entry
from handler.jobs.models import JobRow
from tests.faults.jobs.mistakes_alone import Mistake, changed, lenient, less

_leave, _wake_parent, _succeed = endings._leave, endings.wake_parent, endings.succeed
_spawn, _begin_anew, _enqueue = spawning.spawn, service.begin_anew, calendar._enqueue


@contextmanager
def _holding_back(row: JobRow, name: str) -> Any:
    kept = getattr(row, name)
    setattr(row, name, None)
    try:
        yield kept
    finally:
        setattr(row, name, kept)


@contextmanager
def join_apart() -> Any:
    """A parent hears of an end in a request of its own."""

    def leave(row: JobRow, writes: Any) -> None:
        with _holding_back(row, "parent"):
            _leave(row, writes)

    def wake_parent(parent_id: str) -> None:
        transitions.apply(parent_id, transitions.join())
        _wake_parent(parent_id)

    with (
        mock.patch.object(endings, "_leave", leave),
        mock.patch.object(endings, "wake_parent", wake_parent),
    ):
        yield


def joins_early() -> Mistake:
    """A parent is claimed while children are left."""
    free = "((#state IN (:queued, :retrying) AND #due <= :now) OR #state = :waiting)"
    return mock.patch.object(transitions, "_FREE", free)


def lock_not_given_back() -> Mistake:
    """An end forgets its lock."""

    def leave(row: JobRow, writes: Any) -> None:
        with _holding_back(row, "lock"):
            _leave(row, writes)

    return mock.patch.object(endings, "_leave", leave)


def chain_apart() -> Mistake:
    """The next job is put after the end, in a request of its own."""

    def succeed(row: JobRow, *args: Any) -> None:
        with _holding_back(row, "after") as after:
            _succeed(row, *args)
        if rest := entries.read(after):
            made = endings._next(row, rest)
            entries.put(made)
            gateway.send([made.hint])

    return mock.patch.object(endings, "succeed", succeed)


def spawn_ignores_cancel() -> Mistake:
    """A parent goes on to wait although it was cancelled."""
    return changed(transitions, "spawn", condition=lenient)


@contextmanager
def spawn_skips_nothing() -> Any:
    """A run spawns all chunks again, and counts them again."""

    def spawn(row: JobRow, *args: Any) -> None:
        row.chunks = 0
        _spawn(row, *args)

    condition = changed(transitions, "spawn", condition=lambda _: transitions._MINE)
    with condition, puts_blindly(), mock.patch.object(spawning, "spawn", spawn):
        yield


def puts_blindly() -> Mistake:
    """A new job is put over one of its id."""

    def put_of(made: Entry) -> dict[str, Any]:
        return {"TableName": JobRow.Meta.table_name, "Item": made.item}

    return mock.patch.object(enqueueing, "put_of", put_of)


def redriven_child_joins_again() -> Mistake:
    """A redriven child counts for its parent a second time."""
    return changed(transitions, "redrive", removes=less("parent"))


def cancel_leaves_children() -> Mistake:
    """A job is cancelled with the children that were read; it may have more by now."""
    return changed(transitions, "cancel", condition=transitions._IDLE)


def redrive_takes_no_lock() -> Mistake:
    """A redriven job runs beside whoever has its key by now."""

    def begin_anew(row: JobRow, *args: Any) -> None:
        with _holding_back(row, "lock"):
            _begin_anew(row, *args)

    return mock.patch.object(service, "begin_anew", begin_anew)


def mark_first() -> Mistake:
    """The mark of a cron moves before the occurrences are there."""

    def enqueue(cron: Any, mark: int | None) -> int:
        if mark is not None:
            calendar._move_mark(cron, calendar.clock.epoch() + calendar._AHEAD)
        return _enqueue(cron, mark)

    return mock.patch.object(calendar, "_enqueue", enqueue)


def occurrences_put_blindly() -> Mistake:
    """An occurrence is put over the one that is there."""

    def put(made: Entry) -> bool:
        patiently("PutItem", {"TableName": JobRow.Meta.table_name, "Item": made.item})
        return True

    return mock.patch.object(calendar, "put", put)
