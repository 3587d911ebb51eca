"""Sockets for tests that run all functions in one process, on a clock that is moved by hand.

What a function raises is kept in `failures`, and answered as API Gateway does.
"""

import json
from collections.abc import Callable
from typing import Any

from infra.blueprint import BLUEPRINT
from infra.local.pump import Crash
from infra.local.sockets import events
from infra.local.sockets.events import Handshake
from infra.local.sockets.gateway import FAILED
from infra.local.sockets.hub import Hub

Invoke = Callable[[str, dict[str, Any]], Any]


class HandshakeRefused(Exception):
    """The socket was not opened, with this status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Client:
    """One socket as its client sees it: `frames` that came, and the code with which it `ended`."""

    def __init__(self, gateway: "VirtualSockets", connection_id: str, handshake: Handshake) -> None:
        self.id = connection_id
        self.handshake = handshake
        self.frames: list[Any] = []
        self.ended: int | None = None
        self._gateway = gateway

    def say(self, frame: Any) -> None:
        """Send a frame: as it is if it is text or bytes, else as JSON."""
        raw = frame if isinstance(frame, str | bytes) else json.dumps(frame)
        self._gateway.handle(self, raw)

    def hang_up(self, *, told: bool = True) -> None:
        """Close it. The function is not always told."""
        self.ended = 1005
        self._gateway.end(self, told=told)

    def taken(self) -> list[Any]:
        """The frames since the last look."""
        found, self.frames = self.frames, []
        return found

    def send(self, text: str) -> bool:
        """Take what is posted to the socket."""
        self.frames.append(json.loads(text))
        return True

    def close(self, code: int, _reason: str) -> None:
        """Be closed by the other side."""
        self.ended = code
        self._gateway.end(self, told=True)


class VirtualSockets:
    """A gateway whose sockets are objects. `invoke` runs a function by its short name."""

    def __init__(self, invoke: Invoke, hub: Hub) -> None:
        self.failures: list[BaseException] = []
        self.hub = hub
        self._invoke = invoke

    def open(
        self, query: str = "", headers: tuple[tuple[str, str], ...] = (), peer: str = "203.0.113.9"
    ) -> Client:
        """Open a socket. Raises HandshakeRefused."""
        handshake = Handshake(
            (("Host", "live.example"), *headers), query, peer, 443, self.hub.now()
        )
        client = Client(self, self.hub.new_id(), handshake)
        done, answer = self._answer(events.connect(handshake, client.id))
        status, _ = events.decision(answer) if done else (502, None)
        if status != 200:  # noqa: PLR2004 - HTTP's OK
            raise HandshakeRefused(status)
        self.hub.open(client.id, handshake, client)
        return client

    def handle(self, client: Client, body: str | bytes) -> None:
        """Have a frame answered."""
        self.hub.used(client.id)
        event = events.message(client.handshake, client.id, body, self.hub.now())
        if event["requestContext"]["routeKey"] == events.PING:
            client.send(BLUEPRINT.sockets.pong)
            return
        done, _ = self._answer(event)
        if not done:
            client.send(events.trouble(FAILED, client.id))

    def end(self, client: Client, *, told: bool) -> None:
        """End a socket."""
        self.hub.closed(client.id)
        if told:
            code = client.ended or 1005
            at = self.hub.now()
            self._answer(
                events.disconnect(client.handshake, client.id, code=code, reason="", at=at)
            )

    def _answer(self, event: dict[str, Any]) -> tuple[bool, Any]:
        try:
            return True, self._invoke(BLUEPRINT.sockets.function, event)
        except (Exception, Crash) as error:  # noqa: BLE001 - whatever it raises is its failure
            self.failures.append(error)
            return False, None
