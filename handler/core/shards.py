"""Sorted lists without a hot partition: a list is spread over shards and merged when it is read.

A DynamoDB partition takes 1,000 writes a second. What every row of a table would share (a constant
key for "all, by time") is therefore split by a hash of the row's id into `SHARDS` partitions. A
reader asks all of them at once for one page each and merges: the work of a page depends on the
page's length and the number of shards, never on the length of the list.
"""

import heapq
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from pynamodb.attributes import Attribute
from pynamodb.expressions.condition import Condition

from handler.core.records import RawRow, Row
from handler.core.together import together

SHARDS = 16
"""10,000 writes a second are 625 for each shard (DynamoDB's limit is 1,000 a partition), and 100
million rows of 1 KB are 6 GB for each (a partition holds 10 GB before it is split)."""
ROWS_READ = 1000
"""Rows that one page may read before it ends short (api.md, "Lists")."""
_GROWTH = 4  # each further read of a shard asks for so many times more rows


def shard_of(id_: str) -> str:
    """Which shard an id falls into, for ever: `00` to `15`."""
    return f"{zlib.crc32(id_.encode()) % SHARDS:02}"


def shards(prefix: str) -> tuple[str, ...]:
    """The partitions of a sharded list: its prefix with each shard."""
    return tuple(f"{prefix}#{shard:02}" for shard in range(SHARDS))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a sorted list that lies in one or more partitions of a table or an index.

    Ascending spans have both bounds (inclusive). Descending ones have none and read from the end.
    """

    model: type[Row]
    index: str | None
    partitions: tuple[str, ...]
    sort: Attribute[str]
    low: str = ""
    high: str = ""

    @property
    def ascending(self) -> bool:
        """Whether it is read from its low end."""
        return bool(self.high)

    def query(
        self, partition: str, after: str | None, limit: int
    ) -> tuple[list[RawRow], str | None]:
        """One Query: rows behind a position, and where it stopped, or None at the end."""
        condition: Condition | None = None
        if self.ascending:
            condition = self.sort.between(f"{after}\0" if after else self.low, self.high)
        elif after:
            condition = self.sort < after
        answer = self.model._get_connection().query(  # noqa: SLF001 - PynamoDB names it so
            partition,
            range_key_condition=condition,
            index_name=self.index,
            limit=limit,
            scan_index_forward=self.ascending,
        )
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], last[self.sort.attr_name]["S"] if last else None

    def pages(self, partition: str, limit: int, after: str | None = None) -> Iterator[list[RawRow]]:
        """All rows of a partition, or those behind a position: a Query for each page."""
        more = True
        while more:
            rows, after = self.query(partition, after, limit)
            yield rows
            more = after is not None


@dataclass(slots=True)
class _Stream:
    """One partition of a span while it is read."""

    partition: str
    after: str | None
    more: bool = True
    rows: deque[RawRow] = field(default_factory=deque)


class Merge:
    """Reads a span in order from behind a position, at most `ROWS_READ` rows of it."""

    def __init__(self, span: Span, after: str | None, page: int) -> None:
        self._span = span
        self.sort = span.sort.attr_name
        self._chunk = page + 1  # one more than is shown tells whether there is more
        self._left = ROWS_READ + len(span.partitions)
        self._streams = [_Stream(partition, after) for partition in span.partitions]
        self._heap: list[tuple[_Head, _Stream]] = []
        self.position = after

    @property
    def more(self) -> bool:
        """Whether anything is left behind what was taken."""
        return any(stream.rows or stream.more for stream in self._streams)

    def take(self, count: int) -> list[RawRow]:
        """The next rows in order: fewer than asked only at the end of the list or of the bound."""
        taken: list[RawRow] = []
        while len(taken) < count and self._feed():
            row = self._pop()
            self.position = row[self.sort]["S"]
            taken.append(row)
        return taken

    def _pop(self) -> RawRow:
        _, stream = self._heap[0]
        row = stream.rows.popleft()
        if stream.rows:
            heapq.heapreplace(self._heap, (self._head(stream), stream))
        else:
            heapq.heappop(self._heap)
        return row

    def _head(self, stream: _Stream) -> "_Head":
        return _Head(stream.rows[0][self.sort]["S"], self._span.ascending)

    def _feed(self) -> bool:
        """Make sure the next row is known. False at the end, or when the bound is reached.

        Where one stream runs dry the others soon will, so all are asked again at once. A stream
        that answered without rows and is not at its end may still have the next one.
        """
        while any(stream.more and not stream.rows for stream in self._streams):
            open_ = [stream for stream in self._streams if stream.more]
            chunk = min(self._chunk, self._left // len(open_))
            if chunk == 0:
                return False
            self._chunk *= _GROWTH
            for stream, answer in zip(open_, self._ask(open_, chunk), strict=True):
                self._fill(stream, *answer)
        return bool(self._heap)

    def _fill(self, stream: _Stream, rows: list[RawRow], last: str | None) -> None:
        self._left -= len(rows) or 1  # answers without rows come to an end too
        stream.after, stream.more = last, last is not None
        was_dry = not stream.rows
        stream.rows.extend(rows)
        if was_dry and rows:
            heapq.heappush(self._heap, (self._head(stream), stream))

    def _ask(self, streams: Sequence[_Stream], chunk: int) -> list[tuple[list[RawRow], str | None]]:
        query = self._span.query
        return together([partial(query, one.partition, one.after, chunk) for one in streams])


@dataclass(frozen=True, slots=True)
class _Head:
    """The sort key of a stream's next row, ordered as the span is read."""

    key: str
    ascending: bool

    def __lt__(self, other: "_Head") -> bool:
        return (self.key < other.key) == self.ascending and self.key != other.key
