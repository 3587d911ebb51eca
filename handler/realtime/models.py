"""What is remembered of sockets: who has which, what they subscribe to, and what was told.

An account's sockets, with what each subscribes to, stand in one row (`Sockets`), which every change
of them moves in the transaction that makes it: so the caps of an account are exact, however many
change at once. A frame only says which connection it is from: `Connection` says whose that is. A
ticket is a row too; only its hash is stored, and the socket that it opens deletes it.

Subscribers of a channel are rows of one partition, or of a partition for each shard where crowds
may subscribe (`core.shards`). With 100,000 subscribers of one channel, a shard has 6,250:
- all of them coming back within a minute are 104 writes a second for a shard; 1,000 is the limit;
- a row is 150 bytes, so reading all of them is 235 units for a shard, and 3,000 a second the limit.
  The budget on posts (`delivering`) makes that at most once in 20 seconds.

Events of a channel are rows in its order, and before the first one its head. Their marks stand in
partitions of their own, so that neither a channel's readers nor its writers meet them.
"""

from collections.abc import Sequence
from functools import partial
from typing import Self

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition

from handler.core import clock
from handler.core.attributes import IntegerAttribute
from handler.core.records import MarkedRow, RawRow, Row, read_batch, table
from handler.core.shards import shard_of, shards
from handler.core.together import together
from handler.core.writes import put

EVENTS_KEPT = 24 * 3600
"""Seconds for which an event can be replayed (parameters.md, "Sockets")."""
_OF_ACCOUNT = "account#"
_HEAD = 0
_HEAD_KEPT = 8 * 24 * 3600
"""Seconds for which a silent channel knows where it stopped: longer than any event is kept."""
_PER_SECOND = 1000
"""A channel that was forgotten begins above anything it can have had: at the time's milliseconds.
No channel has a thousand events a second for long, as its head is one row."""


class _OfSession(MarkedRow):
    """What a session of an account has, until its time is over."""

    id = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    expires_at = IntegerAttribute()

    @classmethod
    def find(cls, id_: str) -> Self | None:
        """The one of that id, read consistently, while it holds: one call."""
        found = cls._one({"id": {"S": id_}})
        return found if found and found.expires_at > clock.epoch() else None


class Ticket(_OfSession):
    """What opens one socket, once. Its id is `ticket#` and the hash of what the client has."""

    class Meta:
        table_name = table("connections")


class Connection(_OfSession):
    """An open socket: whose it is, in which role it was opened, and how often it was refused."""

    class Meta:
        table_name = table("connections")

    role = UnicodeAttribute()
    errors = IntegerAttribute(default=0)


class Sockets(Row):
    """The sockets of an account: `sockets` maps a connection to its session, end and channels.

    `turn` counts the changes; each is made under the condition that there was none meanwhile.
    """

    class Meta:
        table_name = table("connections")

    id = UnicodeAttribute(hash_key=True)
    sockets: JSONAttribute = JSONAttribute(default=dict)
    turn = IntegerAttribute(default=0)
    expires_at = IntegerAttribute(default=0)

    @classmethod
    def of(cls, account_id: str) -> "Sockets":
        """An account's sockets, those left out whose time is over: one call."""
        key = f"{_OF_ACCOUNT}{account_id}"
        row = cls._one({"id": {"S": key}}) or cls(key)
        now = clock.epoch()
        row.sockets = {id_: one for id_, one in row.sockets.items() if one["until"] > now}
        return row

    @property
    def account_id(self) -> str:
        """Whose they are."""
        return str(self.id).removeprefix(_OF_ACCOUNT)

    def is_in(self, channel: str) -> bool:
        """Whether any of them subscribes to a channel."""
        return any(channel in one["channels"] for one in self.sockets.values())

    def unmoved(self) -> Condition:
        """That nobody has changed the row since it was read."""
        return Sockets.id.does_not_exist() if self.turn == 0 else Sockets.turn == self.turn

    def moved(self) -> "Sockets":
        """The row as it is to be written."""
        ends = [one["until"] for one in self.sockets.values()]
        return Sockets(
            self.id, sockets=self.sockets, turn=self.turn + 1, expires_at=max(ends, default=0)
        )


