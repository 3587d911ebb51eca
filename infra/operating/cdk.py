"""The command line of CDK, at the version that is pinned, as `make install` brings it."""

import os
import subprocess
import sys
from pathlib import Path

TOOLS = Path(sys.executable).parent
"""Where it is: beside Python."""
ROOT = Path(__file__).parents[2]


class CdkFailed(Exception):
    """It did not do what it was asked for, and has said why; or it did not even start."""

    def __init__(self, code: int, said: str = "") -> None:
        super().__init__(said)
        self.code = code


def surroundings() -> dict[str, str]:
    """The environment in which it finds the node that was installed with it."""
    return {**os.environ, "PATH": f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}"}


def run(*words: str) -> None:
    """Run it in the project's folder, on the user's terminal. Raises CdkFailed."""
    sys.stdout.flush()
    try:
        done = subprocess.run([TOOLS / "cdk", *words], cwd=ROOT, env=surroundings(), check=False)  # noqa: S603 - ours
    except OSError as error:
        raise CdkFailed(2, f"cdk does not start ({error.strerror}): `make install`") from error
    if done.returncode:
        raise CdkFailed(done.returncode)
