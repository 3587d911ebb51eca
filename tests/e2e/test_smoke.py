"""`dunlin smoke` finds a running twin well: its checks hold of the real application."""

import subprocess
import sys

import pytest

from infra.local.seed import ACCOUNTS
from tests.e2e.twins import Twin

pytestmark = pytest.mark.slow


def test_a_running_twin_passes(twin: Twin) -> None:
    """Every check, and an administrator who signs in with the password of standard input."""
    root = ACCOUNTS[-1]
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "infra.cli", "smoke", twin.url, "--account", root.email],
        input=f"{root.password}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    *lines, summed = done.stdout.splitlines()
    assert (done.returncode, done.stderr, summed) == (0, "", "9 ok"), done.stdout
    assert lines[-1] == f"ok       /token and /users/me: {root.email}, admin"
