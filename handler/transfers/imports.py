"""Imports: a file is cut into chunks, each is a job, and a report names every row that was refused.

What a row creates has an id that follows from the file and the line. So whatever is done again,
a chunk after a crash or the whole import, creates what is not there yet, and nothing twice.
"""

import csv
import io
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO

from handler import accounts, files
from handler.core import clock, limits
from handler.core.auth import Caller
from handler.core.ids import numbered_id, seconds_of
from handler.jobs import GiveUp, Handle, Run, transaction
from handler.transfers import chunks, plans, registry
from handler.transfers.cells import guarded
from handler.transfers.chunks import Refusal
from handler.transfers.exports import TRANSFERS, KindNotFound
from handler.transfers.formats import FORMATS
from handler.transfers.schemas import ComputeReport, Import, ImportChunk, ImportIn


def request_import(caller: Caller, body: ImportIn) -> Handle:
    """Have the rows of a file of the caller's created. While that is under way, it is that import.

    Raises FileNotFound, FileNotReady, KindNotFound, RateLimited, Unavailable.
    """
    limits.spend(TRANSFERS, caller.id)
    file = files.ready_file(caller.id, body.file_id)
    kind = body.kind or next(iter(registry.importables), None)
    if kind is None:
        raise KindNotFound
    job = Import(file_id=file.id, kind=kind, format=body.format)
    with transaction() as writes:
        writes.result = handle = writes.enqueue(job, owner=caller.id, unique=file.id)
    return handle


def run_import(job: Import, run: Run) -> None:
    """Cut the file and spawn its chunks; then, when all have ended, report.

    Raises FileUnfit, GiveUp, Unavailable.
    """
    if run.owner is None or not accounts.is_open(run.owner):
        raise GiveUp("The account is closed.")
    blocks = files.open_content(files.ready_file(run.owner, job.file_id))
    cut = plans.plan(blocks, FORMATS[job.format], registry.importables[job.kind])
    pieces = [chunks.job_of(job, cut.columns, piece) for piece in cut.pieces]
    if run.joined:
        _report(job, run, run.owner, pieces)
    else:
        run.spawn(pieces)


def _report(job: Import, run: Run, owner_id: str, pieces: list[ImportChunk]) -> None:
    """Store the report of an import that is done, and say what came of it."""
    with tempfile.TemporaryFile() as content:
        counts = _write_report(content, _outcomes(run, owner_id, pieces))
        content.seek(0)
        report = files.store(
            owner_id,
            name="import-report.csv",
            content_type="text/csv",
            content=content,
            file_id=numbered_id(run.id, 1),
        )
    result = {**counts, "report": {"file_id": report.id, "url": f"/files/{report.id}"}}
    with run.transaction(result) as writes:
        day = datetime.fromtimestamp(seconds_of(job.file_id), UTC).date()
        if day < clock.now().date():  # its items are of that day, which was counted without them
            writes.enqueue(ComputeReport(day=day), unique=day.isoformat())


def _outcomes(run: Run, owner_id: str, pieces: list[ImportChunk]) -> Iterator[chunks.Outcome]:
    """What became of each chunk; of one that did not succeed every row is named."""
    for piece, child in zip(pieces, run.children(), strict=True):
        yield (
            chunks.told(child.result())
            if child.state == "succeeded"
            else chunks.undone(piece, owner_id)
        )


def _write_report(content: BinaryIO, outcomes: Iterator[chunks.Outcome]) -> dict[str, int]:
    """Write a line for each reason to refuse a row. Returns how many rows there were of which."""
    text = io.TextIOWrapper(content, "utf-8", newline="", write_through=True)
    lines = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(Refusal._fields)
    imported = refused = 0
    for outcome in outcomes:
        imported += outcome.imported
        refused += len({refusal.line for refusal in outcome.refusals})
        lines.writerows(map(_guarded, outcome.refusals))
    text.detach()
    return {"rows": imported + refused, "imported": imported, "refused": refused}


def _guarded(refusal: Refusal) -> tuple[int | str, ...]:
    """As it is written: a field's name may be the file's own."""
    return refusal.line, *map(guarded, refusal[1:])
