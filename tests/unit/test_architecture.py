"""The house's rules that no linter knows (design/house.md, "Also tested")."""

import ast
import importlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import grimp
import pytest

from handler import api, changes, channels, clock, roster, sockets, worker
from handler.core import system
from handler.jobs import Event, definitions

_ROOT = Path(__file__).parents[2]
_MODULES = sorted((_ROOT / "handler").rglob("*.py"))
_ALL = _MODULES + sorted((_ROOT / "infra").rglob("*.py"))
_FRONT = {"__init__", "router", "jobs", "channels"}  # doors wire them; rooms use the first alone
_DOORS = {"api", "worker", "sockets", "clock", "changes", "letters", "operators"}
_WIRING = _DOORS | {"roster", "channels"}  # every room's jobs, and channels, for several doors
_JUNK = {"utils", "helpers", "common", "constants", "exceptions", "base", "misc", "shared", "tools"}
_JOB = "Lambda freezes or skips it: write a job instead (handler/<feature>/jobs.py)."
_EVERY = pytest.mark.parametrize("path", _ALL, ids=lambda path: str(path.relative_to(_ROOT)))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _room(module: str) -> str:
    """The feature that a module belongs to, or nothing for core, the doors and the roster."""
    parts = module.split(".")
    return "" if len(parts) < 2 or parts[1] in _WIRING | {"core"} else parts[1]


@_EVERY
def test_modules_are_short(path):
    """A module has at most 250 lines."""
    assert len(path.read_text().splitlines()) <= 250


@_EVERY
def test_functions_are_short(path):
    """A function has at most 30 lines."""
    long = [f.name for f in _functions(path) if f.end_lineno - f.lineno >= 30]
    assert not long


@_EVERY
def test_no_module_is_a_junk_drawer(path):
    """A module is named for what it is about."""
    assert not _JUNK & {part.removesuffix(".py") for part in path.relative_to(_ROOT).parts}


def test_rooms_are_entered_by_their_door():
    """A feature uses another by its package, never by a module inside."""
    graph = grimp.build_graph("handler")
    for module in graph.modules:
        for found in graph.find_modules_directly_imported_by(module):
            inside = found.count(".") > 1
            if inside and _room(found) and _room(module) and _room(found) != _room(module):
                pytest.fail(f"{module} imports {found}: use what handler.{_room(found)} offers")


def test_doors_wire_routers_alone():
    """A door knows a feature's router, jobs or package, not what lies behind."""
    graph = grimp.build_graph("handler")
    for door in {f"handler.{name}" for name in _WIRING} & graph.modules:
        for found in graph.find_modules_directly_imported_by(door):
            if _room(found) and found.count(".") > 1:
                assert found.rpartition(".")[2] in _FRONT


def test_every_router_is_wired():
    """A room with a router is open; system is as well."""
    rooms = {
        path.relative_to(_ROOT).parts[1]
        for path in _MODULES
        if path.relative_to(_ROOT).parts[2:3] in {("router.py",), ("router",)}
    }
    routers = [importlib.import_module(f"handler.{room}.router").router for room in rooms]
    assert set(map(id, api.ROUTERS)) == {id(system.router), *map(id, routers)}


def _rooms_with(name: str) -> set[str]:
    """The rooms that have a module of that name."""
    return {path.parts[1] for path in map(_relative, _MODULES) if path.parts[2:] == (f"{name}.py",)}


def _relative(path: Path) -> Path:
    return path.relative_to(_ROOT)


def test_every_room_s_jobs_are_wired():
    """A room with jobs is on the roster, and the doors that need handlers or crons have it."""
    rooms = [importlib.import_module(f"handler.{room}.jobs") for room in _rooms_with("jobs")]
    assert set(map(id, roster.JOBS)) == set(map(id, rooms))
    assert worker.JOBS is roster.JOBS
    assert clock.JOBS is roster.JOBS


def test_every_room_s_channels_are_wired():
    """A room that has channels says so to the doors through which something is told in them."""
    rooms = [
        importlib.import_module(f"handler.{room}.channels") for room in _rooms_with("channels")
    ]
    assert set(map(id, channels.CHANNELS)) == set(map(id, rooms))
    assert {id(door.CHANNELS) for door in (api, changes, sockets, worker)} == {
        id(channels.CHANNELS)
    }


