"""The channel `items`: what everybody sees of the catalogue, as it changes.

Hidden items are nobody else's to know of: one that is hidden, or shown again, goes and comes.
"""

from decimal import Decimal
from typing import Any

from handler.core import money
from handler.core.auth import Caller
from handler.realtime import Announcement, Change, follow, namespace

_CHANNEL = "items"
_AT_MOST = 10
"""Events a second: what happens faster comes together, so that an import floods nobody."""


def _anybody(_caller: Caller, argument: str) -> bool:
    return not argument


def _of_item(change: Change) -> list[Announcement]:
    shown, shows = _is_shown(change.old), _is_shown(change.new)
    if change.new is not None and shows:
        happened = "created" if change.old is None else "changed"
        return [Announcement(_CHANNEL, f"item.{happened}", _told(change.new), change.id)]
    if shown:
        return [Announcement(_CHANNEL, "item.removed", {"id": change.key["id"]}, change.id)]
    return []


def _is_shown(row: dict[str, Any] | None) -> bool:
    return row is not None and bool(row["is_available"])


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What fits many times into one event; the item itself has the rest."""
    price = money.written(Decimal(row["price"]), row["currency"])
    told = {name: row[name] for name in ("id", "owner_id", "name", "currency", "version")}
    return {**told, "price": price}


namespace(_CHANNEL, may_subscribe=_anybody, at_most=_AT_MOST, crowds=True)
follow("items", _of_item)
