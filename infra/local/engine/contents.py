"""S3: what moto does with an object's bytes, without ever having all of a large one in memory.

Within `streaming` a file becomes an object's content as it is, and a content that is read is only
looked up: what it is read for (a part of it, a copy) says how much of it is wanted.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import unquote

from moto.s3.exceptions import PreconditionFailed
from moto.s3.models import CorsRule, FakeKey, S3Backend, s3_backends
from moto.s3.responses import S3Response

from infra.local.calls import Content
from infra.local.places import ACCOUNT

_put_object = S3Backend.put_object
_copy_object = S3Response.copy_object
_value = FakeKey.value


@dataclass(frozen=True, slots=True)
class _Arriving:
    file: BinaryIO
    method: str


_arriving: ContextVar[_Arriving | None] = ContextVar("arriving", default=None)
_lazily: ContextVar[bool] = ContextVar("lazily", default=False)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a content that nobody has read yet. It is as long as what it stands for."""

    key: FakeKey
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def __getitem__(self, part: slice) -> "Stretch":
        start, end, _ = part.indices(len(self))
        return Stretch(self.key, self.start + start, self.start + end)

    def read(self) -> bytes:
        """All of it."""
        buffer = self.key._value_buffer  # noqa: SLF001 - its one file
        buffer.seek(self.start)
        return bytes(buffer.read(len(self)))

    def opened(self) -> Content:
        """Open it. It can be read also when the object is another by then."""
        buffer = self.key._value_buffer  # noqa: SLF001 - its one file
        number = buffer.fileno()
        buffer.flush()
        return Content(os.fdopen(os.dup(number), "rb"), self.start, len(self))


@contextmanager
def streaming(file: BinaryIO | None = None, method: str = "PUT") -> Iterator[None]:
    """Within this block the next object has the content of the file; it is told as of a method."""
    arriving = _arriving.set(None if file is None else _Arriving(file, method))
    lazily = _lazily.set(True)
    try:
        yield
    finally:
        _lazily.reset(lazily)
        _arriving.reset(arriving)


def rest(bucket: str, key: str, file: BinaryIO) -> None:
    """Have an object's content be in another file, which has the same."""
    found = s3_backends[ACCOUNT]["aws"].get_object(bucket, key)
    if found is not None:
        found.value = file  # type: ignore[misc, assignment]


def rules(bucket: str) -> list[CorsRule]:
    """The rules by which pages of other origins may use a bucket."""
    found = s3_backends[ACCOUNT]["aws"].buckets.get(bucket)
    return list(found.cors) if found else []


def put_object(
    self: S3Backend, bucket_name: str, key_name: str, value: Any, **more: Any
) -> FakeKey:
    """In place of moto's."""
    arriving = _arriving.get()
    if arriving is None:
        return _put_object(self, bucket_name, key_name, value, **more)
    more["request_method"] = arriving.method
    return _put_object(self, bucket_name, key_name, arriving.file, **more)  # type: ignore[arg-type]


def copy_object(self: S3Response) -> Any:
    """In place of moto's, which copies an object also when it is another than its caller read."""
    wanted = self.headers.get("x-amz-copy-source-if-match")
    if wanted is not None:
        source = unquote(self.headers["x-amz-copy-source"]).partition("?")[0].lstrip("/")
        bucket, _, key = source.partition("/")
        found = self.backend.get_object(bucket, key)
        if found is not None and found.etag.strip('"') != wanted.strip('"'):
            raise PreconditionFailed("x-amz-copy-source-If-Match")
    return _copy_object(self)


def _get(self: FakeKey) -> bytes | Stretch:
    if _lazily.get():
        return Stretch(self, 0, self.size)
    whole: bytes = _value.fget(self)  # type: ignore[attr-defined]
    return whole


def _set(self: FakeKey, new: Any) -> None:
    if isinstance(new, Stretch):
        for piece in new.opened().pieces():
            self._value_buffer.write(piece)
        self.contentsize = len(new)
    elif hasattr(new, "read"):
        self._value_buffer.close()
        self._value_buffer = new
        self.contentsize = os.fstat(new.fileno()).st_size
    else:
        _value.fset(self, new)  # type: ignore[attr-defined]


VALUE = property(_get, _set)
