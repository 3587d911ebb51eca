"""What is remembered of a job: one row from its enqueue to its end, and rows beside it.

The row is in the due index as long as the job is open: `hinted` with the second at which a message
that was sent must have been answered, or `later` with the second at which the job is due and a
message is sent for the first time. It is sorted by that second; of all open jobs a shard has a
sixteenth (`core.shards`), and only keys are in the index. A dead job is in the index of the dead,
an account's job in that of its owner for as long as it is remembered.

Beside the row (`part` is `job`) stand, only where needed, `arguments` and `result` when they are
too large for it, `errors` of failed attempts, and `step:<name>` of finished steps. A lock of a
unique job and the mark of a cron are rows of their own.

A plain job costs 5 write units: the row, its claim, its end, and the index entry in and out; one
more if it is an account's, and what `jobs.md` says for more.
"""

from collections.abc import Iterable
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from handler.core.attributes import IntegerAttribute
from handler.core.ids import seconds_of
from handler.core.records import RawRow, Row, read_batch, table
from handler.jobs.states import State


class Due(GlobalSecondaryIndex["JobRow"]):
    """Open jobs by when somebody must look at them."""

    class Meta:
        index_name = "due"
        projection = KeysOnlyProjection()

    shelf = UnicodeAttribute(hash_key=True)
    wake = UnicodeAttribute(range_key=True)


class ByOwner(GlobalSecondaryIndex["JobRow"]):
    """An account's jobs by time."""

    class Meta:
        index_name = "owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Dead(GlobalSecondaryIndex["JobRow"]):
    """Dead jobs by name, error and time."""

    class Meta:
        index_name = "dead"
        projection = KeysOnlyProjection()

    grave = UnicodeAttribute(hash_key=True)
    epitaph = UnicodeAttribute(range_key=True)


class JobRow(Row):
    """A job. Times are epoch seconds; `arguments`, `result` and `after` (its chain) JSON texts.

    `owner` is the account that lists it; `account` that of the job which spawned it.
    """

    class Meta:
        table_name = table("jobs")

    by_due = Due()
    by_owner = ByOwner()
    by_death = Dead()

    id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    schema = IntegerAttribute(default=1)
    name = UnicodeAttribute()
    owner = UnicodeAttribute(null=True)
    state = UnicodeAttribute()
    due = IntegerAttribute()
    shelf = UnicodeAttribute(null=True)
    wake = UnicodeAttribute(null=True)
    fence = IntegerAttribute(default=0)
    runner = UnicodeAttribute(null=True)
    lease = IntegerAttribute(default=0)
    attempts = IntegerAttribute(default=0)
    crashes = IntegerAttribute(default=0)
    started = IntegerAttribute(null=True)
    ended = IntegerAttribute(null=True)
    by = IntegerAttribute(null=True)
    cancel = BooleanAttribute(default=False)
    arguments = UnicodeAttribute(null=True)
    arguments_at = UnicodeAttribute(null=True)
    result = UnicodeAttribute(null=True)
    result_at = UnicodeAttribute(null=True)
    error = UnicodeAttribute(null=True)
    message = UnicodeAttribute(null=True)
    progress = IntegerAttribute(null=True)
    note = UnicodeAttribute(null=True)
    parent = UnicodeAttribute(null=True)
    left = IntegerAttribute(default=0)
    chunks = IntegerAttribute(default=0)
    children = IntegerAttribute(null=True)
    account = UnicodeAttribute(null=True)
    after = UnicodeAttribute(null=True)
    after_at = UnicodeAttribute(null=True)
    lock = UnicodeAttribute(null=True)
    depth = IntegerAttribute(default=0)
    grave = UnicodeAttribute(null=True)
    epitaph = UnicodeAttribute(null=True)
    text = UnicodeAttribute(null=True)
    expires_at = IntegerAttribute(null=True)

    steps: "list[str] | tuple[()]" = ()
    """The parts in which this run has seen steps: its own knowledge, in no row."""

    @property
    def standing(self) -> State:
        """Its state."""
        return State(self.state)

    @property
    def on_behalf_of(self) -> str | None:
        """The account whose job it is, or in whose job it was spawned."""
        return self.owner or self.account

    @property
    def group(self) -> str:
        """Whose turn it takes in a queue: an account's, a parent's, or a name's."""
        return self.on_behalf_of or self.parent or self.name

    @property
    def percent(self) -> int | None:
        """How far it is: as it says itself, and while it waits by how many children have ended."""
        if self.state == State.WAITING and self.children:
            return 100 * (self.children - self.left) // self.children
        return self.progress

    @property
    def created(self) -> int:
        """When it was enqueued: its id says so."""
        return int(seconds_of(self.id))

    @classmethod
    def find(cls, job_id: str) -> "JobRow | None":
        """The job of that id, read consistently: one call."""
        return cls._one(key_of(job_id))

    @classmethod
    def text_beside(cls, job_id: str, part: str) -> str | None:
        """The text of a row beside a job, if it is there: one call."""
        found = cls._one(key_of(job_id, part))
        return found.text if found else None

    @classmethod
    def parts(cls, job_id: str) -> list[str]:
        """The parts of a job that there are: a call for each megabyte of them."""
        rows = cls.query(job_id, attributes_to_get=["part"], consistent_read=True)
        return [row.part for row in rows]

    @classmethod
    def find_all(cls, job_ids: Iterable[str]) -> dict[str, "JobRow"]:
        """The jobs of up to 100 ids, without those that are gone: one call."""
        keys = [key_of(id_) for id_ in dict.fromkeys(job_ids)]
        rows = [cls.from_raw_data(row) for row in read_batch(cls, keys)] if keys else []
        return {row.id: row for row in rows}


MAIN = "job"
"""The part that is the job itself."""


def key_of(job_id: str, part: str = MAIN) -> RawRow:
    """The raw key of one of a job's rows."""
    return {"id": {"S": job_id}, "part": {"S": part}}


def typed(value: Any) -> dict[str, Any]:
    """A value as DynamoDB writes it: texts, whole numbers and truths."""
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": str(value)} if isinstance(value, int) else {"S": str(value)}


def raw(**values: Any) -> RawRow:
    """Attributes as DynamoDB writes them; None is left out."""
    return {name: typed(value) for name, value in values.items() if value is not None}
