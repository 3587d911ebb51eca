"""Fan-out and join: a job's children, made in chunks, and counted out as they end."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from handler.core import clock
from handler.jobs import endings, gateway, payloads, transitions
from handler.jobs.definitions import Definition
from handler.jobs.endings import CHUNK
from handler.jobs.enqueueing import Writes
from handler.jobs.entries import Message, When, child_id, entry
from handler.jobs.models import JobRow
from handler.jobs.states import State
from handler.jobs.transitions import Stale

_BATCH = 100  # rows of one BatchGetItem
_ROOM = 40_000
"""Bytes of a child's arguments in a row beside it: half a chunk of these fits a transaction."""


@dataclass(frozen=True, slots=True)
class Child:
    """An ended child. A row that is remembered no more counts as cancelled."""

    id: str
    state: State
    row: JobRow | None

    def result(self) -> Any:
        """What it returned, or None. Raises Unavailable."""
        text = payloads.load(self.row, "result") if self.row else None
        return None if text is None else json.loads(text)


def spawn(row: JobRow, definition: Definition, messages: Sequence[Message]) -> None:
    """Make the children that are not there yet, a transaction a chunk, and wait with the last one.

    A job that somebody wants cancelled is cancelled instead. Raises Superseded, Unavailable.
    """
    inline = all(len(one.text.encode()) <= payloads.INLINE for one in messages)
    size = CHUNK if inline else CHUNK // 2  # the same in every attempt, as the messages are
    children = [(child_id(row.id, number), one) for number, one in enumerate(messages)]
    chunks = [children[first : first + size] for first in range(0, len(children), size)] or [[]]
    for number in range(row.chunks, len(chunks)):
        last = number == len(chunks) - 1
        total = len(messages) if last else None
        if not _add_chunk(row, number, chunks[number], total):
            return
    if not messages:
        gateway.send([endings.hint_of(row, definition)])


def _add_chunk(
    row: JobRow, number: int, children: Sequence[tuple[str, Message]], total: int | None
) -> bool:
    """Make one chunk; False if the job was cancelled instead."""
    when = When.after(0)
    writes = Writes()
    count = len(children)
    change = transitions.spawn(row, clock.epoch(), chunk=number, count=count, total=total)
    writes.write("Update", change.arguments(row.id), transitions.refused)
    for id_, message in children:
        writes.add(entry(message, when, job_id=id_, parent=row, room=_ROOM))
    try:
        writes.commit()
    except Stale as stale:
        stood = stale.row
        if stood and stood.state == State.RUNNING and stood.fence == row.fence and stood.cancel:
            endings.cancel(stood)
            return False
        if total is not None:
            endings.check_own(row, change, stale)
        elif stood is None or stood.fence != row.fence or stood.chunks <= number:
            raise endings.Superseded from stale
    row.chunks = number + 1
    return True


def children(row: JobRow) -> Iterator[Child]:
    """A job's children after they have ended, in the order in which they were spawned."""
    ids = [child_id(row.id, number) for number in range(row.children or 0)]
    for first in range(0, len(ids), _BATCH):
        found = JobRow.find_all(ids[first : first + _BATCH])
        for id_ in ids[first : first + _BATCH]:
            child = found.get(id_)
            yield Child(id_, child.standing if child else State.CANCELLED, child)
