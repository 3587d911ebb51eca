"""The console's files, as browsers get them.

They are read with the first request that wants one: the import of the api door knows nothing of
them. All of them share one hash, which stands in their paths, so that a page never mixes two
releases and caches never ask again.
"""

import gzip
import hashlib
import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from handler.console.joining import join
from handler.core.errors import NotFound
from handler.core.settings import settings
from handler.files import bucket_origins

BASE = "/console"
_STATIC = Path(__file__).with_name("static")
_INDEX = "index.html"
_SCRIPT = "console.js"
_ENTRY = "app.js"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_HASH = 16  # hexadecimal digits: 64 bits, of which nobody chooses any


class ConsoleFileNotFound(NotFound):
    """The console has no such file, or had it in another release."""

    detail = "This file is of another release of the console. Load the page again."


@dataclass(frozen=True, slots=True)
class ConsoleFile:
    """A file of the console: what it is, its bytes, and the same packed by gzip."""

    content_type: str
    plain: bytes
    packed: bytes


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """The page that loads the others, and its entity tag."""

    text: str
    etag: str


def get_file(version: str, name: str) -> ConsoleFile:
    """A file of this release. Raises ConsoleFileNotFound."""
    if version != release() or name not in _files():
        raise ConsoleFileNotFound
    return _packed(name)


@cache
def get_page() -> ConsolePage:
    """The page that loads everything else; nobody's data are in it."""
    here = settings()
    told = {
        "app_name": html.escape(here.app_name),
        "stage": here.stage,
        "files": f"{BASE}/static/{release()}",
    }
    text = (_STATIC / _INDEX).read_text()
    for name, value in told.items():
        text = text.replace(f"{{{name}}}", value)
    return ConsolePage(text, f'"{hashlib.sha256(text.encode()).hexdigest()[:_HASH]}"')


@cache
def policy() -> str:
    """What the console's pages may load, and whom they may ask (Content Security Policy).

    Nothing written into a page runs or styles anything. Buckets take and show files.
    """
    buckets = " ".join(bucket_origins())
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob: {buckets}",
            f"connect-src 'self' {buckets}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


@cache
def release() -> str:
    """A hash of all files: another one as soon as any of them is another."""
    found = hashlib.sha256()
    for name, content in sorted(_files().items()):
        found.update(f"{name} {len(content)} ".encode() + content)
    return found.hexdigest()[:_HASH]


@cache
def _files() -> dict[str, bytes]:
    """What there is, by its place: a name that is asked for opens nothing else."""
    places = [*_STATIC.glob("*.css"), *_STATIC.glob("*.svg"), *_STATIC.glob("vendor/*")]
    found = {path.relative_to(_STATIC).as_posix(): path.read_bytes() for path in places}
    return {**found, _SCRIPT: join(_STATIC, _ENTRY).encode()}


@cache
def _packed(name: str) -> ConsoleFile:
    plain = _files()[name]
    return ConsoleFile(_TYPES[Path(name).suffix], plain, gzip.compress(plain, mtime=0))
