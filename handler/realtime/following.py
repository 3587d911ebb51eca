"""What a change of a table's row means to whom: rooms say it, and the tables' streams ask.

So no write pays for telling of it, nothing is told that was not committed, and nothing that was is
lost: a stream tells until it is heard.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from handler.core import log
from handler.core.errors import Unavailable
from handler.core.settings import settings
from handler.realtime.publishing import Announcement, publish


@dataclass(frozen=True, slots=True)
class Change:
    """A row before and after, None where there was none; the `id` is the change's own."""

    key: dict[str, Any]
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    id: str


Translate = Callable[[Change], Iterable[Announcement]]
_followers: dict[str, list[Translate]] = {}


def follow(table: str, translate: Translate) -> None:
    """Have a function told each change of a table, to say what is to be announced."""
    _followers.setdefault(table, []).append(translate)


def tell(records: Sequence[dict[str, Any]]) -> str | None:
    """Announce what records of a stream mean, in their order.

    Returns the number of the first record that is to come again with all behind it, or None.
    """
    announced: list[Announcement] = []
    failed: str | None = None
    for record in records:
        try:
            announced += _meaning(record)
        except Exception as error:  # noqa: BLE001 - those before it are told
            log.fault(error)
            failed = _number(record)
            break
    try:
        publish(announced)
    except Unavailable:
        log.line(level="warning", metric="changes_deferred", count=len(announced))
        return _number(records[0])
    return failed


def _number(record: dict[str, Any]) -> str:
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def _meaning(record: dict[str, Any]) -> list[Announcement]:
    table = record["eventSourceARN"].partition(":table/")[2].partition("/")[0]
    told = record["dynamodb"]
    change = Change(
        plain(told["Keys"]),
        plain(told["OldImage"]) if "OldImage" in told else None,
        plain(told["NewImage"]) if "NewImage" in told else None,
        record["eventID"],
    )
    followers = _followers.get(table.removeprefix(settings().resource_prefix), ())
    return [one for translate in followers for one in translate(change)]


def plain(row: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A row as DynamoDB writes it, in plain values: whole numbers are int, others Decimal."""
    return {name: _value(typed) for name, typed in row.items()}


def _value(typed: dict[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "N":
            number = Decimal(value)
            return int(number) if number == number.to_integral_value() else number
        case "M":
            return plain(value)
        case "L":
            return [_value(one) for one in value]
        case "NULL":
            return None
        case _:
            return value
