"""One chunk of an import: its rows are read, checked and created, or refused with a reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from pydantic import ValidationError

from handler import accounts, files
from handler.core.ids import numbered_id
from handler.jobs import GiveUp, Run
from handler.transfers import formats, plans, registry, splitting
from handler.transfers.formats import FORMATS, Unreadable
from handler.transfers.plans import Piece
from handler.transfers.schemas import Import, ImportChunk
from handler.transfers.splitting import Record
from handler.transfers.transferable import Numbered

_AT_ONCE = 50  # rows between two looks for a cancellation
_TOLD = 200  # characters of a reason
_REASONS = 10  # of one row


class Refusal(NamedTuple):
    """Why a row is refused: where, by a code and for people. It never repeats the value."""

    line: int
    column: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows of a chunk are created by now, and why others were refused."""

    imported: int
    refusals: Sequence[Refusal]


def job_of(job: Import, columns: tuple[str, ...], piece: Piece) -> ImportChunk:
    """The job that imports a piece of a file."""
    return ImportChunk(
        file_id=job.file_id,
        kind=job.kind,
        format=job.format,
        columns=columns,
        start=piece.start,
        end=piece.end,
        line=piece.line,
    )


def create_rows(chunk: ImportChunk, run: Run) -> dict[str, Any]:
    """Create what a chunk's rows say and is not there yet. Returns what `told` reads.

    Raises GiveUp, JobCancelled, Unavailable.
    """
    if run.owner is None or not accounts.is_open(run.owner):
        raise GiveUp("The account is closed.")
    rows, refusals = _checked(chunk, run.owner)
    waiting = iter(rows)
    while some := list(islice(waiting, _AT_ONCE)):
        run.checkpoint()
        registry.importables[chunk.kind].create(run.owner, some)
    return {"imported": len(rows), "refused": refusals}


def told(result: dict[str, Any]) -> Outcome:
    """What a chunk's job has returned."""
    return Outcome(result["imported"], [Refusal(*one) for one in result["refused"]])


def undone(chunk: ImportChunk, owner_id: str) -> Outcome:
    """What is said of the rows of a chunk whose job did not succeed."""
    text = "Not done. Import the file again: what is missing will be created."
    lines = [record.line for record in _records(chunk, owner_id) if _is_row(record)]
    return Outcome(0, [Refusal(line, "", "not_done", text) for line in lines])


def _records(chunk: ImportChunk, owner_id: str) -> Iterator[Record]:
    file = files.ready_file(owner_id, chunk.file_id)
    blocks = files.open_content(file, chunk.start, chunk.end)
    return FORMATS[chunk.format].split(splitting.lines(blocks, chunk.start, chunk.line))


def _is_row(record: Record) -> bool:
    """Whether there is anything in it: empty lines are none."""
    return record.content is None or bool(record.content.strip())


def _checked(chunk: ImportChunk, owner_id: str) -> tuple[list[Numbered], list[Refusal]]:
    """The rows of a chunk that may be created, and why the others may not."""
    rows: list[Numbered] = []
    refusals: list[Refusal] = []
    for record in filter(_is_row, _records(chunk, owner_id)):
        try:
            content = _content(chunk, record)
        except Unreadable as error:
            refusals.append(Refusal(record.line, "", error.code, error.told))
        except ValidationError as error:
            refusals += _reasons(record.line, error)
        else:
            rows.append(Numbered(numbered_id(chunk.file_id, record.line), content))
    return rows, refusals


def _content(chunk: ImportChunk, record: Record) -> Any:
    kind = registry.importables[chunk.kind]
    columns = plans.columns_of(kind, chunk.columns)
    row = FORMATS[chunk.format].read(columns, formats.text_of(record))
    return kind.shape.model_validate(row)


def _reasons(line: int, error: ValidationError) -> Iterator[Refusal]:
    """The first rules that a row breaks; a field that nobody knows has the name it was given."""
    found = error.errors(include_input=False, include_context=False, include_url=False)
    for one in found[:_REASONS]:
        column = ".".join(str(part) for part in one["loc"])
        yield Refusal(line, column[:_TOLD], one["type"], one["msg"][:_TOLD])
