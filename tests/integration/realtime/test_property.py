"""Whatever happens on the way, every client ends with exactly its channels' events (threats G15).

Users, channels, posts that are lost, doubled or in another order, sockets that break off and come
back, streams that tell twice, and crashes of whoever publishes between keeping and posting.
"""

import json
import random
from typing import Any

import pytest

from handler.realtime import Announcement, publish
from handler.realtime.models import EventRow
from tests import rights

_USERS = ("ann", "max", "sue")
_CHANNELS = ("me", "room:lobby", "room:garden", "gauge")
_STEPS = 60


class Reader:
    """A client as docs/live.md tells to write one: it orders, leaves doubles out, and asks."""

    def __init__(self, client: Any, open_one: Any, chance: random.Random) -> None:
        self._client = client
        self._open = open_one
        self._chance = chance
        self._socket: Any = None
        self.begun: dict[str, int] = {}
        self.known: dict[str, int] = {}
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.seen: list[dict[str, Any]] = []
        self._ahead: dict[str, dict[int, dict[str, Any]]] = {}

    def connect(self) -> None:
        """Open a socket, and go on in every channel from where it stopped."""
        self._socket = self._open(self._client)
        for channel in list(self.known):
            self.subscribe(channel)

    def subscribe(self, channel: str) -> None:
        """Subscribe: for the first time from now on, later from what is known."""
        if self._socket is None:
            self.connect()
        after = {"after": self.known[channel]} if channel in self.known else {}
        self._socket.say({"action": "subscribe", "channel": channel, **after})
        self.read()

    def drop(self) -> None:
        """Break off, with all that was not read yet; the function hears of it or not."""
        if self._socket is not None:
            self._socket.taken()
            self._socket.hang_up(told=self._chance.random() < 0.5)
            self._socket = None

    def read(self) -> None:
        """Take what came: some of it lost, some twice, in any order; acks are never lost here."""
        if self._socket is None:
            return
        frames = self._socket.taken()
        acks = [frame for frame in frames if frame["type"] == "ack"]
        for ack in acks:
            self._begin(ack)
        events = [event for frame in frames for event in _events(frame)]
        self.seen += events
        kept = [event for event in events if self._chance.random() > 0.2]
        doubled = [event for event in kept if self._chance.random() < 0.3]
        mixed = kept + doubled
        self._chance.shuffle(mixed)
        for event in mixed:
            self._take(event)

    def _begin(self, ack: dict[str, Any]) -> None:
        assert "resync" not in ack
        channel = ack["channel"]
        if channel not in self.known:
            self.known[channel] = self.begun[channel] = ack["seq"]
            self.events[channel], self._ahead[channel] = [], {}

    def _take(self, event: dict[str, Any]) -> None:
        channel = event["channel"]
        if channel not in self.known or event["seq"] <= self.known[channel]:
            return
        self._ahead[channel][event["seq"]] = event
        while (following := self._ahead[channel].pop(self.known[channel] + 1, None)) is not None:
            self.known[channel] = following["seq"]
            self.events[channel].append(following)

    def catch_up(self) -> None:
        """Ask over HTTP for what is missing."""
        for channel in self.known:
            answer = self._client.get(
                f"/realtime/{channel}", query=f"after={self.known[channel]}"
            ).body
            assert "resync" not in answer
            for event in answer["events"]:
                self._take(event)


def _events(frame: dict[str, Any]) -> list[dict[str, Any]]:
    if frame["type"] == "events":
        return frame["events"]
    return [frame] if "seq" in frame and "id" in frame else []


class _Crash(BaseException):
    """The function dies between keeping an event and posting it."""


class World:
    """Everybody, and what was announced."""

    def __init__(self, readers: dict[str, Reader], chance: random.Random, wire: Any) -> None:
        self.readers = readers
        self._chance = chance
        self._wire = wire
        self._number = 0
        self.announced: dict[str, list[str]] = {}

    def step(self) -> None:
        """Something happens."""
        reader = self._chance.choice(list(self.readers.values()))
        act = self._chance.choice(
            [self._tell, self._tell, self._tell, reader.read, reader.drop, self._subscribe(reader)]
        )
        act()

    def _subscribe(self, reader: Reader) -> Any:
        channel = self._chance.choice(_CHANNELS)
        return lambda: reader.subscribe(channel)

    def _tell(self) -> None:
        stored = self._chance.choice([*(f"me:{user}" for user in _USERS), *_CHANNELS[1:]])
        some = []
        for _ in range(self._chance.randint(1, 4)):
            self._number += 1
            said = {"for": stored, "number": self._number}
            some.append(Announcement(stored, "test.happened", said, f"e{self._number}"))
        self.announced.setdefault(stored, []).extend(one.id for one in some)
        with rights.acting("changes"):
            if self._chance.random() < 0.2:
                self._die_while_telling(some)
            for _ in range(self._chance.randint(1, 2)):
                publish(some)

    def _die_while_telling(self, some: list[Announcement]) -> None:
        def die(request: Any) -> None:
            if b"subscriptions" in request.body:  # who is to be posted to
                raise _Crash

        self._wire.break_all(die)
        with pytest.raises(_Crash):
            publish(some)
        self._wire.break_all(None)


def _published(stored: str) -> list[str]:
    """The ids of all that a channel holds, also of what came together in one event."""
    found: list[str] = []
    for row in EventRow.between(stored, 0, 2**53):
        data = json.loads(row.data or "")
        found += [one["id"] for one in data["changes"]] if "changes" in data else [row.id]
    return found


def _kept(user: str, channel: str, after: int) -> list[int]:
    """What a channel holds behind a number, as it is stored."""
    stored = f"me:{user}" if channel == "me" else channel
    return [row.seq for row in EventRow.between(stored, after, 2**53)]


@pytest.fixture
def world_of(anonymous, opened, time, wire):
    """A world that follows from a seed."""

    def make(seed):
        chance = random.Random(seed)  # noqa: S311 - a world is no secret
        clients = {user: anonymous.signed_in(user) for user in _USERS}
        readers = {user: Reader(clients[user], opened, chance) for user in _USERS}
        return World(readers, chance, wire), time

    return make


@pytest.mark.parametrize("seed", range(8))
def test_every_client_ends_with_its_channels_events(world_of, seed):
    """In order, without gap or double; and nobody was ever sent another's private ones."""
    world, time = world_of(seed)
    for _ in range(_STEPS):
        world.step()
        time.pass_(seconds=11)  # so that no limit of an account is met
    assert {stored: _published(stored) for stored in world.announced} == world.announced
    for user, reader in world.readers.items():
        reader.read()
        reader.catch_up()
        for channel, events in reader.events.items():
            numbers = [event["seq"] for event in events]
            assert numbers == _kept(user, channel, reader.begun[channel])
        private = [event for event in reader.seen if event["channel"] == "me"]
        assert all(event["data"]["for"] == f"me:{user}" for event in private)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 120))
def test_more_clients_end_with_their_channels_events(world_of, seed):
    """The same in twenty other worlds."""
    test_every_client_ends_with_its_channels_events(world_of, seed)
