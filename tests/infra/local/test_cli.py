"""The command line: its words, its exit codes, and the processes that it leaves: none."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.infra.local.twins import get, running
from tests.ports import free_port


def begin(folder, *arguments):
    """The command line in a process of its own."""
    variables = {name: value for name, value in os.environ.items() if "COVERAGE" in name}
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "infra.cli", *arguments],
        cwd=folder,
        env=variables | {"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def started(folder):
    """A twin in a process of its own: the process, its URL, its function's process, its words."""
    port = free_port()
    said = ""
    with begin(folder, "run", "--port", str(port), "--strict") as process:
        while "Ctrl-C" not in said:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            said += line
        yield process, get(f"http://localhost:{port}", "/")["pid"], said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(folder, number):
    """Exit code 0, no complaint, no process left; and it had said where it was."""
    with started(folder) as (process, function, said):
        process.send_signal(number)
        _, complaint = process.communicate(timeout=30)
    assert (process.returncode, complaint) == (0, "")
    assert "http://localhost:" in said
    with pytest.raises(ProcessLookupError):
        os.kill(function, 0)


def test_functions_end_with_a_twin_that_is_killed(folder):
    """Even those that are stopped until their next event."""
    with started(folder) as (process, function, _):
        process.kill()
    state = Path(f"/proc/{function}/stat")
    patience_ends = time.monotonic() + 10
    while state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < patience_ends
        time.sleep(0.05)


def test_an_administrator_is_created(folder, demo, dunlin):
    """The address and the password are printed."""
    with running(folder) as url:
        found = dunlin("admin", "create", "r@example.org", "--url", url)
    assert found == (0, "email: r@example.org\npassword: drawn\n", "")


@pytest.mark.parametrize(("options", "kids"), [((), "a b"), (("--at-once",), "b")])
def test_keys_are_rotated(folder, demo, dunlin, options, kids):
    """The ids of the keys that are left are printed."""
    with running(folder) as url:
        found = dunlin("keys", "rotate", *options, "--url", url)
    assert found == (0, f"generation: 2\nkids: {kids}\n", "")


def test_a_refusal_says_why(folder, demo, dunlin):
    """And the exit code says that nothing was done."""
    with running(folder) as url:
        found = dunlin("admin", "create", "nobody", "--url", url)
    assert found == (1, "", "dunlin: That is no e-mail address.\n")


def test_a_command_needs_a_twin(dunlin):
    """Without one it says how to get one."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        code, _, said = dunlin("keys", "rotate", "--url", url)
    assert (code, said) == (1, f"dunlin: no twin answers at {url}: start it with `dunlin run`\n")


def test_a_run_that_cannot_start_exits_with_2(folder):
    """And one line."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = begin(folder, "run", "--port", port)
        _, said = done.communicate(timeout=30)
    assert done.returncode == 2
    assert said == f"dunlin: port {port} is taken; choose another with --port\n"
