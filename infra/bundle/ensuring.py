"""Bundles that are up to date, built only when what they are made of has changed."""

import fcntl
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.bundle import building, manifest
from infra.bundle.compiling import Interpreter, find_interpreter
from infra.bundle.manifest import Manifest
from infra.bundle.pages import PACKER
from infra.bundle.places import LOCK, ROOT, SITES
from infra.bundle.targets import Target, find_target

_SOURCES = ("handler", "infra/bundle")
_OURS = ("*.zip", "*.cdx.json")


def ensure(
    target: Target | str | None = None, *, folder: Path | None = None, sites: Path = SITES
) -> dict[str, Path]:
    """Give the zip of each handler, built if its sources changed. Raises BundleFailed.

    The target is the named one, else that of `BUNDLE_TARGET`, else Lambda. Processes that ask at
    once wait for the one that builds.
    """
    wanted = target if isinstance(target, Target) else find_target(target)
    folder = wanted.folder if folder is None else folder
    return up_to_date(wanted, folder=folder, sites=sites).paths(folder)


def up_to_date(wanted: Target, *, folder: Path, sites: Path = SITES) -> Manifest:
    """Tell what `ensure` gives."""
    interpreter = find_interpreter(wanted.version)
    fingerprint = _fingerprint(wanted, interpreter)
    with _alone(folder):
        made = manifest.read(folder)
        if made is None or made.fingerprint != fingerprint or not made.whole(folder):
            made = _build(wanted, folder, sites, fingerprint, interpreter)
    if made.compiler is None:
        _say_slow(wanted)
    return made


def _fingerprint(target: Target, interpreter: Interpreter | None) -> str:
    """Of all that decides what the bundles hold."""
    compiler = interpreter.version if interpreter else None
    said = (target, compiler, building.doors(), building.app_version(), PACKER)
    digest = hashlib.sha256(repr(said).encode())
    for file in (LOCK, *_sources()):
        content = file.read_bytes()
        digest.update(f"\n{file.relative_to(ROOT)} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _sources() -> list[Path]:
    files = (file for folder in _SOURCES for file in (ROOT / folder).rglob("*"))
    return sorted(file for file in files if file.is_file() and "__pycache__" not in file.parts)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold a folder's lock."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(
    target: Target, folder: Path, sites: Path, fingerprint: str, interpreter: Interpreter | None
) -> Manifest:
    with tempfile.TemporaryDirectory(dir=folder, prefix=".building-") as name, _alone(sites):
        unfinished = Path(name)
        made = building.build(
            target, unfinished, sites=sites, fingerprint=fingerprint, interpreter=interpreter
        )
        _publish(unfinished, folder)
    return made


def _publish(unfinished: Path, folder: Path) -> None:
    """Put files in their place, the manifest last: whoever is stopped in between builds anew."""
    manifest.forget(folder)
    for older in (file for pattern in _OURS for file in folder.glob(pattern)):
        older.unlink()
    for file in sorted(unfinished.iterdir(), key=manifest.is_manifest):
        file.rename(folder / file.name)


def _say_slow(target: Target) -> None:
    sys.stderr.write(
        f"dunlin: found no Python {target.version}, so these bundles hold no byte code: functions "
        f"start several times slower. Put python{target.version} on PATH and build again.\n"
    )
