"""What is remembered of an account: one row, with its sessions inside; and who has which address.

A request is authenticated by one consistent read of the row, so what ends a session, disables an
account or changes a role holds from the next request on. The row is only ever changed by named
paths under conditions, never saved whole: a stale save would bring an ended session back. `version`
counts changes of the profile and is its ETag; a refresh or a sign-in does not touch it.

An address belongs to an account by a row of its own (`EmailClaim`), made and moved in the same
transaction, so that it has one owner.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.operand import Path
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from handler.core.auth import Role
from handler.core.ids import new_id
from handler.core.records import Record, Row, table
from handler.core.shards import Span, shard_of, shards


class Newest(GlobalSecondaryIndex["Account"]):
    """All accounts by time, spread over shards."""

    class Meta:
        index_name = "newest"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Account(Record):
    """One account.

    `sessions` maps a session's id to `{"counter", "created", "used", "agent", "address"}`, `links`
    a purpose (`verify`, `reset`, `email`) to `{"hash", "expires", "to"?}`. Times are epoch seconds.
    """

    class Meta:
        table_name = table("accounts")

    newest = Newest()

    id = UnicodeAttribute(hash_key=True, default_for_new=new_id)
    shelf = UnicodeAttribute()
    email = UnicodeAttribute()
    full_name = UnicodeAttribute(default="")
    role = UnicodeAttribute(default=Role.USER.value)
    disabled = BooleanAttribute(default=False)
    verified = BooleanAttribute(default=False)
    preferences = JSONAttribute(default=dict)
    password_hash = UnicodeAttribute(null=True)
    sessions: MapAttribute[str, Any] = MapAttribute(default=dict)
    links: MapAttribute[str, Any] = MapAttribute(default=dict)

    @classmethod
    def find(cls, account_id: str) -> "Account | None":
        """The account of that id, read consistently: one call."""
        return cls._one({"id": {"S": account_id}})

    @property
    def open_sessions(self) -> dict[str, dict[str, Any]]:
        """Its sessions by id, ended ones aside, expired ones included."""
        return _plain(self.sessions)

    @property
    def open_links(self) -> dict[str, dict[str, Any]]:
        """Its one-time links by purpose."""
        return _plain(self.links)


def _plain(found: "MapAttribute[str, Any] | dict[str, Any]") -> dict[str, Any]:
    """A map as a dict: PynamoDB wraps what is set, and `Row` reads what is stored as it is."""
    return dict(found.as_dict()) if isinstance(found, MapAttribute) else found


class EmailClaim(Row):
    """Whose an address is. The key is the address's canonical form."""

    class Meta:
        table_name = table("account_emails")

    email = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute()

    @classmethod
    def owner(cls, email: str) -> str | None:
        """The id of the account that has an address, read consistently: one call."""
        found = cls._one({"email": {"S": email}})
        return found.account_id if found else None


class Administrators(Row):
    """How many administrators can sign in: one row, so that the last one cannot go.

    Every change of an account that makes or unmakes one counts here, in the same transaction.
    """

    class Meta:
        table_name = table("account_emails")

    email = UnicodeAttribute(hash_key=True)
    number = NumberAttribute()

    KEY = "#administrators"


def shelf_of(account_id: str) -> str:
    """The shard in which an account is listed."""
    return f"account#{shard_of(account_id)}"


def newest() -> Span:
    """All accounts, newest first."""
    return Span(Account, "newest", shards("account"), Account.id)


def session(session_id: str, *inner: str) -> Path:
    """Where a session, or one of its fields, stands in the row."""
    return Path(["sessions", session_id, *inner])


def link(purpose: str, *inner: str) -> Path:
    """Where a one-time link, or one of its fields, stands in the row."""
    return Path(["links", purpose, *inner])


def sessions_are(ids: Iterable[str]) -> Condition:
    """That exactly these sessions stand in the row."""
    known = list(ids)
    return room_for_session(1, known)


def room_for_session(most: int, gone: Sequence[str]) -> Condition:
    """That there are fewer sessions than `most` once these have ended, and none of them has yet."""
    room: Condition = size(Path("sessions")) < most + len(gone)
    for session_id in gone:
        room &= session(session_id).exists()
    return room
