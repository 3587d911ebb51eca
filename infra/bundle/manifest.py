"""`bundles.json`: what was built, for what, and from which sources."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_NAME = "bundles.json"


@dataclass(frozen=True, slots=True)
class Bundle:
    """One zip. Sizes are in bytes; `plain` is the zip's without byte code."""

    name: str
    handlers: tuple[str, ...]
    sha256: str
    size: int
    plain: int
    unpacked: int

    @property
    def file(self) -> str:
        """Its name in the folder."""
        return f"{self.name}.zip"


@dataclass(frozen=True, slots=True)
class Manifest:
    """All zips of a target. `compiler` is the Python of their byte code, None without any."""

    target: str
    python: str
    compiler: str | None
    fingerprint: str
    bundles: tuple[Bundle, ...]

    def paths(self, folder: Path) -> dict[str, Path]:
        """The zip of each handler."""
        return {name: folder / one.file for one in self.bundles for name in one.handlers}

    def whole(self, folder: Path) -> bool:
        """Whether the zips that it names are there, as long as they were."""
        files = [(folder / bundle.file, bundle.size) for bundle in self.bundles]
        return all(file.is_file() and file.stat().st_size == size for file, size in files)


def write(manifest: Manifest, folder: Path) -> None:
    """Write it, for people too."""
    (folder / _NAME).write_text(json.dumps(asdict(manifest), indent=2) + "\n")


def read(folder: Path) -> Manifest | None:
    """What a folder's manifest says; None without one, or with one of another shape."""
    try:
        said: dict[str, Any] = json.loads((folder / _NAME).read_text())
        bundles = [Bundle(**{**one, "handlers": tuple(one["handlers"])}) for one in said["bundles"]]
        return Manifest(**{**said, "bundles": tuple(bundles)})
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def forget(folder: Path) -> None:
    """Take a folder's manifest away: what lies there is nobody's any more."""
    (folder / _NAME).unlink(missing_ok=True)


def is_manifest(file: Path) -> bool:
    """Whether a file is one."""
    return file.name == _NAME
