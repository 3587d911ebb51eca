"""What files may be: their types, how long they may be, and how their first bytes give them away.

The table is short on purpose: a type that is not in it is neither taken nor served.
"""

import re
from dataclasses import dataclass
from pathlib import PurePath

_MB = 1_000_000
LIMIT = 10 * _MB
_IMPORT_LIMIT = 100 * _MB
"""Bytes of a file, and of one that can be imported (parameters.md, "Uploads")."""
HEAD = 16
"""Bytes that tell a type."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of files. One without a signature is text."""

    content_type: str
    suffixes: tuple[str, ...]
    signature: re.Pattern[bytes] | None = None
    limit: int = LIMIT

    @property
    def is_image(self) -> bool:
        """Whether thumbnails are made of it."""
        return self.content_type.startswith("image/")


JSONL = "application/jsonl"
KINDS = (
    Kind("image/jpeg", (".jpg", ".jpeg"), re.compile(rb"\xff\xd8\xff")),
    Kind("image/png", (".png",), re.compile(rb"\x89PNG\r\n\x1a\n")),
    Kind("image/webp", (".webp",), re.compile(rb"RIFF....WEBP", re.DOTALL)),
    Kind("image/gif", (".gif",), re.compile(rb"GIF8[79]a")),
    Kind("application/pdf", (".pdf",), re.compile(rb"%PDF-")),
    Kind("text/plain", (".txt",)),
    Kind("text/csv", (".csv",), limit=_IMPORT_LIMIT),
    Kind(JSONL, (".jsonl",), limit=_IMPORT_LIMIT),
)
_BY_TYPE = {kind.content_type: kind for kind in KINDS}
_BY_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}


def of_type(content_type: str) -> Kind | None:
    """The kind of a content type, if it is one that is taken."""
    return _BY_TYPE.get(content_type)


def of_name(name: str) -> Kind | None:
    """The kind that a name's ending promises, for programs that send no type worth the name."""
    return _BY_SUFFIX.get(PurePath(name).suffix.lower())


def of_content(head: bytes) -> Kind | None:
    """The kind that the first bytes show; None for what might be text, or is nothing known."""
    return next((one for one in KINDS if one.signature and one.signature.match(head)), None)
