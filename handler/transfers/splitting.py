"""Where the records of a file begin and end: read in blocks, never whole, however odd the file is.

A record of a CSV may have several lines, where a quote holds them together. One whose quote does
not close within `RECORD_BYTES`, or before the end, is taken for a mistake in its first line: that
line is a record of its own, without content, and reading goes on behind it. Whatever is split again
from a record's start on falls into the same records.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

RECORD_BYTES = 64 * 1024
"""Bytes of a record: the largest item takes half of it in any format."""

_QUOTED = re.compile(rb'(?:[^"]++|"")*+"')
_QUOTE, _COMMA = b'"', b","


@dataclass(frozen=True, slots=True)
class Record:
    """Some bytes of a file, from the number of their first line on; no content if too long."""

    line: int
    start: int
    end: int
    content: bytes | None


def lines(blocks: Iterable[bytes], start: int = 0, line: int = 1) -> Iterator[Record]:
    """Each line of what begins at an offset with that line, with its line end."""
    pending, size = bytearray(), 0
    for block in blocks:
        for part in _parts(block):
            size += len(part)
            if len(pending) <= RECORD_BYTES:
                pending += part[: RECORD_BYTES + 1]
            if part.endswith(b"\n"):
                yield _line(line, start, size, pending)
                start, size, line = start + size, 0, line + 1
                pending.clear()
    if size:
        yield _line(line, start, size, pending)


def _parts(block: bytes) -> Iterator[bytes]:
    """A block up to and with each line feed; a carriage return alone may stand within a cell."""
    begin = 0
    while (end := block.find(b"\n", begin)) >= 0:
        yield block[begin : end + 1]
        begin = end + 1
    if begin < len(block):
        yield block[begin:]


def _line(line: int, start: int, size: int, content: bytearray) -> Record:
    fits = size <= RECORD_BYTES
    return Record(line, start, start + size, bytes(content) if fits else None)


def rows(found: Iterator[Record]) -> Iterator[Record]:
    """The records of a CSV, from its lines."""
    waiting: deque[Record] = deque()
    while True:
        first = waiting.popleft() if waiting else next(found, None)
        if first is None:
            return
        joined = _joined(first, waiting, found)
        yield joined or Record(first.line, first.start, first.end, None)


def _joined(first: Record, waiting: deque[Record], found: Iterator[Record]) -> Record | None:
    """The record that begins with a line; None if its quote does not close in time.

    Lines that were looked at in vain are left waiting.
    """
    taken, inside, last = 0, False, first
    parts: list[bytes] = []
    while last.content is not None:
        parts.append(last.content)
        inside = _inside(last.content, inside=inside)
        if not inside:
            for _ in range(taken):
                waiting.popleft()
            return Record(first.line, first.start, last.end, b"".join(parts))
        if taken == len(waiting):
            following = next(found, None)
            if following is None:
                return None
            waiting.append(following)
        last = waiting[taken]
        taken += 1
        if last.end - first.start > RECORD_BYTES:
            return None
    return None


def _inside(line: bytes, *, inside: bool) -> bool:
    """Whether a quote is open behind a line, given whether one was before it (RFC 4180, 2)."""
    at = 0
    while inside or (at := _opening(line, at)) >= 0:
        closed = _QUOTED.match(line, at)
        if closed is None:
            return True
        inside, at = False, line.find(_COMMA, closed.end()) + 1
        if at == 0:
            return False
    return False


def _opening(line: bytes, at: int) -> int:
    """Where the content of the next quoted cell begins, from the start of a cell on; or -1."""
    if line.startswith(_QUOTE, at):
        return at + 1
    found = line.find(b',"', at)
    return found + 2 if found >= 0 else -1
