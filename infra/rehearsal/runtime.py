"""A function's environment as Lambda makes it: the deployed zip, run by Lambda's runtime client."""

import asyncio
import json
import re
import sys
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from infra.local.process import Environment, Exited, FunctionFailed, OnLine, Plan
from infra.rehearsal.runtime_api import Event, RuntimeApi

CLIENT = ("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py")
"""What Lambda's own runtime has beside Python, and functions may import."""
INIT = 10.0
"""Seconds that Lambda gives a function to be imported."""

_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass
class Figures:
    """How long environments took to start, and events to be answered, in milliseconds."""

    init: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    peak: float = 0.0
    """The most memory that one of them had, in MB."""


class RuntimeEnvironment(Environment):
    """A process of `awslambdaric`. It is killed when it overruns, or has more than its memory."""

    def __init__(
        self, plan: Plan, on_line: OnLine, *, client: Path, memory: int, figures: Figures
    ) -> None:
        super().__init__(plan, on_line)
        self._client = client
        self._memory = memory
        self._figures = figures
        self._api = RuntimeApi()
        self._begun = 0.0
        self._imported = False

    async def close(self) -> None:
        """Kill the process and wait for its end."""
        await super().close()
        await self._api.stop()

    async def _launch(self) -> None:
        self._begun = time.perf_counter()
        environ = {
            **self._plan.environ,
            "AWS_LAMBDA_RUNTIME_API": await self._api.start(),
            "PYTHONPATH": f"{self._plan.directory}:{self._client}",
        }
        # Without `site`, which would add all that is installed here, Python sees only these two.
        handler = self._plan.environ["_HANDLER"]
        await self._execute(*(sys.executable, "-S", "-m", "awslambdaric", handler), environ=environ)

    def _send(self, message: bytes) -> None:
        head, _, body = message.partition(b"\n")
        told = json.loads(head)
        self._begun = time.perf_counter()
        self._api.give(Event(told["request_id"], told["deadline"], told["arn"], body))

    async def _receive(self) -> bytes:
        """Wait for what the process says, or for its end."""
        said = asyncio.ensure_future(self._api.messages.get())
        ended = asyncio.ensure_future(self._ended())
        try:
            limit = None if self._imported else INIT
            await asyncio.wait((said, ended), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            if said.done():
                return self._noted(said.result())
            raise Exited
        finally:
            said.cancel()
            ended.cancel()

    async def _ended(self) -> None:
        if self._process is not None:
            await self._process.wait()

    def _noted(self, message: bytes) -> bytes:
        """Note how long it took, and how much memory the process has had. Raises FunctionFailed."""
        spent = (time.perf_counter() - self._begun) * 1000
        (self._figures.warm if self._imported else self._figures.init).append(spent)
        self._imported = True
        had = peak(self._process.pid) if self._process is not None else 0.0
        self._figures.peak = max(self._figures.peak, had)
        if had > self._memory:
            self.retire()
            raise FunctionFailed(f"Runtime.OutOfMemory: {had:.0f} MB of {self._memory} MB")
        return message


def peak(pid: int) -> float:
    """Give the most memory that a process has had, in MB; 0 where the system does not tell."""
    told = Path(f"/proc/{pid}/status")
    found = _PEAK.search(told.read_text()) if told.exists() else None
    return int(found[1]) / 1024 if found else 0.0


def client(folder: Path) -> Path:
    """Lay Lambda's runtime client, and nothing else of what is installed here, into a folder."""
    folder.mkdir()
    for name in CLIENT:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise FunctionFailed(f"{name} is not installed")
        origin = Path(spec.origin)
        place = origin.parent if origin.name == "__init__.py" else origin
        (folder / place.name).symlink_to(place)
    return folder
