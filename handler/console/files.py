"""What the console's pages are made of, by name: modules joined into one script, styles, a picture.

All of them share one hash, which stands in their paths, so that caches never ask again.
`python -m handler.console.files FOLDER` writes them, for whoever packs them tighter than a function
can afford to.
"""

import hashlib
import sys
from functools import cache
from pathlib import Path

from handler.console.joining import join

STATIC = Path(__file__).with_name("static")
SCRIPT = "console.js"
_ENTRY = "app.js"
_HASH = 16  # hexadecimal digits: 64 bits, of which nobody chooses any


@cache
def contents() -> dict[str, bytes]:
    """What there is, by its name: one that is asked for opens nothing else."""
    places = [*STATIC.glob("*.css"), *STATIC.glob("*.svg"), *STATIC.glob("vendor/*")]
    found = {path.relative_to(STATIC).as_posix(): path.read_bytes() for path in places}
    return {**found, SCRIPT: join(STATIC, _ENTRY).encode()}


@cache
def release() -> str:
    """A hash of all: another one as soon as any of them is another."""
    found = hashlib.sha256()
    for name, content in sorted(contents().items()):
        found.update(f"{name} {len(content)} ".encode() + content)
    return short_hash(found.digest())


def short_hash(content: bytes) -> str:
    """A short name for a content."""
    return hashlib.sha256(content).hexdigest()[:_HASH]


def write(folder: Path) -> None:
    """Write all of it into a folder."""
    for name, content in contents().items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)


if __name__ == "__main__":
    write(Path(sys.argv[1]))
