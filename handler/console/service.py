"""The console's page and files, as browsers get them.

They are read with the first request that wants one: the import of the api door knows nothing of
them.
"""

import gzip
import html
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from handler.console import files
from handler.core.errors import NotFound
from handler.core.settings import settings
from handler.files import bucket_origins

_FILES = "/console/static"
PACKED = Path(__file__).with_name("packed")
"""Where a bundle holds files as Brotli has packed them (`infra/bundle/pages.py`)."""
_INDEX = "index.html"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


class ConsoleFileNotFound(NotFound):
    """The console has no such file."""

    detail = "There is no such file of the console. Load the page again."


@dataclass(frozen=True, slots=True)
class ConsoleFile:
    """A file of the console: what it is, and its bytes by the encoding in which they are sent.

    Encodings stand from the smallest to the largest; the last one, `identity`, is as it is.
    """

    content_type: str
    encodings: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class ConsolePage:
    """The page that loads the others, and its entity tag."""

    text: str
    etag: str


def get_file(name: str) -> ConsoleFile:
    """A file of this release. Raises ConsoleFileNotFound."""
    if name not in files.contents():
        raise ConsoleFileNotFound
    return _encoded(name)


def is_current(version: str) -> bool:
    """Whether files under that hash are those of this release, and will be for good."""
    return version == files.release()


@cache
def _encoded(name: str) -> ConsoleFile:
    plain, tight = files.contents()[name], PACKED / f"{name}.br"
    encodings = {"br": tight.read_bytes()} if tight.exists() else {}
    encodings |= {"gzip": gzip.compress(plain, mtime=0), "identity": plain}
    return ConsoleFile(_TYPES[Path(name).suffix], encodings)


@cache
def get_page() -> ConsolePage:
    """The page that loads everything else; nobody's data are in it."""
    here = settings()
    told = {
        "app_name": html.escape(here.app_name),
        "stage": here.stage,
        "files": f"{_FILES}/{files.release()}",
    }
    text = (files.STATIC / _INDEX).read_text()
    for name, value in told.items():
        text = text.replace(f"{{{name}}}", value)
    return ConsolePage(text, f'"{files.short_hash(text.encode())}"')


@cache
def policy() -> str:
    """What the console's pages may load, and whom they may ask (Content Security Policy).

    Nothing written into a page runs or styles anything. Buckets take and show files; live updates
    come from wherever tickets lead.
    """
    buckets = " ".join(bucket_origins())
    live = urlsplit(settings().sockets_url)
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"img-src 'self' data: blob: {buckets}",
            f"connect-src 'self' {live.scheme}://{live.netloc} {buckets}",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
