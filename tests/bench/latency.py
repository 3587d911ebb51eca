"""From a publish to its event, through a running twin, over an echo that only posts (P3).

Both go over the same socket in turns: gateway, function and post are the same. What is more is what
live updates do: whose socket it is, the number, the event that is kept, and who is to be told.
"""

import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from infra.local import client, seed
from tests.bench.goals import Figure
from tests.e2e import probing
from tests.e2e.twins import Twin

_ROUNDS = 150
_PAUSE = 0.06  # seconds: a socket may send 20 frames a second
_CHANNEL = "room:bench"
_PROGRAM = Path(__file__).parent / "programs" / "bare_echo.py"


def figures() -> Iterator[Figure]:
    """P3, of medians."""
    with tempfile.TemporaryDirectory() as folder, _socket(Path(folder)) as socket:
        rounds = [(_published(socket), _echoed(socket)) for _ in range(_ROUNDS)]
    ours, bare = (statistics.median(times) for times in zip(*rounds, strict=True))
    yield Figure("P3", ours / bare)


@contextmanager
def _socket(folder: Path) -> Iterator[ClientConnection]:
    """A socket that is subscribed, at a twin with such a door."""
    twin = Twin(folder, handler=_with_bare_echo(folder / "project"))
    twin.start()
    try:
        one = seed.ACCOUNTS[0]
        token = client.sign_in(twin.url, one.email, one.password)
        ticket = client.post(twin.url, "/realtime/ticket", None, token).body
        with connect(f"{ticket['url']}?ticket={ticket['ticket']}") as socket:
            _say(socket, action="subscribe", channel=_CHANNEL)
            _until(socket, "room.presence")
            yield socket
    finally:
        twin.stop()


def _with_bare_echo(project: Path) -> Path:
    """A copy of the handlers with that door before ours."""
    project.mkdir()
    handler = probing.build(project)
    (handler / "sockets.py").rename(handler / "our_sockets.py")
    shutil.copy(_PROGRAM, handler / "sockets.py")
    return handler


def _published(socket: ClientConnection) -> float:
    """Seconds from a publish to its event."""
    time.sleep(_PAUSE)
    begun = time.perf_counter()
    _say(socket, action="publish", channel=_CHANNEL, data={"text": "Hello"})
    _until(socket, "room.message")
    seconds = time.perf_counter() - begun
    _until(socket, "ack")
    return seconds


def _echoed(socket: ClientConnection) -> float:
    """Seconds from a frame to its bare echo."""
    begun = time.perf_counter()
    socket.send("bare")
    socket.recv()
    return time.perf_counter() - begun


def _say(socket: ClientConnection, **frame: Any) -> None:
    socket.send(json.dumps(frame))


def _until(socket: ClientConnection, kind: str) -> None:
    """Wait for a frame of a type."""
    while json.loads(socket.recv())["type"] != kind:
        pass
