"""What the tests of live updates share: sockets that are opened with tickets."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from handler.core import aws as core_aws
from handler.realtime import Announcement, publish
from handler.realtime.models import Subscription, place_of
from infra.local.sockets.events import Handshake
from infra.local.sockets.virtual import Client as Socket
from infra.local.sockets.virtual import VirtualSockets
from tests import rights, sample_channels  # noqa: F401 - its channel is there then
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


@pytest.fixture
def gateway_refuses(sockets: VirtualSockets) -> Callable[..., Any]:
    """Has the gateway want no more of the next calls, or of all of them, within a block."""

    @contextmanager
    def refuse(count: int = 10_000) -> Iterator[list[str]]:
        events = core_aws.client("apigatewaymanagementapi").meta.events
        refused: list[str] = []

        def answer(model: Any, **_: Any) -> tuple[AWSResponse, dict[str, Any]] | None:
            if len(refused) == count:
                return None
            refused.append(model.name)
            error = {"Error": {"Code": "LimitExceededException", "Message": ""}}
            return AWSResponse("", 429, {}, None), error

        place = "before-call.apigatewaymanagementapi.*"
        events.register_first(place, answer, unique_id="refusing")
        yield refused
        events.unregister(place, unique_id="refusing")

    return refuse


class Listener:
    """A socket that is open at the gateway, and of which only its subscription is remembered."""

    def __init__(self) -> None:
        self.frames: list[Any] = []

    def send(self, text: str) -> bool:
        """Take what is posted."""
        self.frames.append(json.loads(text))
        return True

    def close(self, _code: int, _reason: str) -> None:
        """Nobody closes it."""
        raise AssertionError

    def taken(self) -> list[Any]:
        """The frames since the last look."""
        found, self.frames = self.frames, []
        return found


@pytest.fixture
def crowd(sockets: VirtualSockets) -> Callable[..., list[Listener]]:
    """So many subscribers of the lobby."""

    def gather(count: int) -> list[Listener]:
        found = []
        for number in range(count):
            listener, id_ = Listener(), sockets.hub.new_id()
            place = place_of("room:lobby", id_, crowds=True)
            who = {"account_id": f"a{number}", "session_id": "s", "expires_at": 9_999_999_999}
            Subscription(place, id_, **who).save()
            sockets.hub.open(id_, Handshake((), "", "", 443, sockets.hub.now()), listener)
            found.append(listener)
        return found

    return gather
