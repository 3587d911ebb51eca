"""`dunlin run` as a process of its own: started, stopped, killed, and its functions' processes."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from infra.local import client
from tests.e2e.places import NewAccount
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds a start may take on a busy machine
_RUNNING = "Ctrl-C ends it."  # the end of the banner
_FUNCTION = b"AWS_LAMBDA_FUNCTION_NAME=dunlin-local-"


class Twin:
    """`dunlin run` in a folder of its own, as a user starts it: by default with this very code."""

    def __init__(
        self, folder: Path, *, handler: Path = ROOT / "handler", options: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self._options = options
        (folder / "handler").symlink_to(handler)  # wherever these are
        (folder / "infra").symlink_to(ROOT / "infra")
        self._is_ours = handler.parent == ROOT
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it says that it runs: then its demo accounts are open too."""
        said = self.log().count(_RUNNING)
        options = ["--port", str(self._port), *self._options]
        written = (self.folder / "log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "infra.cli", "run", *options],
            cwd=self.folder,
            env=self._environment(),
            stdout=written,
            stderr=written,
        )
        written.close()
        patience_ends = time.monotonic() + PATIENCE
        while self.log().count(_RUNNING) == said:
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < patience_ends, self.log()
            time.sleep(0.05)

    @contextmanager
    def running(self) -> Iterator[Self]:
        """It while it runs. It has to end well."""
        self.start()
        yield self
        assert self.stop() == 0

    def stop(self) -> int:
        """End it as Ctrl-C does; returns its exit code."""
        return self._end(signal.SIGINT)

    def kill(self) -> int:
        """End it as a power failure does; its functions end by themselves, as they notice."""
        return self._end(signal.SIGKILL)

    def open_accounts(self, accounts: Sequence[NewAccount]) -> None:
        """Open accounts through the operators' function: their addresses are confirmed."""
        told = [{**asdict(one), "role": "user"} for one in accounts]
        answer = client.operate(self.url, "demo_accounts", accounts=told)
        assert answer == {"accounts": len(accounts)}

    def restart(self) -> None:
        """Stop and start."""
        assert self.stop() == 0
        self.start()

    def log(self) -> str:
        """What it has said so far."""
        written = self.folder / "log"
        return written.read_text() if written.exists() else ""

    def ask(self, *command: str) -> Any:
        """What `dunlin ... --json` answers. It must succeed."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "infra.cli", *command, "--url", self.url, "--json"],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            check=True,
        )
        return json.loads(done.stdout)

    def kill_environment(self, function: str, choose: Callable[[list[int]], int]) -> bool:
        """End one process of a function at once, if it has any."""
        assert self._process
        found = sorted(_children(self._process.pid, function))
        if not found:
            return False
        with suppress(ProcessLookupError):  # it has just ended by itself
            os.kill(choose(found), signal.SIGKILL)
        return True

    def _end(self, how: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(how)
        return self._process.wait(PATIENCE)

    def _environment(self) -> dict[str, str]:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        if not self._is_ours:
            return own  # the coverage of a copy is of no use
        return own | {name: value for name, value in os.environ.items() if "COVERAGE" in name}


def _children(parent: int, function: str) -> Iterator[int]:
    """The processes of a function that a process has started, as Linux lists them."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is another user's
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            variables = (folder / "environ").read_bytes().split(b"\0")
            if int(fields[1]) == parent and _FUNCTION + function.encode() in variables:
                yield int(folder.name)
