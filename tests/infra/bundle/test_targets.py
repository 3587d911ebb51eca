"""What is built for Lambda, and for another Python than the one that builds."""

import struct
import sys
import zipfile

import pytest

from infra import bundle
from infra.bundle.compiling import find_interpreter
from tests.bench.events import event
from tests.infra.bundle.conftest import ALL, by_name, release, unpack
from tests.infra.bundle.test_doors import Door, environment

pytestmark = pytest.mark.slow

AARCH64 = 183  # e_machine of ELF
LAMBDAS = bundle.LAMBDA.python


@pytest.fixture(params=ALL)
def packed(request, there):
    """Each zip for Lambda in turn."""
    with zipfile.ZipFile(there[request.param]) as opened:
        yield opened


def test_libraries_are_for_lambdas_processor(packed):
    """By their own headers."""
    libraries = [name for name in packed.namelist() if name.endswith(".so")]
    machines = {struct.unpack_from("<H", packed.read(name), 18)[0] for name in libraries}
    assert machines == {AARCH64}


def test_libraries_are_for_lambdas_python(packed):
    """Or for every Python (`abi3`)."""
    libraries = [name for name in packed.namelist() if name.endswith(".so")]
    kinds = {name.rpartition("/")[2].split(".", 1)[1] for name in libraries}
    assert kinds <= {"cpython-313-aarch64-linux-gnu.so", "abi3.so"}


def test_byte_code_is_for_lambdas_python(packed):
    """Python passes by that of another version."""
    names = [name for name in packed.namelist() if name.endswith(".pyc")]
    assert all(name.endswith(".cpython-313.pyc") for name in names)


def test_a_zip_may_be_uploaded(there):
    """Lambda takes 50 MB at once, and unpacks 250."""
    made = bundle.up_to_date(bundle.LAMBDA, folder=there["api"].parent)
    assert max(one.size for one in made.bundles) < 50_000_000
    assert max(one.unpacked for one in made.bundles) < 250_000_000


@pytest.fixture(scope="module")
def pythons():
    """Stand for the Python of Lambda's version on this machine."""
    found = find_interpreter(bundle.LAMBDA.version)
    if found is None:
        pytest.skip(f"no Python {bundle.LAMBDA.version} on this machine")
    return found.path


@pytest.fixture(scope="module")
def on_lambdas_python(pythons, tmp_path_factory):
    """The api for this machine and Lambda's Python, in a folder that nobody may write to."""
    folder = tmp_path_factory.mktemp("dist")
    target = bundle.here(LAMBDAS)
    paths = by_name(bundle.ensure(target, folder=folder))
    task = unpack(paths["api"], folder / "task")
    door = Door(pythons, task, "handler.api.handle", environment("http://127.0.0.1:9", "AKIAAPI"))
    yield door, task
    door.close()
    release(task)


def test_the_api_runs_on_lambdas_python(on_lambdas_python):
    """From its zip alone."""
    door, _ = on_lambdas_python
    assert door(event("GET", "/health"))["statusCode"] == 200
    assert door.strangers == []


def test_lambdas_python_finds_byte_code_for_all(on_lambdas_python):
    """It has written none of its own."""
    door, task = on_lambdas_python
    assert door.strangers == []
    assert not list(task.rglob("*.pyc.*"))
    with zipfile.ZipFile(task.parent / "api.zip") as packed:
        there = {str(one.relative_to(task)) for one in task.rglob("*") if one.is_file()}
        assert there == set(packed.namelist())


@pytest.mark.skipif(sys.version_info[:2] == LAMBDAS, reason="this Python compiles for Lambda")
def test_without_lambdas_python_sources_ship_alone(there, monkeypatch, tmp_path, capfd):
    """It is said, on the terminal and in the manifest."""
    for name in ("PATH", "HOME", "PYENV_ROOT"):
        monkeypatch.setenv(name, str(tmp_path))
    made = bundle.up_to_date(bundle.LAMBDA, folder=tmp_path / "dist")
    assert made.compiler is None
    assert all(one.size == one.plain for one in made.bundles)
    assert "no Python 3.13, so these bundles hold no byte code" in capfd.readouterr().err