def test_every_job_has_a_handler():
    """What a room declares, some room does; events may go unheard."""
    unhandled = [
        name
        for name, found in definitions._definitions.items()
        if not (found.handler or issubclass(found.kind, Event) or name.startswith("tests."))
    ]
    assert unhandled == []


def test_names_of_jobs_begin_with_their_room():
    """Whoever sees one in a list knows where to look."""
    for name, found in definitions._definitions.items():
        rooms = {_room(found.kind.__module__), _room(getattr(found.handler, "__module__", ""))}
        assert name.partition(".")[0] in rooms | {"tests"}


@pytest.mark.parametrize("path", _MODULES, ids=lambda path: str(path.relative_to(_ROOT)))
def test_nothing_works_after_the_answer(path):
    """Neither background tasks nor lifespan hooks: on Lambda they hold the answer, or never run."""
    for node in ast.walk(ast.parse(path.read_text())):
        named = getattr(node, "attr", None) or getattr(node, "id", None) or ""
        assert named not in {"BackgroundTask", "BackgroundTasks"}, _JOB
        assert named not in {"on_event", "add_event_handler", "on_startup", "on_shutdown"}, _JOB
        if isinstance(node, ast.keyword):
            assert node.arg not in {"background", "on_startup", "on_shutdown"}, _JOB
            off = isinstance(node.value, ast.Constant) and node.value.value == "off"
            assert node.arg != "lifespan" or off, _JOB


def test_one_module_reads_who_asks():
    """The caller's address has one source, which an edge may have set (threats I2)."""
    reading = {
        str(_relative(path))
        for path in _MODULES
        for node in ast.walk(ast.parse(path.read_text()))
        if getattr(node, "value", None) in ("sourceIp", "client", "x-forwarded-for")
        or (isinstance(node, ast.Attribute) and node.attr == "client" and _is_request(node.value))
    }
    assert reading == {
        "handler/core/events.py",  # takes API Gateway's
        "handler/core/viewers.py",  # an edge's
        "handler/core/http/asking.py",  # gives it to whoever asks
    }


def _is_request(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "request"


@pytest.mark.parametrize(
    "name",
    [
        "fastapi.BackgroundTasks",
        "fastapi.background",
        "starlette.background",
        "contextlib.asynccontextmanager",
    ],
)
def test_the_linter_says_to_write_a_job(name):
    """`make check` refuses work after the answer, and says what to write."""
    settings = tomllib.loads((_ROOT / "pyproject.toml").read_text())
    banned = settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    assert "write a job" in banned[name]["msg"]


def test_the_release_is_said_once():
    """`/info` and the project file agree."""
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == system.VERSION


def _in_new_process(code: str) -> str:
    environment = {
        "STAGE": "local",
        "RESOURCE_PREFIX": "x-",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "QUEUE_BASE": "https://sqs.eu-west-1.amazonaws.com/123456789012/",
    }
    return subprocess.run(  # noqa: S603 - our own code, in a process without our imports
        [sys.executable, "-c", code],
        cwd=_ROOT,
        env={**environment, "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.parametrize("door", ["changes", "clock", "letters", "operators", "sockets", "worker"])
def test_other_doors_speak_no_http(door):
    """They start without FastAPI, Starlette and Mangum."""
    loaded = _in_new_process(
        f"import sys, handler.{door}; print({{name.partition('.')[0] for name in sys.modules}})"
    )
    assert "handler" in loaded
    assert not [name for name in ("fastapi", "starlette", "mangum") if f"'{name}'" in loaded]


@pytest.mark.parametrize("door", ["api", "worker"])
def test_doors_in_a_hurry_make_one_client(door):
    """Importing them builds DynamoDB's client and no other, without boto3."""
    told = _in_new_process(
        "import sys, botocore.session as s\n"
        "made, create = [], s.Session.create_client\n"
        "s.Session.create_client = lambda self, name, *a, **k: "
        "(made.append(name), create(self, name, *a, **k))[1]\n"
        f"import handler.{door}\n"
        "print(made, 'boto3' in sys.modules, 's3transfer' in sys.modules)"
    )
    assert told == "['dynamodb'] False False"
