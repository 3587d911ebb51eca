"""How small files come through the API: in a form, instead of being announced."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Protocol

from pydantic import ValidationError

from handler.core import limits
from handler.core.auth import Caller
from handler.core.errors import InputInvalid, TooLarge
from handler.files import kinds, storage
from handler.files.models import File
from handler.files.schemas import FileIn
from handler.files.service.checking import order_check
from handler.files.service.uploads import UPLOADS, ContentTypeRefused, add
from handler.jobs import transaction

_DIRECT = 4_000_000
"""Bytes that come through the API at once (api.md, "Files"): Lambda takes 6 MB, in base64."""


class UploadTooLarge(TooLarge):
    """More than what comes through the API."""

    detail = "Files sent here may have 4 MB in all. Announce longer ones at POST /files."


class Part(Protocol):
    """A file as a form holds it."""

    filename: str | None
    file: BinaryIO

    @property
    def content_type(self) -> str | None:
        """What the client says that it is."""
        ...


@dataclass(frozen=True, slots=True)
class Received:
    """The files of one form."""

    items: list[File]


def receive_one(caller: Caller, part: Part) -> File:
    """Take a file that came in a form. Raises as `receive`."""
    (file,) = _receive(caller, [part], lambda files: files[0])
    return file


def receive(caller: Caller, parts: Sequence[Part]) -> Received:
    """Take the files of a form: all of them, or none.

    Raises InputInvalid, ContentTypeRefused, UploadTooLarge, QuotaExceeded, RateLimited,
    Unavailable.
    """
    return Received(_receive(caller, parts, Received))


def _receive(
    caller: Caller, parts: Sequence[Part], answer: Callable[[list[File]], object]
) -> list[File]:
    """Bytes first: who reads a row may count on them. Those that no row tells of are forgotten."""
    limits.spend(UPLOADS, caller.id)
    contents = [part.file.read() for part in parts]
    if sum(map(len, contents)) > _DIRECT:
        raise UploadTooLarge
    bodies = [_announcement(*one) for one in zip(parts, map(len, contents), strict=True)]
    files = [File.announced(owner_id=caller.id, **body.model_dump()) for body in bodies]
    for file, content in zip(files, contents, strict=True):
        storage.put_upload(file, content)
    with transaction(answer(files)) as writes:
        add(writes, caller.id, *files)
        for file in files:
            order_check(writes, file)
    return files


def _announcement(part: Part, size: int) -> FileIn:
    """What is said of a file in a form; the ending of its name, where its type says nothing.

    Raises InputInvalid, ContentTypeRefused, FileTooLarge.
    """
    name = PurePosixPath((part.filename or "").replace("\\", "/")).name  # some send a path
    kind = kinds.of_type(part.content_type or "") or kinds.of_name(name)
    if kind is None:
        raise ContentTypeRefused
    try:
        return FileIn(name=name, content_type=kind.content_type, size=size)
    except ValidationError as error:
        raise InputInvalid([_told(one) for one in error.errors()]) from error


def _told(error: Any) -> dict[str, object]:
    """Of a field that follows from a part: where in the body, and never what."""
    return {"loc": ["body", *error["loc"]], "type": error["type"], "msg": error["msg"]}
