"""Byte code for the target's Python. Where that is not installed, sources ship alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.bundle.failures import BundleFailed

_TASK = "/var/task"  # where Lambda unpacks a function: what tracebacks show
_SAY = "import sys; v = sys.version_info; print(sys.implementation.cache_tag, *v[:4], sep='.')"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python that can be run here, and its version, as in `3.13.1`."""

    path: str
    version: str


def find_interpreter(version: str) -> Interpreter | None:
    """A released Python of that version (`3.13`), or None: this one, one on PATH, pyenv's, uv's."""
    for path in _candidates(version):
        if found := _asked(path, version):
            return found
    return None


def _candidates(version: str) -> Iterator[str]:
    yield sys.executable
    if on_path := shutil.which(f"python{version}"):
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(map(str, pyenv.glob(f"versions/{version}.*/bin/python{version}")))
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv:
        found = _output([uv, "python", "find", "--offline", "--no-project", version])
        yield from found.split("\n")[:1]


def _asked(path: str, version: str) -> Interpreter | None:
    """Ask a Python what it is; what stands for one (pyenv's shims do) may not be there."""
    match _output([path, "-I", "-S", "-c", _SAY]).split("."):
        case [tag, *exact, "final"] if tag == "cpython-" + version.replace(".", ""):
            return Interpreter(path, ".".join(exact))
    return None


def _output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    except OSError:
        return ""
    return "" if done.returncode else done.stdout.strip()


def compile_all(folder: Path, interpreter: Interpreter) -> None:
    """Compile all that lies in a folder, to bytes that depend on nothing but the sources.

    Python never looks whether they are stale (`unchecked-hash`): nobody edits a deployed function.
    Raises BundleFailed for what is no Python of that version.
    """
    options = ["--invalidation-mode", "unchecked-hash", "-s", str(folder), "-p", _TASK]
    done = subprocess.run(  # noqa: S603 - ours
        [interpreter.path, "-S", "-s", "-P", "-m", "compileall", "-q", *options, str(folder)],
        env={"PYTHONHASHSEED": "0"},  # sets of constants stand in the order of their hashes
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BundleFailed(f"Python {interpreter.version} cannot compile it:\n{done.stdout}")


def compiled(place: str, version: str) -> str:
    """Where the byte code of a source is."""
    folder, _, name = place.rpartition("/")
    tag = version.replace(".", "")
    return f"{folder}/__pycache__/{name[:-3]}.cpython-{tag}.pyc".lstrip("/")
