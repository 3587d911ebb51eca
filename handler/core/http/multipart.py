"""Forms with files (RFC 7578): read once, strictly, and in memory, since Lambda takes but 6 MB."""

import hashlib
from collections import Counter
from collections.abc import Collection
from typing import Any

from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from handler.core.errors import InputInvalid
from handler.core.http import problems

_NAME = 64  # characters of a field's name that are repeated


class _InMemory(MultiPartParser):
    """Starlette's parser, which would write longer files to disk, each on a hop to a thread."""

    spool_max_size = 6 * 1024 * 1024  # Lambda passes on no longer body
    _is_whole = False

    def on_end(self) -> None:
        self._is_whole = True

    async def parse(self) -> FormData:
        """The form. Raises FormInvalid for one that breaks off, of which Starlette takes a part."""
        form = await super().parse()
        if not self._is_whole:
            for file in self._files_to_close_on_error:
                file.close()
            raise problems.FormInvalid
        return form


async def read(request: Request, single: Collection[str], many: Collection[str]) -> FormData:
    """The form of a request, with fields of these names, once or many times.

    Raises MultipartExpected, FormInvalid, InputInvalid.
    """
    kind, _ = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data":
        raise problems.MultipartExpected
    try:
        form = await _InMemory(request.headers, request.stream()).parse()
    except (MultiPartException, ValueError) as error:
        raise problems.FormInvalid from error
    try:
        _check_fields(form, single, many)
    except InputInvalid:
        await form.close()
        raise
    return form


def _check_fields(form: FormData, single: Collection[str], many: Collection[str]) -> None:
    """Refuse unknown fields, and those that come twice where one is meant."""
    for name, count in Counter(name for name, _ in form.multi_items()).items():
        if name not in single and name not in many:
            raise InputInvalid.at("body", name[:_NAME], type_="extra_forbidden", msg="Unknown")
        if count > 1 and name not in many:
            raise InputInvalid.at("body", name, type_="repeated", msg="Give it once")


def content(form: FormData) -> Any:
    """What a form says, whatever it is divided by: the same for the same fields and files."""
    return [[name, *_part(value)] for name, value in form.multi_items()]


def _part(value: UploadFile | str) -> list[Any]:
    if isinstance(value, str):
        return [value]
    digest = hashlib.sha256(value.file.read()).hexdigest()
    value.file.seek(0)
    return [value.filename, value.content_type, digest]
