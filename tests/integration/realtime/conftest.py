"""What the tests of live updates share: sockets that are opened with tickets."""

from collections.abc import Callable
from typing import Any

import pytest

from handler.realtime import Announcement, publish
from infra.local.sockets.virtual import Client as Socket
from infra.local.sockets.virtual import VirtualSockets
from tests import rights
from tests.client import Client

Open = Callable[[Client], Socket]


@pytest.fixture
def opened(sockets: VirtualSockets) -> Open:
    """Opens a socket of a client."""

    def open_one(client: Client) -> Socket:
        return sockets.open(f"ticket={client.post('/realtime/ticket').body['ticket']}")

    return open_one


@pytest.fixture
def listening(opened: Open) -> Callable[..., Socket]:
    """Opens a socket of a client that subscribes to a channel, and has been told so."""

    def listen(client: Client, channel: str, **options: Any) -> Socket:
        socket = opened(client)
        socket.say({"action": "subscribe", "channel": channel, **options})
        return socket

    return listen


def tell(*ids: str, channel: str = "room:lobby", function: str = "changes") -> None:
    """Announce events of those ids, as a function does."""
    with rights.acting(function):
        publish([Announcement(channel, "room.happened", {"what": id_}, id_) for id_ in ids])


@pytest.fixture
def told() -> Callable[..., None]:
    """Announces events."""
    return tell


def ids(frames: list[Any]) -> list[str]:
    """The ids of the events in frames, in order."""
    found: list[str] = []
    for frame in frames:
        if frame["type"] == "events":
            found += [event["id"] for event in frame["events"]]
        elif "seq" in frame and "id" in frame:
            found.append(frame["id"])
    return found


@pytest.fixture
def heard() -> Callable[[Socket], list[str]]:
    """The ids of the events that a socket was told since the last look."""
    return lambda socket: ids(socket.taken())
