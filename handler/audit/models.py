"""What is remembered of an event: four lists find it, each spread so that none gets hot.

An event is written once and never changed: 1 unit, and 1 for each of its four index entries (2 when
it has neither actor nor subject). All events and those of one action are sharded as in
`core.shards`; an actor and a subject have partitions of their own.
"""

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from handler.core.ids import new_id
from handler.core.records import MarkedRow, table
from handler.core.shards import Span, shard_of, shards


class Newest(GlobalSecondaryIndex["Event"]):
    """All events by time."""

    class Meta:
        index_name = "newest"
        projection = AllProjection()

    shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByAction(GlobalSecondaryIndex["Event"]):
    """Events of one action by time."""

    class Meta:
        index_name = "action"
        projection = AllProjection()

    action_shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class ByActor(GlobalSecondaryIndex["Event"]):
    """What one account did, by time."""

    class Meta:
        index_name = "actor"
        projection = AllProjection()

    actor = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class BySubject(GlobalSecondaryIndex["Event"]):
    """What happened to one thing, by time."""

    class Meta:
        index_name = "subject"
        projection = AllProjection()

    subject = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Event(MarkedRow):
    """One event: who (`actor`) did what (`action`) to whom (`subject`), with few short details."""

    class Meta:
        table_name = table("audit")

    newest = Newest()
    by_action = ByAction()
    by_actor = ByActor()
    by_subject = BySubject()

    id = UnicodeAttribute(hash_key=True, default_for_new=new_id)
    shelf = UnicodeAttribute()
    action = UnicodeAttribute()
    action_shelf = UnicodeAttribute()
    actor = UnicodeAttribute(null=True)
    subject = UnicodeAttribute(null=True)
    details = JSONAttribute(default=dict)
    at = NumberAttribute()
    expires_at = NumberAttribute()

    def derive(self) -> None:
        """Set what only indexes need."""
        self.shelf = f"event#{shard_of(self.id)}"
        self.action_shelf = f"{self.action}#{shard_of(self.id)}"


def newest() -> Span:
    """All events, newest first."""
    return Span(Event, "newest", shards("event"), Event.id)


def of_action(action: str) -> Span:
    """Events of an action, newest first."""
    return Span(Event, "action", shards(action), Event.id)


def of_actor(actor: str) -> Span:
    """What an account did, newest first."""
    return Span(Event, "actor", (actor,), Event.id)


def of_subject(subject: str) -> Span:
    """What happened to a thing, newest first."""
    return Span(Event, "subject", (subject,), Event.id)
