"""Forms with a file, read as they come: their fields are small, and the file is never in memory."""

import re
from collections.abc import Iterator, Mapping
from email.message import Message
from http import HTTPStatus
from typing import BinaryIO

from infra.local.calls import Readable
from infra.local.s3.refusals import Refusal, argument

_PIECE = 256 * 1024  # bytes that are read at once
_FIELDS = 20_480  # bytes that S3 takes before the file
_HEAD_END = b"\r\n\r\n"
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")  # RFC 2046


class Form:
    """The fields that stand before the file, by their names in lower case, and the file's name.

    What comes after the file is not looked at, as S3 does not. Raises Refusal.
    """

    def __init__(self, headers: Mapping[str, str], stream: Readable) -> None:
        self.fields: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._source = _Source(stream, _boundary(headers.get("content-type", "")))
        self.filename = self._read_up_to_file()

    def name(self, field: str) -> str:
        """A field's name as it was sent."""
        return self._names[field]

    def save(self, file: BinaryIO, most: int) -> int:
        """Write the content to a file, but no more than so many bytes. Returns how many came."""
        size = 0
        for piece in self._source.until_delimiter():
            file.write(piece[: max(0, most - size)])
            size += len(piece)
        return size

    def _read_up_to_file(self) -> str | None:
        read = 0
        for _ in self._source.until_delimiter():
            pass  # a preamble says nothing
        while (head := self._source.next_head()) is not None:
            name, filename = _disposition(head)
            if name.lower() == "file":
                return filename
            value = b""
            for piece in self._source.until_delimiter():
                read += len(piece)
                if read > _FIELDS:
                    raise _too_much_before_the_file()
                value += piece
            self._names[name.lower()] = name
            self.fields[name.lower()] = value.decode(errors="replace")
        raise argument("POST requires exactly one file upload per request.", "file", "0")


class _Source:
    """A multipart body, part by part."""

    def __init__(self, stream: Readable, boundary: bytes) -> None:
        self._stream = stream
        self._delimiter = b"\r\n--" + boundary
        self._buffer = b"\r\n"  # so that the first delimiter is like the others

    def until_delimiter(self) -> Iterator[bytes]:
        """What comes up to the next delimiter, in pieces."""
        return self._until(self._delimiter)

    def next_head(self) -> bytes | None:
        """The headers of the part that follows a delimiter; None after the last one."""
        while len(self._buffer) < len(b"--"):
            self._fill()
        if self._buffer.startswith(b"--"):
            return None
        head = b""
        for piece in self._until(_HEAD_END):
            head += piece
            if len(head) > _FIELDS:
                raise _too_much_before_the_file()
        return head

    def _until(self, mark: bytes) -> Iterator[bytes]:
        while (at := self._buffer.find(mark)) < 0:
            safe = max(0, len(self._buffer) - len(mark) + 1)
            piece, self._buffer = self._buffer[:safe], self._buffer[safe:]
            if piece:
                yield piece
            self._fill()
        piece, self._buffer = self._buffer[:at], self._buffer[at + len(mark) :]
        yield piece

    def _fill(self) -> None:
        more = self._stream.read(_PIECE)
        if not more:
            raise _malformed()
        self._buffer += more


def _boundary(content_type: str) -> bytes:
    message = Message()
    message["content-type"] = content_type
    if message.get_content_type() != "multipart/form-data":
        raise Refusal(
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            HTTPStatus.PRECONDITION_FAILED,
            Condition="Bucket POST must be of the enclosure-type multipart/form-data",
        )
    boundary = str(message.get_param("boundary", ""))
    if not _BOUNDARY.fullmatch(boundary):
        raise _malformed()
    return boundary.encode()


def _disposition(head: bytes) -> tuple[str, str | None]:
    """The name of a part, and that of its file."""
    lines = head.decode(errors="replace").split("\r\n")
    written = {
        name.strip().lower(): value for name, _, value in (one.partition(":") for one in lines)
    }
    message = Message()
    message["content-disposition"] = written.get("content-disposition", "")
    name = message.get_param("name", header="content-disposition")
    if message.get_content_disposition() != "form-data" or name is None:
        raise _malformed()
    filename = message.get_param("filename", header="content-disposition")
    return str(name), None if filename is None else str(filename)


def _malformed() -> Refusal:
    message = "The body of your POST request is not well-formed multipart/form-data."
    return Refusal("MalformedPOSTRequest", message, HTTPStatus.BAD_REQUEST)


def _too_much_before_the_file() -> Refusal:
    return Refusal(
        "MaxPostPreDataLengthExceeded",
        "Your POST request fields preceeding the upload file was too large.",
        HTTPStatus.BAD_REQUEST,
        MaxPostPreDataLengthBytes=str(_FIELDS),
    )
