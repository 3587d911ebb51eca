"""Exports, imports and reports over HTTP."""

from typing import Annotated, Any

from fastapi import Header, Path, Query
from starlette.responses import Response

from handler.core.errors import WriteConflict
from handler.core.http import Moderator, Router, SignedIn, creates, raises
from handler.files import FileNotFound, FileNotReady
from handler.jobs import Handle
from handler.transfers import exports, imports, reports
from handler.transfers.exports import KindNotFound
from handler.transfers.formats import FORMATS, Name
from handler.transfers.models import DayReport
from handler.transfers.schemas import ExportIn, ImportIn, ReportOut, ReportQuery, TransferOut

router = Router(tags=["transfers"])

Kind = Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", examples=["items"])]
_SVG = "image/svg+xml"
_TEXT = {"schema": {"type": "string"}}
_LATER = {
    "description": "They are too many: a job makes a file of them.",
    "headers": {"Location": {"description": "The job.", "schema": {"type": "string"}}},
}


def _answers(name: Name) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {FORMATS[name].content_type: _TEXT}}, 303: _LATER}


def _told(found: str | Handle, kind: str, name: Name) -> Response:
    """Rows as a download, or where the export of them is."""
    if isinstance(found, Handle):
        return Response(status_code=303, headers={"Location": found.url})
    shown = {"Content-Disposition": f'attachment; filename="{kind}.{name}"'}
    return Response(found, headers=shown, media_type=FORMATS[name].content_type)


@router.get("/{kind}.csv", responses=_answers("csv"), response_class=Response)
@raises(KindNotFound, WriteConflict)
def get_csv(caller: SignedIn, kind: Kind) -> Response:
    """Your rows of a kind as CSV, the oldest first: `/items.csv`, or all about you, `/account.csv`.

    With 303 the job that makes a file of them, where they do not fit one answer.
    """
    return _told(exports.export_at_once(caller, kind, "csv"), kind, "csv")


@router.get("/{kind}.jsonl", responses=_answers("jsonl"), response_class=Response)
@raises(KindNotFound, WriteConflict)
def get_jsonl(caller: SignedIn, kind: Kind) -> Response:
    """Your rows of a kind as JSON lines, the oldest first: `/items.jsonl`, `/account.jsonl`.

    With 303 the job that makes a file of them, where they do not fit one answer.
    """
    return _told(exports.export_at_once(caller, kind, "jsonl"), kind, "jsonl")


@router.post("/exports", status_code=202, response_model=TransferOut)
@creates("/jobs/{id}")
@raises(WriteConflict)
def create_export(caller: SignedIn, body: ExportIn) -> Handle:
    """Have a file made of your rows of a kind, or of everything that is held about you.

    The job's result names the file.
    """
    return exports.request_export(caller, body)


@router.post("/imports", status_code=202, response_model=TransferOut)
@creates("/jobs/{id}")
@raises(FileNotFound, FileNotReady, KindNotFound, WriteConflict)
def create_import(caller: SignedIn, body: ImportIn) -> Handle:
    """Create what the rows of one of your files say.

    The job shows how far it is. Its result counts the rows, and names a file that tells of every
    refused row its line and the reason. Importing the same file again creates only what is missing.
    """
    return imports.request_import(caller, body)


@router.get("/reports/daily", response_model=ReportOut, responses={200: {"content": {_SVG: _TEXT}}})
def get_daily_reports(
    _caller: Moderator,
    query: Annotated[ReportQuery, Query()],
    accept: Annotated[str, Header(max_length=1000)] = "",
) -> Any:
    """What each day has brought: as JSON, or with `Accept: image/svg+xml` as a chart."""
    return _shown(reports.list_days(query), accept)


def _shown(days: list[DayReport], accept: str) -> Any:
    if _SVG not in accept:
        return {"items": days}
    from handler.transfers import charts  # noqa: PLC0415 - its library is for charts alone

    return Response(charts.draw(days), media_type=_SVG)
