"""The Python that compiles: of the target's version, wherever it is."""

import sys

import pytest

from infra.bundle.compiling import Interpreter, compile_all, find_interpreter
from infra.bundle.failures import BundleFailed

THIS = ".".join(map(str, sys.version_info[:2]))
OTHER = "3.99"
TOLD = "cpython-399.3.99.1.final"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Stand for a machine without any other Python: its PATH, its home."""
    for name in ("bin", "home"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    return tmp_path


def program(path, said, *, code=0):
    """Make a program that says something, whatever it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{said}'\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


def test_the_python_that_runs_is_taken_when_it_fits():
    """Of the same version."""
    exact = ".".join(map(str, sys.version_info[:3]))
    assert find_interpreter(THIS) == Interpreter(sys.executable, exact)


def test_none_is_found_where_none_is(machine):
    """Nothing is downloaded."""
    assert find_interpreter(OTHER) is None


def test_one_on_path_is_found(machine):
    """By its usual name."""
    path = program(machine / "bin" / "python3.99", TOLD)
    assert find_interpreter(OTHER) == Interpreter(path, "3.99.1")


def test_one_of_pyenv_is_found(machine):
    """Also when its shim on PATH refuses."""
    program(machine / "bin" / "python3.99", "pyenv: command not found", code=127)
    path = program(machine / "home/.pyenv/versions/3.99.1/bin/python3.99", TOLD)
    assert find_interpreter(OTHER) == Interpreter(path, "3.99.1")


def test_one_of_uv_is_found(machine):
    """It knows where it put it."""
    path = program(machine / "elsewhere" / "python", TOLD)
    program(machine / "bin" / "uv", path)
    assert find_interpreter(OTHER) == Interpreter(path, "3.99.1")


def test_uv_without_one_is_no_help(machine):
    """It says so and fails."""
    program(machine / "bin" / "uv", "No interpreter found", code=2)
    assert find_interpreter(OTHER) is None


@pytest.mark.parametrize(
    "told",
    [
        "cpython-399.3.99.0.candidate",
        "cpython-398.3.98.0.final",
        "pypy399.3.99.0.final",
        "",
    ],
)
def test_another_python_is_not_taken(machine, told):
    """Byte code of a beta, or of another kind, is none for the target."""
    program(machine / "bin" / "python3.99", told)
    assert find_interpreter(OTHER) is None


def test_what_is_no_program_is_not_taken(machine):
    """A file in its place."""
    (machine / "bin" / "python3.99").write_bytes(b"\x7fELF?")
    (machine / "bin" / "python3.99").chmod(0o755)
    assert find_interpreter(OTHER) is None


def test_what_is_no_python_is_refused(tmp_path):
    """It would fail at the first cold start."""
    (tmp_path / "broken.py").write_text("def broken(:\n")
    with pytest.raises(BundleFailed, match="cannot compile"):
        compile_all(tmp_path, find_interpreter(THIS))


def test_byte_code_follows_from_the_source_alone(tmp_path):
    """Wherever it lies, and whatever the order in which Python would keep a set."""
    words = ", ".join(f"'{number}'" for number in range(50))
    compiled = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "module.py").write_text(f"def is_known(word):\n    return word in {{{words}}}\n")
        compile_all(folder, find_interpreter(THIS))
        (code,) = folder.glob("__pycache__/*.pyc")
        compiled.append(code.read_bytes())
    assert compiled[0] == compiled[1]
