"""What happened in a channel after an event that a client knows: all of it, or the word to resync.

A client subscribes first and is told the channel's last number afterwards: whatever is published
from then on finds it among the subscribers, and all before is replayed. What comes both ways it
knows by its number.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from handler.core.auth import Caller
from handler.core.writes import Refused
from handler.realtime import models, namespaces
from handler.realtime.models import EventRow
from handler.realtime.namespaces import Channel

REPLAYED = 500
"""Events that are replayed at most; who missed more reads the thing itself."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The events behind a number, and the last number of the channel. `resync`: some are gone."""

    seq: int
    events: list[dict[str, Any]]
    resync: bool | None = None


def read(caller: Caller, name: str, after: int | None) -> Replay:
    """What happened in a channel. Raises ChannelNotFound, Unavailable."""
    return since(namespaces.to_see(caller, name), after)


def since(channel: Channel, after: int | None) -> Replay:
    """As `read`, in a channel that the caller may see."""
    head = EventRow.head(channel.stored)
    if head is None:
        return Replay(0, [], resync=True if after else None)
    last, base = head.last or 0, head.base or 0
    if after == 0:
        return Replay(last, told(channel, _kept(channel, max(base, last - REPLAYED), last)))
    if after is None or after == last:
        return Replay(last, [])
    if not base <= after < last or last - after > REPLAYED:
        return Replay(last, [], resync=True)
    rows = EventRow.between(channel.stored, after, last)
    if len(rows) != last - after:
        return Replay(last, [], resync=True)
    return Replay(last, told(channel, rows))


def _kept(channel: Channel, start: int, last: int) -> list[EventRow]:
    """The last events of a channel, as far back as there is no gap: the older ones have expired."""
    rows = EventRow.between(channel.stored, start, last)
    fit = [row for place, row in enumerate(reversed(rows)) if row.seq == last - place]
    return fit[::-1]


def told(channel: Channel, rows: Sequence[EventRow]) -> list[dict[str, Any]]:
    """Events as clients get them, under the name by which they call the channel."""
    return [
        {
            "channel": channel.name,
            "seq": row.seq,
            "id": row.id,
            "type": row.type,
            "data": json.loads(row.data or "{}"),
            "at": row.at,
        }
        for row in rows
    ]


def begin(channel: Channel) -> None:
    """Give a silent channel its first number, so that a subscriber knows what comes next."""
    base = models.first_base()
    with suppress(Refused):  # it has one
        models.begin(models.head_row(channel.stored, base, base))
