"""Other people's files that the console's pages load: `python -m infra.vendoring` copies them.

npm installs what `infra/locks/console` pins and holds it against the hashes there; what is made of
it is held against the hashes below, as the suite does with what is committed.
"""

import hashlib
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.vendoring.styles import trimmed

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "handler" / "console" / "static" / "vendor"
_OWN_STYLES = VENDOR.with_name("app.css")
_LOCK = ROOT / "infra" / "locks" / "console"
_MAP = re.compile(r"\n?//# sourceMappingURL=\S+\s*$")


class VendoringFailed(Exception):
    """A file is not what it should be; the text says which."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file of a package, what it is called here, and the SHA-256 of what is made of it."""

    name: str
    source: str
    sha256: str


PARTS = (
    Part(
        "htm.js",
        "htm/dist/htm.mjs",
        "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4",
    ),
    Part(
        "htm.licence.txt",
        "htm/LICENSE",
        "740725f7252e750af735d0028cc534970772f513331e9f68150fede8fb3ce00f",
    ),
    Part(
        "pico.css",
        "@picocss/pico/css/pico.fluid.classless.min.css",
        "3232dd6f9386717349673da884424eb1176e7200b0fa9bef92d5a2e78db7b08e",
    ),
    Part(
        "pico.licence.txt",
        "@picocss/pico/LICENSE.md",
        "afaff063e044233f917b7807dccab022f09dca474f92b642846bee4850655bbf",
    ),
    Part(
        "preact.js",
        "preact/dist/preact.mjs",
        "225d7a773766e6fb2cfcc45274fe41d2059f5782f3f2c4569aa5132a2d3a2902",
    ),
    Part(
        "preact.licence.txt",
        "preact/LICENSE",
        "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4",
    ),
    Part(
        "preact-hooks.js",
        "preact/hooks/dist/hooks.mjs",
        "5c65ab263688d0805862fd0807c779af02c2799c44fda0873dfcb870d0da70a0",
    ),
    Part(
        "uplot.js",
        "uplot/dist/uPlot.iife.min.js",
        "073f022c867cb9c40f0be28f5d680830857a5b3a04082c2473880c8328a12e04",
    ),
    Part(
        "uplot.licence.txt",
        "uplot/LICENSE",
        "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
    ),
)


def vendor(folder: Path = VENDOR) -> None:
    """Install the packages and copy their parts. Raises VendoringFailed."""
    with tempfile.TemporaryDirectory() as place:
        modules = _installed(Path(place))
        made = {part: _made(modules / part.source) for part in PARTS}
    for part, content in made.items():
        if digest(content) != part.sha256:
            raise VendoringFailed(f"{part.name} has the SHA-256 {digest(content)}.")
    for part, content in made.items():
        (folder / part.name).write_bytes(content)


def changed(folder: Path = VENDOR) -> Iterator[str]:
    """The names of committed files that are not what their hashes say."""
    for part in PARTS:
        if digest((folder / part.name).read_bytes()) != part.sha256:
            yield part.name


def digest(content: bytes) -> str:
    """A content's SHA-256."""
    return hashlib.sha256(content).hexdigest()


def _installed(place: Path) -> Path:
    """Where npm has put the packages, each held against the lock."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_LOCK / name, place)
    npm = shutil.which("npm")
    if npm is None:
        raise VendoringFailed("npm is missing.")
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent")
    subprocess.run([npm, "ci", "--prefix", str(place), *quiet], check=True)  # noqa: S603 - ours
    return place / "node_modules"


def _made(source: Path) -> bytes:
    """A part as the pages load it.

    Without a build step there is no name `preact`: it is a file next door. uPlot comes as a
    script, whose one name becomes the module's. Of Pico only what the pages use stays: when
    their own style sheet uses another property, it is copied anew.
    """
    text = _MAP.sub("\n", source.read_text()).replace('from"preact"', 'from"./preact.js"')
    if source.name == "uPlot.iife.min.js":
        text = f"{text.rstrip()}\nexport default uPlot;\n"
    if source.name.startswith("pico."):
        text = trimmed(text, _OWN_STYLES.read_text())
    return text.encode()
