"""Jobs of transfers."""

from typing import Any

from handler.jobs import Run, handles
from handler.transfers import chunks, exports, imports, reports
from handler.transfers.schemas import ComputeReport, Export, Import, ImportChunk


@handles(Export)
def export(job: Export, run: Run) -> dict[str, Any]:
    """Write an account's rows into a file."""
    return exports.make_file(job, run)


@handles(Import)
def import_(job: Import, run: Run) -> None:
    """Cut a file into chunks, and report when all are done."""
    imports.run_import(job, run)


@handles(ImportChunk)
def import_chunk(job: ImportChunk, run: Run) -> dict[str, Any]:
    """Create what some rows of a file say."""
    return chunks.create_rows(job, run)


@handles(ComputeReport)
def compute_report(job: ComputeReport, run: Run) -> None:
    """Count what a day has brought."""
    reports.compute(job, run)
