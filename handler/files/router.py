"""Files over HTTP."""

from typing import Annotated, Any

from fastapi import File as FormFile
from fastapi import Header, Path, Query, UploadFile
from starlette.responses import RedirectResponse, Response

from handler.core.errors import RateLimited, WriteConflict
from handler.core.http import Expected, Router, SignedIn, creates, raises
from handler.core.ids import ID_PATTERN
from handler.core.pages import CursorInvalid, Page
from handler.files.models import File
from handler.files.schemas import (
    FileIn,
    FileOut,
    FilePageOut,
    FileQuery,
    FilesOut,
    LinkOut,
    UploadOut,
)
from handler.files.service import access, receiving, removing, showing, uploads
from handler.files.service.access import FileNotFound, FileNotReady
from handler.files.service.receiving import Received, UploadTooLarge
from handler.files.service.removing import FileInUse
from handler.files.service.showing import ThumbnailNotFound
from handler.files.service.uploads import ContentTypeRefused, FileTooLarge, QuotaExceeded, Upload
from handler.files.states import Size
from handler.files.storage import Link

router = Router(tags=["files"])

_AT_ONCE = 10  # files of one form: each costs three writes of the one transaction that takes them

FileId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])]
Accept = Annotated[str, Header(include_in_schema=False)]
ELSEWHERE: dict[int | str, dict[str, Any]] = {
    307: {
        "description": "The content is at this URL, for a short time.",
        "headers": {"Location": {"description": "A signed URL.", "schema": {"type": "string"}}},
    }
}
"""What a route that leads to content answers, unless JSON is accepted."""
_WEBP = "image/webp"
PHOTO: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The photo, re-encoded and without metadata.",
        "content": {_WEBP: {"schema": {"type": "string", "format": "binary"}}},
    }
}
_YEAR = {"Cache-Control": "public, max-age=31536000, immutable"}
"""A photo's bytes never change; what is shown no more may live on in caches for as long."""


@router.post("/files", status_code=201, response_model=UploadOut)
@creates("/files/{id}", once=False)
@raises(ContentTypeRefused, FileTooLarge, QuotaExceeded, RateLimited, WriteConflict)
def create_file(caller: SignedIn, body: FileIn) -> Upload:
    """Announce a file, and get a form that takes its bytes.

    POST them to `form.url` within five minutes as `multipart/form-data`: the fields of the form
    first, then the bytes as `file`. They are checked then; the file's state tells.
    """
    return uploads.create_upload(caller, body)


@router.post("/upload", status_code=201, response_model=FileOut)
@creates("/files/{id}")
@raises(ContentTypeRefused, UploadTooLarge, QuotaExceeded, RateLimited, WriteConflict)
def upload_file(caller: SignedIn, file: Annotated[UploadFile, FormFile()]) -> File:
    """Upload a small file in one request; up to 4 MB."""
    return receiving.receive_one(caller, file)


@router.post("/upload-multiple", status_code=201, response_model=FilesOut)
@creates("/files")
@raises(ContentTypeRefused, UploadTooLarge, QuotaExceeded, RateLimited, WriteConflict)
def upload_files(
    caller: SignedIn,
    files: Annotated[list[UploadFile], FormFile(min_length=1, max_length=_AT_ONCE)],
) -> Received:
    """Upload some small files in one request; up to 4 MB in all. All of them are taken, or none."""
    return receiving.receive(caller, files)


@router.get("/files", response_model=FilePageOut)
@raises(CursorInvalid)
def list_files(caller: SignedIn, query: Annotated[FileQuery, Query()]) -> Page[File]:
    """List your files, newest first."""
    return access.list_files(caller, query)


@router.get("/files/{file_id}", response_model=FileOut)
@raises(FileNotFound)
def get_file(caller: SignedIn, file_id: FileId) -> File:
    """Read where a file of yours stands."""
    return access.get_file(caller, file_id)


@router.get("/files/{file_id}/content", response_model=LinkOut, responses=ELSEWHERE)
@raises(FileNotFound, FileNotReady)
def get_file_content(
    caller: SignedIn, file_id: FileId, accept: Accept = ""
) -> Link | RedirectResponse:
    """Download a file of yours: you are sent to a URL that holds for two minutes.

    With `Accept: application/json` the URL is answered instead, for pages of other origins.
    """
    return led_to(access.link_to_content(caller, file_id), accept)


@router.get("/files/{file_id}/thumbnail", response_model=LinkOut, responses=ELSEWHERE)
@raises(FileNotFound, FileNotReady, ThumbnailNotFound)
def get_file_thumbnail(
    caller: SignedIn, file_id: FileId, size: Size, accept: Accept = ""
) -> Link | RedirectResponse:
    """See an image of yours, re-encoded as webp: you are sent to a URL that holds for two minutes.

    The longer side has at most 160, 480 or 1280 pixels. With `Accept: application/json` the URL is
    answered instead, for pages of other origins.
    """
    return led_to(showing.link_to_thumbnail(caller, file_id, size), accept)


@router.get("/photos/{file_id}/{size}.webp", response_class=Response, responses=PHOTO)
@raises(FileNotFound)
def get_photo(file_id: FileId, size: Size) -> Response:
    """See a photo of something public, as long as it is public. No limit counts this."""
    return Response(showing.public_photo(file_id, size), headers=_YEAR, media_type=_WEBP)


@router.delete("/files/{file_id}", status_code=204)
@raises(FileNotFound, FileInUse, WriteConflict)
def delete_file(caller: SignedIn, file_id: FileId, expected: Expected) -> None:
    """Delete a file for good."""
    removing.delete_file(caller, file_id, expected)


def led_to(link: Link, accept: str) -> Link | RedirectResponse:
    """The answer that leads to content: a redirect, or JSON for whoever accepts that."""
    return link if "application/json" in accept.lower() else RedirectResponse(link.url)
