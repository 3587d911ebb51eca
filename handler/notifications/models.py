"""What is remembered of notifications: a row for each, and a mark for each that is unread.

An account's notifications are a partition, sorted by time; its marks are another one, so that
whatever is asked of what is unread reads nothing else. To read a notification is to delete its
mark, which may be done again: no count is kept that could go wrong, and both rows expire together.

A notification costs 4 write units (two rows in a transaction), reading it 2. No two accounts share
a key.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Self

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute

from handler.core import clock
from handler.core.attributes import IntegerAttribute
from handler.core.ids import new_id, seconds_of
from handler.core.records import RawRow, Row, read_batch, table
from handler.core.shards import Span
from handler.core.transactions import WRITES
from handler.notifications.kinds import COUNTED

KEPT = 90 * 24 * 3600
"""Seconds for which a notification is kept: a quarter of a year, in which people come back."""
_MARKS = "unread#"


class Notification(Row):
    """What an account is told. `listed` and `pushed` say where it shows; `data` is for programs."""

    class Meta:
        table_name = table("notifications")

    owner_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True, default_for_new=new_id)
    schema = IntegerAttribute(default=1)
    kind = UnicodeAttribute()
    subject = UnicodeAttribute()
    message = UnicodeAttribute(default="")
    data = JSONAttribute(default=dict)
    listed = BooleanAttribute(default=True)
    pushed = BooleanAttribute(default=True)
    expires_at = IntegerAttribute()

    read = False
    """Whether its mark is gone; looked up where it matters, and in no row of its own."""

    @property
    def created_at(self) -> datetime:
        """When it was made: its id says so."""
        return datetime.fromtimestamp(seconds_of(self.id), UTC)

    @property
    def is_shown(self) -> bool:
        """Whether it is in its account's list now: DynamoDB takes its time to delete a row."""
        return self.listed and self.expires_at > clock.epoch()

    @property
    def mark(self) -> "Unread":
        """The mark that it is unread."""
        return Unread(_MARKS + self.owner_id, self.id, expires_at=self.expires_at)

    @classmethod
    def find(cls, owner_id: str, id_: str) -> Self | None:
        """An account's notification of that id, read consistently: one call."""
        return cls._one({"owner_id": {"S": owner_id}, "id": {"S": id_}})


class Unread(Row):
    """That a notification is unread."""

    class Meta:
        table_name = table("notifications")

    owner_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)
    expires_at = IntegerAttribute()


def of_owner(owner_id: str) -> Span:
    """An account's notifications, newest first."""
    return Span(Notification, None, (owner_id,), Notification.id)


def unread(owner_id: str) -> list[Unread]:
    """The newest marks of an account, as many as are counted, read consistently: one call."""
    found = Unread.query(
        _MARKS + owner_id, limit=COUNTED, consistent_read=True, scan_index_forward=False
    )
    return [mark for mark in found if mark.expires_at > clock.epoch()]


def tell_read(notifications: Sequence[Notification]) -> None:
    """Find out which of up to 100 notifications are read: one call."""
    keys = [_key(one.mark) for one in notifications]
    found = read_batch(Unread, keys, consistent=True) if keys else []
    open_ = {row["id"]["S"] for row in found}
    for one in notifications:
        one.read = one.id not in open_


def marks_until(owner_id: str, id_: str) -> Iterator[list[Row]]:
    """The marks of an account up to that of a notification, the oldest first: a call a page."""
    return _pages(Span(Unread, None, (_MARKS + owner_id,), Unread.id, "0", id_))


def all_of(owner_id: str) -> Iterator[list[Row]]:
    """Every row of an account, its marks and its notifications: a call for each page."""
    yield from _pages(Span(Unread, None, (_MARKS + owner_id,), Unread.id))
    yield from _pages(of_owner(owner_id))


def _pages(span: Span) -> Iterator[list[Row]]:
    (partition,) = span.partitions
    for rows in span.pages(partition, WRITES):
        yield [span.model.from_raw_data(row) for row in rows]


def is_mark(owner_id: str) -> bool:
    """Whether a row of that partition is a mark."""
    return owner_id.startswith(_MARKS)


def _key(mark: Unread) -> RawRow:
    return {"owner_id": {"S": mark.owner_id}, "id": {"S": mark.id}}
