"""The kinds of requests and jobs that the bill knows, and what each asks of AWS.

Every kind is done twice and the second time is measured: secrets are at hand then, and what an
environment has taken of a limit is not used up. Both are kinds of their own.
"""

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from handler.core import limits, metrics
from handler.core.http.asking import SIGNED_IN
from handler.jobs import enqueue
from tests import rights
from tests.bill.asking import Kind, asks
from tests.bill.items import kinds as items
from tests.bill.meter import Metered, metered
from tests.bill.scene import EMAIL, OWNER, Scene, opened
from tests.integration.accounts.conftest import PASSWORD
from tests.sample_jobs import Plain

_DURATION = re.compile(r"\d+\.\d+")
_USUAL = "12.3"  # ms, so that lines and headers are as long each time


def _form(scene: Scene, **fields: str) -> dict[str, Any]:
    raw = "&".join(f"{name}={value}" for name, value in fields.items())
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return scene.nobody.event("POST", "/token", raw=raw, headers=kind)


def _signs_in(scene: Scene) -> dict[str, Any]:
    return _form(scene, username=EMAIL, password=PASSWORD.replace(" ", "+"))


def _refreshes(scene: Scene) -> dict[str, Any]:
    if not scene.refresh_token:
        scene.refresh_token = json.loads(scene.ask(_signs_in(scene))["body"])["refresh_token"]
    return _form(scene, grant_type="refresh_token", refresh_token=scene.refresh_token)


def _registers(scene: Scene) -> dict[str, Any]:
    body = {"email": f"{scene.number():026}@example.org", "password": "four words are enough"}
    return scene.nobody.event("POST", "/register", body)


def _job(scene: Scene) -> Callable[[], Any]:
    def run() -> None:
        with rights.acting("api"):
            enqueue(Plain(), owner=OWNER)
        scene.pump.deliver()

    return run


def _mail(scene: Scene) -> Callable[[], Any]:
    """The job that an answer has enqueued; that part of it is the request's."""
    scene.ask(_registers(scene))
    return scene.pump.deliver


def _minute(scene: Scene) -> Callable[[], Any]:
    scene.pump.deliver()
    scene.pass_(seconds=60)
    return scene.pump.tick


def _counters(scene: Scene) -> Callable[[], Any]:
    def write() -> None:
        with rights.acting("api"):
            metrics.flush()

    metrics.flush()
    metrics.count(requests=1, milliseconds=12, refusals=0, faults=0)
    scene.pass_(seconds=60)
    return write


def _lease(scene: Scene) -> Callable[[], Any]:
    def take() -> None:
        with rights.acting("api"):
            limits.lease(SIGNED_IN, OWNER)

    limits._leases.clear()
    return take


KINDS = {
    **items.KINDS,
    "get_me": asks(lambda scene: scene.user.event("GET", "/users/me")),
    "sign_in": asks(_signs_in),
    "refresh": asks(_refreshes, remember=True),
    "register": asks(_registers),
    "refused": asks(
        lambda scene: scene.nobody.event("GET", "/users/me", headers={"authorization": "Bearer x"})
    ),
    "job": Kind("worker-fast", _job),
    "mail": Kind("worker-fast", _mail),
    "minute": Kind("clock", _minute),
    "counters": Kind("api", _counters),
    "lease": Kind("api", _lease),
}


def measured() -> Iterator[tuple[str, dict[str, Any]]]:
    """What each kind asks, by its name, as it stands in `bill.json`."""
    with opened() as scene:
        for name, kind in KINDS.items():
            limits._leases.clear()
            with _silence():
                kind.prepare(scene)()
                run = kind.prepare(scene)
            yield name, _measured(kind, run)
            with _silence():
                scene.pump.deliver()
            scene.pass_(seconds=60)


def _silence() -> contextlib.AbstractContextManager[object]:
    return contextlib.redirect_stdout(io.StringIO())


def _measured(kind: Kind, run: Callable[[], Any]) -> dict[str, Any]:
    written = io.StringIO()
    with contextlib.redirect_stdout(written), metered() as found:
        answer = run()
    lines = _DURATION.sub(_USUAL, written.getvalue()).encode()
    return _told(kind.function, found, len(lines), _size(answer) if kind.function == "api" else 0)


def _told(function: str, found: Metered, log: int, response: int) -> dict[str, Any]:
    return {
        "function": function,
        "calls": dict(sorted(found.calls.items())),
        "waits": found.waits,
        "reads": {table: units for table, units in sorted(found.reads.items()) if units},
        "writes": dict(sorted(found.writes.items())),
        "stored_bytes": found.stored_bytes,
        "log_bytes": log,
        "response_bytes": response,
    }


def _size(answer: dict[str, Any] | None) -> int:
    """The bytes of an answer: its headers as HTTP/1.1 writes them, and its body."""
    if answer is None:
        return 0
    headers = [
        *answer["headers"].items(),
        *(("set-cookie", one) for one in answer.get("cookies", ())),
    ]
    written = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return len(_DURATION.sub(_USUAL, written).encode()) + len(answer.get("body", "").encode())
