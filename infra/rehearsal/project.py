"""The project as somebody finds it who has just cloned it, and changes to it that are rehearsed."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
VENV = Path(sys.prefix)

_INDEX = """
from dataclasses import replace  # noqa: E402

_REHEARSED = Index("rehearsed", partition=Key("role"), sort=Key("id"))
TABLES = tuple(
    replace(table, indexes=(*table.indexes, _REHEARSED)) if table is ACCOUNTS else table
    for table in TABLES
)
"""
_QUEUE = """
from dataclasses import replace  # noqa: E402

BLUEPRINT = replace(BLUEPRINT, queues=(*BLUEPRINT.queues, Queue("rehearsed", visibility=60)))
"""
_PROD = """
from dataclasses import replace  # noqa: E402

PROD = replace(
    PROD,
    admin_email="admin@shop.example",
    link_base="https://shop.example",
    mail_domain="shop.example",
    on_call="on-call@shop.example",
    allowed_origins=("https://shop.example",),
)
"""
INDEX, QUEUE = "rehearsed", "rehearsed"
"""What the release adds that is rehearsed."""


_PATIENCE = 300
"""Seconds that a command may take: on a busy machine the slowest takes two minutes."""


class CommandFailed(Exception):
    """A command exited with an error; the text is what it said."""


@dataclass(frozen=True)
class Project:
    """A clean clone, and the environment in which its commands are typed."""

    folder: Path
    environ: dict[str, str]

    def type(self, *command: str) -> str:
        """Run a command as an operator types it. Returns what it said. Raises CommandFailed."""
        done = subprocess.run(  # noqa: S603 - our own commands
            command,
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_PATIENCE,
        )
        if done.returncode:
            raise CommandFailed(f"$ {' '.join(command)}\n{done.stdout}")
        return done.stdout

    def release(self) -> None:
        """Change it as a release may: one more index on a table, and one more queue."""
        self._append("infra/blueprint/data.py", _INDEX)
        self._append("infra/blueprint/__init__.py", _QUEUE)

    def furnish_prod(self) -> None:
        """Say of the stage `prod` what it must have."""
        self._append("infra/cloud/stages.py", _PROD)

    def _append(self, file: str, text: str) -> None:
        path = self.folder / file
        path.write_text(path.read_text() + text)


def clone(folder: Path, endpoint: str, region: str) -> Project:
    """Clone what is committed, with what is installed here already. Raises CommandFailed."""
    here = Project(ROOT, dict(os.environ))
    here.type("git", "clone", "--quiet", "--no-hardlinks", str(ROOT), str(folder))
    (folder / ".venv").symlink_to(VENV)
    (folder / "dist").mkdir()
    wheels = ROOT / "dist" / ".sites"
    wheels.mkdir(parents=True, exist_ok=True)
    (folder / "dist" / ".sites").symlink_to(wheels)
    home = folder.with_name("home")
    home.mkdir()
    return Project(folder, dict(_environ(home, endpoint, region)))


def _environ(home: Path, endpoint: str, region: str) -> Iterator[tuple[str, str]]:
    """What an operator's shell has: credentials, a region, and where AWS is."""
    yield "AWS_ACCESS_KEY_ID", "OPERATOR"
    yield "AWS_SECRET_ACCESS_KEY", "rehearsal"
    yield "AWS_REGION", region
    yield "AWS_DEFAULT_REGION", region
    yield "AWS_ENDPOINT_URL", endpoint
    yield "BUNDLE_TARGET", "here"
    yield "CI", "true"  # then the command line writes no colours, and all to one stream
    yield "HOME", str(home)
    yield "PATH", f"{VENV / 'bin'}:{os.environ['PATH']}"


def uncommitted() -> bool:
    """Whether there is anything here that a clone does not have."""
    return bool(Project(ROOT, dict(os.environ)).type("git", "status", "--porcelain"))
