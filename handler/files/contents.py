"""Whether bytes are what was announced: their real type, their length, their hash, their text.

They are looked at as they stream by: no more of them is in memory than a chunk, or a line of JSON.
"""

import codecs
import hashlib
import json
import re
from collections.abc import Iterator
from typing import NoReturn, Protocol

from handler.core.strict_json import BODY_BYTES
from handler.files import kinds
from handler.files.models import File

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f\x7f-\x9f]")
"""What plain text does not hold: all controls but tabs and the ends of lines."""


class ContentRefused(Exception):
    """The bytes are not what was announced; the reason is a word for programs."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Reader(Protocol):
    """Looks at a stream."""

    def read(self, chunk: bytes) -> None:
        """Look at the next bytes."""
        ...

    def end(self) -> None:
        """Look at what was left for the end."""
        ...


def examine(file: File, chunks: Iterator[bytes]) -> str:
    """Look at the bytes of a file. Returns their SHA-256. Raises ContentRefused."""
    digest, size, reader = hashlib.sha256(), 0, _reader(file)
    for chunk in chunks:
        size += len(chunk)
        digest.update(chunk)
        reader.read(chunk)
    reader.end()
    if size != file.size:
        raise ContentRefused("size_mismatch")
    if file.sha256 not in {None, digest.hexdigest()}:
        raise ContentRefused("sha256_mismatch")
    return digest.hexdigest()


def _reader(file: File) -> _Reader:
    kind = kinds.of_type(file.content_type)
    if kind and kind.signature:
        return _Typed(kind)
    return _Typed(kind, _Text(_Lines() if file.content_type == kinds.JSONL else None))


class _Typed:
    """Holds the first bytes against a kind, and hands all of them on."""

    def __init__(self, kind: kinds.Kind | None, rest: _Reader | None = None) -> None:
        self._kind = kind
        self._rest = rest
        self._head = b""

    def read(self, chunk: bytes) -> None:
        if len(self._head) < kinds.HEAD:
            self._head += chunk[: kinds.HEAD - len(self._head)]
            if len(self._head) == kinds.HEAD:
                self._compare()
        if self._rest:
            self._rest.read(chunk)

    def end(self) -> None:
        self._compare()
        if self._rest:
            self._rest.end()

    def _compare(self) -> None:
        """Text has no signature, and what has one is no text."""
        found = kinds.of_content(self._head)
        expected = self._kind if self._kind and self._kind.signature else None
        if found != expected:
            raise ContentRefused("type_mismatch")


class _Text:
    """Demands UTF-8 without control characters."""

    def __init__(self, rest: _Reader | None) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._rest = rest

    def read(self, chunk: bytes) -> None:
        self._decode(chunk, last=False)
        if self._rest:
            self._rest.read(chunk)

    def end(self) -> None:
        self._decode(b"", last=True)
        if self._rest:
            self._rest.end()

    def _decode(self, chunk: bytes, *, last: bool) -> None:
        try:
            text = self._decoder.decode(chunk, last)
        except UnicodeDecodeError as error:
            raise ContentRefused("not_utf8") from error
        if _CONTROLS.search(text):
            raise ContentRefused("control_characters")


class _Lines:
    """Demands that each line is JSON, or blank."""

    def __init__(self) -> None:
        self._left = b""

    def read(self, chunk: bytes) -> None:
        *whole, self._left = (self._left + chunk).split(b"\n")
        for line in whole:
            _parse(line)
        if len(self._left) > BODY_BYTES:
            raise ContentRefused("line_too_long")

    def end(self) -> None:
        _parse(self._left)


def _parse(line: bytes) -> None:
    if len(line) > BODY_BYTES:
        raise ContentRefused("line_too_long")
    if not line.strip():
        return
    try:
        json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ContentRefused("line_not_json") from error


def _refuse(name: str) -> NoReturn:
    """RFC 8259 knows neither NaN nor infinities."""
    raise ValueError(name)
