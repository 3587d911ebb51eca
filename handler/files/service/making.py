"""How features make files for accounts: exports, reports."""

import hashlib
import io
from typing import BinaryIO

from handler.core.ids import new_id
from handler.core.writes import Refused, put
from handler.files import storage
from handler.files.models import File
from handler.files.states import State


def store(
    owner_id: str,
    *,
    name: str,
    content_type: str,
    content: BinaryIO | bytes,
    file_id: str | None = None,
) -> File:
    """Keep a file that a feature has made for an account: ready at once, and counted to no quota.

    Content is bytes or a file that can be read twice. With an id, again is the same as once: the
    file that is there is returned. Raises Unavailable.
    """
    stood = File.find(file_id) if file_id else None
    if stood is not None:
        return stood
    file = File(id=file_id or new_id(), owner_id=owner_id, name=name, content_type=content_type)
    file.state, file.counts = State.READY.value, False
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    file.size, file.sha256 = _measured(stream)
    storage.put_original(file, stream)
    try:
        put(file, File.id.does_not_exist())
    except Refused as refused:
        return refused.row  # type: ignore[no-any-return] # the row of a File
    return file


def _measured(stream: BinaryIO) -> tuple[int, str]:
    """The length and the SHA-256 of a stream, which then stands at its start again."""
    stream.seek(0)
    size, digest = 0, hashlib.sha256()
    while chunk := stream.read(storage.CHUNK):
        size += len(chunk)
        digest.update(chunk)
    stream.seek(0)
    return size, digest.hexdigest()
