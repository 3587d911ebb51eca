"""Publishing: what is announced gets its number in its channel, is kept, and goes to subscribers.

An event is kept in one transaction with its number (the channel's head) and a mark under its id. So
numbers have no gap, and the same id is published once however often it is announced; then it is
only posted again, since whoever announced it first may have died before that. A client knows what
it has by the number.

A channel takes as many events a second as one row takes transactions. Where a namespace has
`at_most` so many, what is announced at once becomes one event, and who comes too early waits.
"""

import json
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from handler.core import clock, log
from handler.core.errors import Unavailable
from handler.core.patience import pause
from handler.core.transactions import Transaction, transaction
from handler.realtime import delivering, models
from handler.realtime.models import EVENTS_KEPT, EventRow
from handler.realtime.namespaces import Channel

_TOGETHER = 40
"""Events of a transaction, which holds 100 writes: each is a row and a mark, beside the head."""
_BYTES = 24 * 1024
"""Bytes of an event's data: with what stands around it, it goes into one frame of 32 KB."""
_TRIES = 12  # while others publish in the same channel


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is to be told in a channel, as it is stored (`me:<account>`).

    The type is `<what>.<happened>`. The `id` decides: the same is published once.
    """

    channel: str
    type: str
    data: dict[str, Any]
    id: str


class _Moved(Exception):
    """Another event was published in the channel meanwhile; tried again."""


class _Told(Exception):
    """Some of the events are published already."""


def publish(announcements: Iterable[Announcement]) -> list[int]:
    """Publish in their order, and return the last number of each channel, first channel first.

    Where it fails, some may be published: announce all of them again. Raises Unavailable.
    """
    by_channel: defaultdict[str, dict[str, Announcement]] = defaultdict(dict)
    for one in announcements:
        by_channel[one.channel].setdefault(one.id, one)
    return [_publish(name, list(found.values())) for name, found in by_channel.items()]


def _publish(stored: str, announced: Sequence[Announcement]) -> int:
    channel = Channel.stored_as(stored)
    last = 0
    for some in _batches(announced):
        rows = _append(channel, some)
        delivering.deliver(channel, rows)
        last = max([last, *(row.seq for row in rows)])
    return last


def _batches(announced: Sequence[Announcement]) -> Iterator[list[Announcement]]:
    """So many at a time as one transaction takes, and as one event takes that holds them all."""
    batch: list[Announcement] = []
    size = 0
    for one in announced:
        length = len(_text(one))
        if batch and (len(batch) == _TOGETHER or size + length > _BYTES):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += length
    yield batch


def _text(one: Announcement) -> str:
    """The data as it is kept. What is too much for a frame is left out: it can be read."""
    text = json.dumps(one.data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if len(text.encode()) <= _BYTES:
        return text
    log.line(level="warning", metric="event_too_large", type=one.type)
    return "{}"


def _append(channel: Channel, announced: list[Announcement]) -> list[EventRow]:
    """The rows of these events, those of earlier announcements too, in order."""
    known: dict[str, int] = {}
    for attempt in range(1, _TRIES + 1):
        fresh = [one for one in announced if one.id not in known]
        if not fresh:
            return _rows(channel, known)
        try:
            return _rows(channel, known) + _keep(channel, fresh)
        except _Told:
            known |= EventRow.numbers(channel.stored, [one.id for one in fresh])
        except _Moved:
            pause(attempt)
    raise Unavailable


def _rows(channel: Channel, known: dict[str, int]) -> list[EventRow]:
    """The rows of numbers, as far as they are kept."""
    if not known:
        return []
    wanted = set(known.values())
    rows = EventRow.between(channel.stored, min(wanted) - 1, max(wanted))
    return [row for row in rows if row.seq in wanted]


def _keep(channel: Channel, fresh: list[Announcement]) -> list[EventRow]:
    """Keep these events under the next numbers of their channel."""
    head = EventRow.head(channel.stored)
    base = models.first_base() if head is None else head.base or 0
    last = base if head is None else head.last or 0
    second, told = _turn(channel, head)
    rows = _numbered(channel, fresh, last)
    unmoved = EventRow.channel.does_not_exist() if head is None else EventRow.last == last
    with transaction() as writes:
        moved = models.head_row(channel.stored, rows[-1].seq, base, second, told)
        writes.save(moved, unmoved, lambda _: _Moved())
        for row in rows:
            writes.save(row)
        _mark(writes, channel, fresh, rows)
    return rows


def _mark(
    writes: Transaction, channel: Channel, fresh: list[Announcement], rows: list[EventRow]
) -> None:
    numbers = [row.seq for row in rows] if len(rows) == len(fresh) else [rows[0].seq] * len(fresh)
    for one, number in zip(fresh, numbers, strict=True):
        mark = models.mark_row(channel.stored, one.id, number)
        writes.save(mark, EventRow.channel.does_not_exist(), lambda _: _Told())


def _numbered(channel: Channel, fresh: list[Announcement], last: int) -> list[EventRow]:
    """The rows of events; a single one for all, where so many happen that they come together."""
    told = [(one.id, one.type, _text(one)) for one in fresh]
    if channel.kind.at_most is not None:
        changes = ",".join(
            f'{{"id":{json.dumps(id_)},"type":{json.dumps(type_)},"data":{text}}}'
            for id_, type_, text in told
        )
        told = [(fresh[0].id, f"{channel.kind.name}.changed", f'{{"changes":[{changes}]}}')]
    now = clock.now()
    return [
        EventRow(
            channel.stored,
            last + number,
            id=id_,
            type=type_,
            data=text,
            at=now.isoformat(),
            expires_at=clock.epoch() + EVENTS_KEPT,
        )
        for number, (id_, type_, text) in enumerate(told, 1)
    ]


def _turn(channel: Channel, head: EventRow | None) -> tuple[int, int]:
    """In which second an event is told, and as which of that second; waits for the next one."""
    now = clock.epoch()
    most = channel.kind.at_most
    if most is None or head is None or head.second < now:
        return now, 1
    if head.told < most:
        return head.second, head.told + 1
    time.sleep(1 - clock.now().microsecond / 1_000_000)
    return head.second + 1, 1
