"""How a file is cut into pieces: places in it, found by reading it once in blocks.

A file does not change once it is ready, so whoever cuts it again gets the same pieces.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from handler.transfers import formats, splitting
from handler.transfers.cells import Column
from handler.transfers.formats import Format, Unreadable
from handler.transfers.schemas import FileUnfit
from handler.transfers.splitting import Record
from handler.transfers.transferable import Importable

ROWS = 250
"""Records of a piece: half a second's work, so that ends of jobs do not meet at their parent, and a
worker gets through the ten that it is handed at once."""
_PIECE_BYTES = 1_000_000  # of the longest: what a worker reads at once


@dataclass(frozen=True, slots=True)
class Piece:
    """The bytes of some records, and the number of their first line."""

    start: int
    end: int
    line: int


@dataclass(frozen=True, slots=True)
class Plan:
    """The columns that a file says it has, and its pieces."""

    columns: tuple[str, ...]
    pieces: Sequence[Piece]


def plan(blocks: Iterable[bytes], format_: Format, kind: Importable) -> Plan:
    """Cut a file. Raises FileUnfit for a header that does not fit."""
    records = format_.split(splitting.lines(blocks))
    columns = _header(records, kind) if format_.has_header else ()
    return Plan(columns, list(_pieces(records)))


def _header(records: Iterator[Record], kind: Importable) -> tuple[str, ...]:
    first = next(records, None)
    try:
        names = formats.names_in(formats.text_of(first)) if first else []
    except Unreadable as error:
        raise FileUnfit(f"Its first line is no header: {error.told}.") from error
    known = [column.name for column in kind.columns]
    needed = _required(kind)
    if len(names) != len(set(names)) or not needed <= set(names) <= set(known):
        raise FileUnfit(
            f"Its header names {', '.join(sorted(needed))}, and perhaps "
            f"{', '.join(name for name in known if name not in needed)}: each once, nothing else."
        )
    return tuple(names)


def _required(kind: Importable) -> set[str]:
    fields = kind.shape.model_fields.items()
    return {name for name, field in fields if field.is_required()}


def columns_of(kind: Importable, names: Sequence[str]) -> list[Column]:
    """The columns of those names, in that order."""
    known = {column.name: column for column in kind.columns}
    return [known[name] for name in names]


def _pieces(records: Iterator[Record]) -> Iterator[Piece]:
    taken: list[Record] = []
    for record in records:
        if taken and (len(taken) == ROWS or record.end - taken[0].start > _PIECE_BYTES):
            yield Piece(taken[0].start, taken[-1].end, taken[0].line)
            taken = []
        taken.append(record)
    if taken:
        yield Piece(taken[0].start, taken[-1].end, taken[0].line)
