"""`make rehearse`: deploys, updates and destroys what is committed, in an AWS in memory.

It says each step and how long it took. Exits with 1, and keeps its logs, when one fails.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from infra.local.places import REGION
from infra.local.terminal import say
from infra.rehearsal import project
from infra.rehearsal.account import opened
from infra.rehearsal.rehearsal import Rehearsal, figures


def main() -> int:
    """Rehearse. Returns the exit code."""
    folder = Path(tempfile.mkdtemp(prefix="dunlin-rehearsal-"))
    begun = time.monotonic()
    if project.uncommitted():
        say("What is not committed is not rehearsed.")
    try:
        _rehearse(folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, the rehearsal has failed
        (folder / "failure.log").write_text(f"{type(error).__name__}: {error}\n")
        sys.stderr.write(f"{type(error).__name__}: {error}\nLogs are kept in {folder}\n")
        return 1
    say(f"The rehearsal went well, in {time.monotonic() - begun:.0f} s.")
    shutil.rmtree(folder)
    return 0


def _rehearse(folder: Path) -> None:
    with opened(folder / "functions.log") as account:
        cloned = project.clone(folder / "project", account.url, REGION)
        for name, step in Rehearsal(cloned, account).steps:
            begun = time.monotonic()
            say(f"{name} ...")
            told = step()
            say(f"    {time.monotonic() - begun:.1f} s{'; ' * bool(told)}{told}")
        for line in figures(account):
            say(line)


if __name__ == "__main__":
    sys.exit(main())
