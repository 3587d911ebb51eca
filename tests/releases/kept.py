"""What is kept of each release: its OpenAPI document and its structure, in a folder of its own."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from handler import api
from infra.blueprint import BLUEPRINT
from tests.releases.structure import structure

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent
_HEADING = re.compile(r"^## (?:Unreleased|(\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d))$", re.MULTILINE)


def version() -> str:
    """The version that pyproject.toml says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return str(project["project"]["version"])


def order(release: str) -> tuple[int, ...]:
    """What versions are sorted by."""
    return tuple(map(int, release.split(".")))


def releases() -> list[str]:
    """Every release that is kept here, oldest first."""
    return sorted((place.parent.name for place in FOLDER.glob("*/openapi.json")), key=order)


def read(release: str, name: str) -> Any:
    """A document of a release: `openapi` or `blueprint`."""
    return json.loads((FOLDER / release / f"{name}.json").read_text())


def current() -> dict[str, Any]:
    """The documents as they are now, by name."""
    return {"openapi": api.create_app().openapi(), "blueprint": structure(BLUEPRINT)}


def write() -> Path:
    """Keep the documents as those of the version that pyproject.toml says.

    Raises FileExistsError when they are kept: what was released does not change.
    """
    place = FOLDER / version()
    place.mkdir()
    for name, document in current().items():
        (place / f"{name}.json").write_text(json.dumps(document, indent=1, sort_keys=True) + "\n")
    return place


def sections(changelog: str) -> dict[str, str]:
    """The text of each section of the changelog by its version, newest first."""
    found = list(_HEADING.finditer(changelog))
    ends = [one.start() for one in found[1:]] + [len(changelog)]
    return {
        one[1] or "Unreleased": changelog[one.end() : end].strip()
        for one, end in zip(found, ends, strict=True)
    }
