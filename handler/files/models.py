"""What is remembered of files: a row for each, and a row with what an account has of them.

An account's row of what it has (`quota#<account>`) changes in the transaction that makes or removes
a file that counts, so that uploads at the same time never get more than there is. A file that is
rejected counts no longer; its row stays for a while, for its owner to read why.

A file whose bytes are not accepted yet stands in the index of open ones, spread over shards, where
a sweep finds what was abandoned. A new file costs 6 units: twice its row, twice the account's, and
its entries in two indexes.
"""

from collections.abc import Iterator

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from handler.core import clock
from handler.core.attributes import IntegerAttribute
from handler.core.ids import derived_id, new_id
from handler.core.records import MarkedRow, Record, table
from handler.core.shards import Span, shard_of, shards
from handler.files import kinds
from handler.files.states import OPEN, State

FILES = 100
BYTES = 500_000_000
"""What an account may have (parameters.md, "Uploads")."""
_OPEN = "open"
_PAGE = 100  # rows of a read


class ByOwner(GlobalSecondaryIndex["File"]):
    """An account's files by time."""

    class Meta:
        index_name = "owner"
        projection = AllProjection()

    owner_id = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class Open(GlobalSecondaryIndex["File"]):
    """Files that are pending or processing, by time."""

    class Meta:
        index_name = "open"
        projection = KeysOnlyProjection()

    shelf = UnicodeAttribute(hash_key=True)
    id = UnicodeAttribute(range_key=True)


class File(Record):
    """One file.

    `sha256` and `size` are what was promised until the bytes are checked, and then what they are.
    `used_by` names what shows or needs it, as `<feature>:<id>`. One that does not count was made by
    a feature for its owner, as an export is.
    """

    class Meta:
        table_name = table("files")

    by_owner = ByOwner()
    by_opening = Open()

    id = UnicodeAttribute(hash_key=True, default_for_new=new_id)
    owner_id = UnicodeAttribute()
    name = UnicodeAttribute()
    content_type = UnicodeAttribute()
    size = IntegerAttribute()
    sha256 = UnicodeAttribute(null=True)
    state = UnicodeAttribute(default=State.PENDING.value)
    reason = UnicodeAttribute(null=True)
    width = IntegerAttribute(null=True)
    height = IntegerAttribute(null=True)
    used_by = UnicodeSetAttribute(null=True, default=set)
    counts = BooleanAttribute(default=True)
    shelf = UnicodeAttribute(null=True)
    expires_at = IntegerAttribute(null=True)

    @property
    def is_image(self) -> bool:
        """Whether thumbnails are made of it."""
        kind = kinds.of_type(self.content_type)
        return kind is not None and kind.is_image

    @property
    def is_open(self) -> bool:
        """Whether its bytes are not accepted yet, nor refused."""
        return self.state in OPEN

    @classmethod
    def announced(cls, **fields: object) -> "File":
        """A file whose bytes are to come, which counts."""
        made = cls(**fields)
        made.shelf = f"{_OPEN}#{shard_of(made.id)}"
        return made

    def stands(self) -> Condition:
        """That it is where it was when it was read."""
        standing: Condition = File.state == self.state
        return standing

    def is_unused(self) -> Condition:
        """That it is where it was, and nothing uses it."""
        unused: Condition = self.stands() & File.used_by.does_not_exist()
        return unused

    def moving(self, state: State, **fields: object) -> list[Action]:
        """The actions that bring it to another state, and set fields."""
        values = {"state": state.value, "updated_at": clock.now(), **fields}
        actions = [getattr(File, name).set(value) for name, value in values.items()]
        if state not in OPEN:
            actions.append(File.shelf.remove())
        return [*actions, File.version.add(1)]

    @classmethod
    def find(cls, file_id: str) -> "File | None":
        """The file of that id, read consistently: one call."""
        return cls._one({"id": {"S": file_id}})


class Quota(MarkedRow):
    """How many files, and bytes of them, an account has."""

    class Meta:
        table_name = table("files")

    id = UnicodeAttribute(hash_key=True)
    files = IntegerAttribute(default=0)
    bytes = IntegerAttribute(default=0)

    @classmethod
    def of(cls, owner_id: str) -> "Quota":
        """The row of an account, unread."""
        return cls(f"quota#{owner_id}")


def taking(files: int, size: int) -> list[Action]:
    """Count so many files and bytes more, or with negative numbers less."""
    return [Quota.files.add(files), Quota.bytes.add(size)]


def room_for(files: int, size: int) -> Condition:
    """That an account may have so many files and bytes more."""
    known: Condition = (Quota.files <= FILES - files) & (Quota.bytes <= BYTES - size)
    room: Condition = Quota.id.does_not_exist() | known
    return room


def of_owner(owner_id: str) -> Span:
    """An account's files, newest first."""
    return Span(File, "owner", (owner_id,), File.id)


def all_of_owner(owner_id: str) -> Iterator[File]:
    """Every file of an account, newest first, read page by page from the index."""
    for rows in of_owner(owner_id).pages(owner_id, _PAGE):
        yield from (File.from_raw_data(row) for row in rows)


def open_before(seconds: float) -> Iterator[str]:
    """The ids of files that were announced before a time (epoch seconds) and are open yet."""
    span = Span(File, "open", shards(_OPEN), File.id)
    for shard in span.partitions:
        for rows in span.pages(shard, _PAGE, derived_id(seconds)):
            yield from (row["id"]["S"] for row in rows)
