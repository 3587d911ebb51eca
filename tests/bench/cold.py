"""Cold starts from what ships: instructions of a whole process over those of the floor (C1, C2).

Instructions, because time tells little on a shared machine: valgrind's are the same to 0.1 % each
time. Without valgrind the processor's own counter will do, and without that CPU time.
"""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from infra import bundle
from tests.bench import people
from tests.bench.canned import ENVIRONMENT
from tests.bench.goals import Figure

_ROOT = Path(__file__).parents[2]
_PROGRAMS = Path(__file__).parent / "programs"
_ROUNDS = 15  # of measuring CPU time: its minimum is then steady to some 3 %

Command = list[str]
Measure = Callable[[list[Command], dict[str, str]], list[float]]


def figures(first_get: dict[str, Any]) -> Iterator[Figure]:
    """C1 and C2. `first_get` is the event of an authenticated GET."""
    commands = [_program("hello"), _program("door"), _program("first_get", json.dumps(first_get))]
    with tempfile.TemporaryDirectory() as task:
        shutil.unpack_archive(bundle.ensure("here")["handler.api.handle"], task)
        environment = {
            **ENVIRONMENT,
            **people.variables(),
            "PATH": os.environ["PATH"],
            "HOME": task,  # without the user's AWS configuration
            "PYTHONPATH": os.pathsep.join((task, str(_ROOT))),
            "PYTHONHASHSEED": "0",
        }
        for command in commands:
            _run(command, environment)
        hello, door, get = _measure()(commands, environment)
    yield Figure("C1", door / hello)
    yield Figure("C2", get / hello)


def _program(name: str, *arguments: str) -> Command:
    return [sys.executable, str(_PROGRAMS / f"{name}.py"), *arguments]


def _run(command: Command, environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return done.stderr


def how() -> str:
    """What cold starts are measured in, here."""
    return (_measure().__doc__ or "").rstrip(".")


def _measure() -> Measure:
    if shutil.which("valgrind"):
        return _by_valgrind
    return _by_counter if _has_counter() else _by_time


def _has_counter() -> bool:
    try:
        return bool(_by_counter([[sys.executable, "-c", ""]], {}))
    except (OSError, ValueError, subprocess.CalledProcessError):
        return False


def _by_valgrind(commands: list[Command], environment: dict[str, str]) -> list[float]:
    """Instructions, by valgrind."""
    tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    return [_number(r"I\s+refs:\s+([\d,]+)", _run([*tool, *c], environment)) for c in commands]


def _by_counter(commands: list[Command], environment: dict[str, str]) -> list[float]:
    """Instructions, by perf."""
    tool = ["perf", "stat", "-e", "instructions:u"]
    return [_number(r"([\d,]+)\s+instructions", _run([*tool, *c], environment)) for c in commands]


def _number(pattern: str, text: str) -> float:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(text)
    return float(found[1].replace(",", ""))


def _by_time(commands: list[Command], environment: dict[str, str]) -> list[float]:
    """CPU time, the least of some rounds."""
    rounds = [[_seconds(command, environment) for command in commands] for _ in range(_ROUNDS)]
    return [min(of_one) for of_one in zip(*rounds, strict=True)]


def _seconds(command: Command, environment: dict[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _run(command, environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
