"""What crosses a wire: files as clients announce and get them, and the room's jobs."""

import re
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import Id, In, Line, Out, Query
from handler.files.states import State
from handler.jobs import Job

_NAME_MAX = 255  # what file systems take
_SHA256 = r"^[0-9a-f]{64}$"
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of text, so that `gpj.exe` may be read as `exe.jpg`."""


def _no_path(name: str) -> str:
    if "/" in name or "\\" in name or name in {".", ".."}:
        raise ValueError("must be a name, without a path")
    return name


def _unturned(name: str) -> str:
    if _TURNING.search(name):
        raise ValueError("must not turn the direction of text")
    return name


_NEVER = r"/\\\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NAME = rf"^[^{_NEVER}]*[^\s.{_NEVER}][^{_NEVER}]*$"
FileName = Annotated[
    Line,
    Field(max_length=_NAME_MAX, json_schema_extra={"pattern": _NAME}),
    AfterValidator(_no_path),
    AfterValidator(_unturned),
]


class FileIn(In):
    """A file that is about to be uploaded. The upload has to be exactly of this type and size."""

    name: FileName = Field(examples=["lamp.jpg"])
    content_type: Annotated[str, Field(max_length=100, examples=["image/jpeg"])]
    size: Annotated[int, Field(ge=1, description="Bytes.", examples=[123456])]
    sha256: Annotated[str, StringConstraints(pattern=_SHA256)] | None = Field(
        default=None,
        description="Of the bytes, in hexadecimal: what is uploaded is held against it.",
    )


class FileQuery(Query):
    """Which page of the own files to list."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str | None, Field(max_length=600)] = None


class FileOut(Out):
    """A file. Until it is checked, `size` and `sha256` are what was promised."""

    id: Id
    name: str
    content_type: str
    size: int
    sha256: str | None
    state: State
    reason: str | None = Field(description="Why it was rejected, in a word for programs.")
    width: int | None = Field(description="Pixels of an image that is ready.")
    height: int | None
    version: int
    created_at: datetime
    updated_at: datetime


class FilePageOut(Out):
    """A page of files."""

    items: list[FileOut]
    next: str | None


class FilesOut(Out):
    """The files of one upload."""

    items: list[FileOut]


class FormOut(Out):
    """A form for the bytes: POST it to `url` as multipart, its fields first and `file` last."""

    url: str
    fields: dict[str, str]
    expires_in: int = Field(description="Seconds.")


class UploadOut(Out):
    """A file that was announced, and the form that takes its bytes."""

    file: FileOut
    form: FormOut


class LinkOut(Out):
    """A URL that gives the content to whoever has it, for a short time."""

    url: str
    expires_in: int = Field(description="Seconds.")


class CheckFile(Job, name="files.check"):
    """Look at the bytes of a file that was uploaded, and accept or reject them."""

    owner_id: str
    file_id: str


class CheckLongFile(Job, name="files.check_long", queue="slow", timeout=300):
    """The same for what is longer than most: a hundred megabytes of JSON take seconds to read."""

    owner_id: str
    file_id: str


class MakeThumbnails(Job, name="files.make_thumbnails", queue="slow", timeout=120):
    """Make the thumbnails of an image that was checked; it is ready then."""

    owner_id: str
    file_id: str


class DeleteObjects(Job, name="files.delete_objects"):
    """Delete whatever is kept of a file that is gone."""

    owner_id: str
    file_id: str


class SweepFiles(Job, name="files.sweep", queue="slow", timeout=600, cron="*/15 * * * *"):
    """Look after files that were announced long ago and are open yet."""
