"""What the README's recipes name: places in the project, and commands."""

import re
from pathlib import Path

_README = Path(__file__).parents[2] / "README.md"
_QUOTED = re.compile(r"`([^`]+)`")
_STEP = re.compile(r"^\d+\. .*(?:\n   .*)*", re.MULTILINE)
_COMMANDS = ("ruff ", "python ")


def section(title: str) -> str:
    """The text of a section of the README."""
    return _README.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def _named(title: str) -> list[str]:
    """What stands between backticks in the steps of a section."""
    return [word for step in _STEP.findall(section(title)) for word in _QUOTED.findall(step)]


def places(title: str) -> set[str]:
    """The files and folders that the steps name by their whole path."""
    known = ("handler/", "infra/", "tests/", "docs/", "pyproject.toml", "Makefile", ".ci/")
    return {word for word in _named(title) if word.startswith(known)}


def commands(title: str) -> list[str]:
    """The commands that the steps have typed, in their order."""
    return [word for word in _named(title) if word.startswith(_COMMANDS)]