class Subscription(Row):
    """That a socket is told what happens in a channel. `place` is the channel and the shard."""

    class Meta:
        table_name = table("subscriptions")

    place = UnicodeAttribute(hash_key=True)
    connection_id = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute()
    session_id = UnicodeAttribute()
    expires_at = IntegerAttribute()

    @classmethod
    def page(
        cls, place: str, after: str | None, limit: int
    ) -> "tuple[list[Subscription], str | None]":
        """Subscribers of a place behind one, and the last that was looked at, if there are more.

        Read consistently, so that whoever is told "you are subscribed" is among them: one call.
        """
        answer = cls._get_connection().query(
            place,
            range_key_condition=cls.connection_id > after if after else None,
            limit=limit,
            consistent_read=True,
        )
        rows = [cls.from_raw_data(row) for row in answer["Items"]]
        last = answer.get("LastEvaluatedKey")
        now = clock.epoch()
        alive = [row for row in rows if row.expires_at > now]
        return alive, last["connection_id"]["S"] if last else None


def places(channel: str, *, crowds: bool) -> tuple[str, ...]:
    """Where a channel's subscribers are."""
    return shards(channel) if crowds else (channel,)


def place_of(channel: str, connection_id: str, *, crowds: bool) -> str:
    """Where one subscriber of a channel is."""
    return f"{channel}#{shard_of(connection_id)}" if crowds else channel


def first_of(places: Sequence[str], limit: int) -> list[list[Subscription]]:
    """The first subscribers of each place: a call for each, all at once."""
    pages = together([partial(Subscription.page, place, None, limit) for place in places])
    return [found for found, _ in pages]


class EventRow(MarkedRow):
    """An event of a channel; `data` is JSON, `at` an ISO time.

    A mark (`<channel>#<id>`, 0) says under which number an event was published. A head
    (`<channel>`, 0) says which number was the `last`, and after which the channel began (`base`);
    `second` and `told` count the events of one second.
    """

    class Meta:
        table_name = table("events")

    channel = UnicodeAttribute(hash_key=True)
    seq = IntegerAttribute(range_key=True)
    id = UnicodeAttribute(null=True)
    type = UnicodeAttribute(null=True)
    data = UnicodeAttribute(null=True)
    at = UnicodeAttribute(null=True)
    number = IntegerAttribute(null=True)
    last = IntegerAttribute(null=True)
    base = IntegerAttribute(null=True)
    second = IntegerAttribute(default=0)
    told = IntegerAttribute(default=0)
    expires_at = IntegerAttribute()

    @classmethod
    def head(cls, channel: str) -> "EventRow | None":
        """Where a channel stands, read consistently, or None while it is silent: one call."""
        return cls._one(_key(channel, _HEAD))

    @classmethod
    def between(cls, channel: str, after: int, to: int) -> "list[EventRow]":
        """Events of a channel behind a number, up to another, as far as they are kept, in order.

        Read consistently: a call for each megabyte.
        """
        now = clock.epoch()
        span = cls.seq.between(after + 1, to)
        rows = cls.query(channel, span, consistent_read=True)
        return [row for row in rows if row.expires_at > now]

    @classmethod
    def numbers(cls, channel: str, ids: Sequence[str]) -> dict[str, int]:
        """Under which number each of up to 100 events was published, of those that were: a call."""
        keys = [_key(f"{channel}#{id_}", _HEAD) for id_ in ids]
        found = [cls.from_raw_data(row) for row in read_batch(cls, keys, consistent=True)]
        return {row.channel.removeprefix(f"{channel}#"): row.number or 0 for row in found}


def _key(channel: str, seq: int) -> RawRow:
    return {"channel": {"S": channel}, "seq": {"N": str(seq)}}


def head_row(channel: str, last: int, base: int, second: int = 0, told: int = 0) -> EventRow:
    """A head that is to be written."""
    return EventRow(
        channel,
        _HEAD,
        last=last,
        base=base,
        second=second,
        told=told,
        expires_at=clock.epoch() + _HEAD_KEPT,
    )


def mark_row(channel: str, id_: str, number: int) -> EventRow:
    """The mark of an event that is published under a number."""
    return EventRow(
        f"{channel}#{id_}", _HEAD, number=number, expires_at=clock.epoch() + EVENTS_KEPT
    )


def first_base() -> int:
    """Where the numbers of a channel begin that has none."""
    return clock.epoch() * _PER_SECOND


def begin(head: EventRow) -> None:
    """Write the head of a channel that has none. Raises Refused, Unavailable."""
    put(head, EventRow.channel.does_not_exist())
