"""What is in a zip, and what is not."""

import re
import stat
import zipfile

import pytest
from packaging.utils import canonicalize_name

from infra.bundle.known import NEVER_LOADED
from infra.bundle.pins import read_pins
from infra.bundle.places import LOCK
from infra.bundle.targets import here as this_machine
from tests.infra.bundle.conftest import ALL

DOOR = {name: f"handler/{name}.py" for name in ALL}
INFO = re.compile(r"([^/]+)-([^-/]+)\.dist-info/")


@pytest.fixture(params=ALL)
def packed(request, here):
    """Each zip in turn."""
    with zipfile.ZipFile(here[request.param]) as opened:
        yield opened


def places(path):
    """List the files of a zip."""
    with zipfile.ZipFile(path) as opened:
        return opened.namelist()


def packages(names):
    """Give the packages that files are of."""
    found = (INFO.match(name) for name in names)
    return {canonicalize_name(one[1]): one[2] for one in found if one}


@pytest.mark.parametrize(
    "unwanted",
    [
        ".git/",
        ".env",
        "tests/",
        "infra/",
        "boto3/",
        "moto/",
        "pytest/",
        *(f"{name}/" for name in NEVER_LOADED),
    ],
)
def test_nothing_is_shipped_that_does_not_belong_there(packed, unwanted):
    """Neither at the top nor anywhere below it (threat L12)."""
    assert not [name for name in packed.namelist() if f"/{unwanted}" in f"/{name}"]


def test_only_locked_packages_are_shipped(packed):
    """In the versions of the lock."""
    locked = {pin.name: pin.version for pin in read_pins(LOCK.read_text(), this_machine())}
    assert packages(packed.namelist()).items() <= locked.items()


def test_the_worker_holds_nothing_of_http(here):
    """It starts without it."""
    assert not packages(places(here["worker"])).keys() & {"fastapi", "starlette", "mangum", "anyio"}


def test_letters_holds_no_cryptography(here):
    """It signs nothing, and that is the largest package."""
    assert "cryptography" not in packages(places(here["letters"]))


def test_the_api_holds_what_is_loaded_by_name(here):
    """By passlib argon2, by starlette python-multipart."""
    assert {"argon2-cffi", "python-multipart"} <= packages(places(here["api"])).keys()


@pytest.mark.parametrize("name", ALL)
def test_the_console_is_the_api_s_alone(here, name):
    """Its files, and what Brotli has made of them."""
    found = [place for place in places(here[name]) if place.startswith("handler/console/")]
    assert bool(found) == (name == "api")
    assert ("handler/console/packed/console.js.br" in found) == (name == "api")


@pytest.mark.parametrize("name", ALL)
def test_a_zip_holds_its_own_door_only(here, name):
    """The other doors are other functions'."""
    assert {place for place in places(here[name]) if place in DOOR.values()} == {DOOR[name]}


def test_botocore_describes_only_what_is_called(here):
    """Dead letters are kept in a table and a bucket."""
    found = {place.split("/")[2] for place in places(here["letters"]) if "botocore/data/" in place}
    assert {one for one in found if "." not in one} <= {"dynamodb", "s3", "secretsmanager", "sqs"}
    assert {"endpoints.json", "partitions.json", "_retry.json"} <= found


def test_packages_keep_what_they_are_asked_for(packed):
    """METADATA, and a licence wherever the wheel brings one."""
    told = [name for name in packed.namelist() if ".dist-info/" in name]
    assert {name.rpartition("/")[2] for name in told} >= {"METADATA", "LICENSE"}
    assert not [name for name in told if name.endswith(("/RECORD", "/INSTALLER", "/WHEEL"))]


def test_opentelemetry_finds_its_parts(here):
    """Through its entry points."""
    assert any(
        re.match(r"opentelemetry_api-.*/entry_points.txt", name) for name in places(here["api"])
    )


def test_what_only_developers_need_is_left_out(packed):
    """Stubs, headers, scripts."""
    suffixes = (".pyi", ".typed", ".h", ".c", ".sh", ".exe")
    assert not [name for name in packed.namelist() if name.endswith(suffixes)]
    assert not [name for name in packed.namelist() if name.startswith("bin/")]


def test_entries_say_nothing_of_who_packed_them(packed):
    """Sorted, with one time, as plain files that everybody may read."""
    entries = packed.infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    modes = {entry.external_attr >> 16 for entry in entries}
    assert all(stat.S_ISREG(mode) for mode in modes)
    assert {stat.S_IMODE(mode) for mode in modes} == {0o644, 0o755}


def test_every_source_has_its_byte_code(packed):
    """Python then compiles nothing at a cold start."""
    names = set(packed.namelist())
    tag = "cpython-" + this_machine().version.replace(".", "")
    for name in names:
        if name.endswith(".py"):
            folder, _, file = name.rpartition("/")
            code = f"{folder}/__pycache__/{file[:-3]}.{tag}.pyc".lstrip("/")
            assert code in names


def test_byte_code_is_never_held_against_its_source(packed):
    """PEP 552: bit 0 says that a hash stands for the source, bit 1 would have it checked."""
    codes = [name for name in packed.namelist() if name.endswith(".pyc")]
    assert {packed.read(name)[4:8] for name in codes} == {b"\x01\0\0\0"}


def test_byte_code_says_where_lambda_unpacks_it(here):
    """Tracebacks then read as those of the source would; no path of this machine is shipped."""
    with zipfile.ZipFile(here["worker"]) as opened:
        (name,) = [
            one for one in opened.namelist() if re.search(r"handler/__.*/worker\..*pyc", one)
        ]
        assert b"/var/task/handler/worker.py" in opened.read(name)
        root = str(LOCK.parents[2]).encode()
        assert not [one for one in opened.namelist() if root in opened.read(one)]
