"""Copies of one snapshot: each draws its own, asks anew and forgets what has grown old."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import snapshot_restore_py

from handler.accounts import keyring
from handler.jobs import enqueue
from tests.sample_jobs import Plain

_ROOT = Path(__file__).parents[3]


class _Place(ThreadingHTTPServer):
    """Stands for AWS and for where credentials come from; connections end without a word."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.known: set[int] = set()
        self.ended: set[int] = set()
        self.swallowed: list[str] = []

    def end_all(self) -> None:
        """From now on nobody hears what is sent over the connections that there are."""
        self.ended |= self.known


class _Connection(BaseHTTPRequestHandler):
    """Answers what a probe asks."""

    protocol_version = "HTTP/1.1"
    server: _Place

    def do_GET(self) -> None:
        """Hand out credentials that are to be renewed for every call."""
        soon = datetime.now(UTC) + timedelta(minutes=5)
        found = {"AccessKeyId": "a", "SecretAccessKey": "b", "Token": "c"}
        self._answer({**found, "Expiration": soon.isoformat()})

    def do_POST(self) -> None:
        """Find no row."""
        self.rfile.read(int(self.headers["content-length"]))
        self._answer({})

    def _answer(self, content: dict[str, str]) -> None:
        port = self.client_address[1]
        self.server.known.add(port)
        if port in self.server.ended:
            self.server.swallowed.append(self.path)
            self.close_connection = True
            return
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def place() -> Iterator[_Place]:
    """What listens on the loopback."""
    listening = _Place()
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield listening
    listening.shutdown()
    thread.join()
    listening.server_close()


def told(process: subprocess.Popen[str], name: str) -> dict:
    """The next thing of that name that a process says, its log aside."""
    return next(json.loads(line)[name] for line in process.stdout if f'"{name}"' in line)


@pytest.fixture
def thawed(place) -> tuple[dict, list[dict]]:
    """What is said before a snapshot, and what two copies of it say when connections have ended."""
    address = f"http://127.0.0.1:{place.server_port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.http.restored"],
        cwd=_ROOT,
        env={
            "PATH": os.environ["PATH"],
            "STAGE": "local",
            "RESOURCE_PREFIX": "x-",
            "QUEUE_BASE": f"{address}/",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL": address,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{address}/credentials",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        frozen = told(process, "frozen")
        place.end_all()
        process.stdin.write("on\n")
        process.stdin.flush()
        copies = [told(process, "copy") for _ in range(2)]
    assert process.returncode == 0
    return frozen, copies


def test_copies_of_a_snapshot_are_environments_of_their_own(thawed, place):
    """They draw differently, count from nothing, and lose no request to a dead connection."""
    _, copies = thawed
    assert [(one["status"], one["counted"]) for one in copies] == [(200, 0)] * 2
    assert copies[0]["random"] != copies[1]["random"]
    assert copies[0]["id"][10:] != copies[1]["id"][10:]
    assert place.known > place.ended
    assert place.swallowed == []


def test_a_snapshot_holds_what_requests_need(thawed):
    """What verifies tokens is loaded; garbage is gone, and the rest left alone by collections."""
    frozen, _ = thawed
    loaded = ["cryptography", "jose.jws"]
    assert frozen == {"status": 200, "loaded": loaded, "left": False, "more": True}


_TIMELESS = {
    "handler.accounts.passwords._blocked": "comes with the release",
    "handler.accounts.passwords._context": "holds parameters",
    "handler.accounts.tokens._verified": "asks for key and time whenever it is used",
    "handler.core.aws._sessions": "reconnect, and renew their credentials",
    "handler.core.aws.client": "reconnect",
    "handler.core.errors._snake": "follows from names",
    "handler.core.settings.settings": "the environment is the snapshot's",
    "handler.core.together._pool": "threads that wait for work",
    "handler.jobs.transitions._names": "follows from expressions",
}
"""What an environment gathers and its copies may share, and why."""


def gathered() -> dict[str, int]:
    """How much every module of the handler has gathered: in containers, and in caches."""
    found = {}
    for module, names in [(n, vars(m)) for n, m in sys.modules.items() if n.startswith("handler.")]:
        for name, value in names.items():
            if isinstance(value, dict | list | set) and not name.startswith("__"):
                found[f"{module}.{name}"] = len(value)
            elif hasattr(value, "cache_info") and value.__module__ == module:
                found[f"{module}.{name}"] = value.cache_info().currsize
    return found


def thaw() -> None:
    """Do what Lambda does in a copy."""
    for step, arguments, named in snapshot_restore_py.get_after_restore():
        step(*arguments, **named)


def test_what_an_environment_has_gathered_is_forgotten_or_timeless(ann, jobs):
    """Keys, leases and counters of a frozen one would be everybody's, and of an unknown age."""
    thaw()
    before = gathered()
    for _ in range(2):
        enqueue(Plain(), owner="ann")
    ann.get("/jobs", query="limit=1")
    grown = {name for name, size in gathered().items() if size > before.get(name, 0)}
    rings = {"handler.core.keys._rings"}
    assert grown >= rings | {"handler.core.limits._leases", "handler.core.metrics._counted"}
    assert keyring._Cache.ring is not None
    thaw()
    kept = {name for name, size in gathered().items() if size > before.get(name, 0)}
    assert kept <= _TIMELESS.keys()
    assert keyring._Cache.ring is None


def test_a_copy_answers_who_was_signed_in_before(ann):
    """What was forgotten is asked for again."""
    assert ann.get("/users/me").status == 200
    thaw()
    assert ann.get("/users/me").status == 200


def test_without_lambda_s_package_the_door_starts():
    """No bundle holds it; Lambda's runtime brings it, and a laptop may do without."""
    code = (
        "import sys; sys.modules['snapshot_restore_py'] = None\n"
        "import handler.api; print(handler.api.handle({}, None)['statusCode'])"
    )
    answered = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code],
        cwd=_ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answered.stdout.splitlines()[-1] == "400"
