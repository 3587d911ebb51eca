"""What the bench counts, which no machine changes, is within its goals."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_what_is_counted_is_within_its_goals():
    """Calls to AWS, clients, threads: on every route that there is."""
    command = [sys.executable, "-m", "tests.bench", "--counted"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr
    verdicts = [line.split()[-1] for line in done.stdout.splitlines()[1:]]
    assert len(verdicts) > 10
    assert set(verdicts) == {"ok"}
