"""A copy of the project to change, and what `make check` and the tests say of it."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infra.local.terminal import say
from tests.recipe.edits import Cut, Edit, Strange

ROOT = Path(__file__).parents[2]
VENV = Path(sys.prefix)

CHECKS = (("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports",))
"""The tools of `make check`. make itself would install the copy into the checkout's `.venv`."""
_PYTEST = ("python", "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "not slow")
_WHOSE = """
import handler, infra, tests.conftest
for module in (handler, infra, tests.conftest):
    print(module.__file__)
"""


class CommandFailed(Exception):
    """A command in the copy exited with an error; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Copy:
    """All that git does not ignore, as it stands in the checkout, in a folder of its own."""

    folder: Path

    @classmethod
    def made(cls, folder: Path) -> "Copy":
        """Copy the checkout."""
        listed = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
        told = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
        for name in filter(None, told.stdout.split("\0")):
            if (ROOT / name).is_file():  # it may be deleted and not yet committed
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(VENV)
        return cls(folder)

    def edit(self, edits: Iterable[Edit | Cut]) -> None:
        """Make changes. Raises Strange."""
        for edit in edits:
            path = self.folder / edit.file
            path.write_text(edit.made_in(path.read_text()))

    def run(self, *command: str) -> str:
        """Run a command of the checkout's `.venv` in the copy. Raises CommandFailed."""
        program, *arguments = command
        done = subprocess.run(  # noqa: S603 - our own words
            [VENV / "bin" / program, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CommandFailed(f"$ {' '.join(command)}\n{done.stdout}")
        return done.stdout

    def prove_own(self) -> None:
        """See that the copy's packages are imported: the checkout is installed in `.venv` as well.

        Raises Strange.
        """
        for place in self.run("python", "-c", _WHOSE).split():
            if not Path(place).resolve().is_relative_to(self.folder.resolve()):
                raise Strange(f"{place} is imported, which is not in {self.folder}")

    def check(self, tests: Iterable[str]) -> None:
        """Run the tools and these tests, and say how long each took. Raises CommandFailed."""
        self.prove_own()
        if (ROOT / ".mypy_cache").exists():  # which spares mypy a minute
            shutil.copytree(ROOT / ".mypy_cache", self.folder / ".mypy_cache")
        for command in (*CHECKS, (*_PYTEST, *tests)):
            begun = time.monotonic()
            said = self.run(*command).strip().splitlines()
            name = "pytest" if "pytest" in command else " ".join(command)
            say(f"{time.monotonic() - begun:6.1f} s  {name}: {said[-1] if said else ''}")
