"""The sockets that are open: posts to them, and the limits of how long they may be open or idle.

Functions post from threads of the AWS endpoint, while sockets live on an event loop: what is done
to a socket goes through its `Line`.
"""

import base64
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from threading import Lock
from typing import Protocol
from urllib.parse import unquote

from infra.local.calls import Answer, Call
from infra.local.sockets.events import Handshake

FRAME, MESSAGE = 32 * 1024, 128 * 1024
"""Bytes of a frame of a client's, and of a message, from a client or to one."""
IDLE, LIFE = 600.0, 7200.0
"""Seconds for which a socket may be silent, and for which it may be open."""
GOING_AWAY = 1001

_JSON = {"Content-Type": "application/json"}


class Line(Protocol):
    """The wire to one client."""

    def send(self, text: str) -> bool:
        """Send a message; False when the client reads too slowly to take one more."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Close it."""
        ...


@dataclass(slots=True)
class Connection:
    """An open socket. `last` is when it was last used, in seconds of the hub's clock."""

    id: str
    handshake: Handshake
    line: Line
    last: float = field(default=0.0)


class Hub:
    """The open sockets by their ids, under the clock that it is given (seconds of the epoch)."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._open: dict[str, Connection] = {}
        self._turn = Lock()

    @staticmethod
    def new_id() -> str:
        """An id for a socket, as API Gateway draws them."""
        return base64.urlsafe_b64encode(secrets.token_bytes(11)).decode()

    def now(self) -> float:
        """The time."""
        return self._clock()

    def open(self, connection_id: str, handshake: Handshake, line: Line) -> Connection:
        """From now on the socket can be posted to."""
        made = Connection(connection_id, handshake, line, self.now())
        with self._turn:
            self._open[connection_id] = made
        return made

    def used(self, connection_id: str) -> None:
        """Note that a socket is not idle."""
        with self._turn:
            if found := self._open.get(connection_id):
                found.last = self.now()

    def closed(self, connection_id: str) -> None:
        """From now on the socket is gone."""
        with self._turn:
            self._open.pop(connection_id, None)

    def expire(self) -> None:
        """Close the sockets that were idle or open for too long."""
        now = self.now()
        with self._turn:
            over = [
                one
                for one in self._open.values()
                if one.last + IDLE <= now or one.handshake.at + LIFE <= now
            ]
        for one in over:
            self._end(one, GOING_AWAY, "Going away")

    def answer(self, call: Call) -> Answer:
        """Post to a socket, look at it, or close it, as `/@connections/<id>` is asked."""
        name = unquote(call.path.partition("?")[0].rpartition("/@connections/")[2])
        with self._turn:
            found = self._open.get(name)
        if found is None:
            return _refusal(HTTPStatus.GONE, "GoneException")
        if call.method == "POST":
            return self._post(found, call.body)
        if call.method == "DELETE":
            self._end(found, 1000, "")
            return Answer(HTTPStatus.NO_CONTENT, {}, b"")
        return self._shown(found)

    def _post(self, connection: Connection, body: bytes) -> Answer:
        if len(body) > MESSAGE:
            return _refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "PayloadTooLargeException")
        if not connection.line.send(body.decode(errors="replace")):
            return _refusal(HTTPStatus.TOO_MANY_REQUESTS, "LimitExceededException")
        self.used(connection.id)
        return Answer(HTTPStatus.OK, _JSON, b"")

    def _shown(self, connection: Connection) -> Answer:
        identity = {"sourceIp": connection.handshake.peer}
        if connection.handshake.agent is not None:
            identity["userAgent"] = connection.handshake.agent
        told = {
            "connectedAt": _written(connection.handshake.at),
            "identity": identity,
            "lastActiveAt": _written(connection.last),
        }
        return Answer(HTTPStatus.OK, _JSON, json.dumps(told).encode())

    def _end(self, connection: Connection, code: int, reason: str) -> None:
        self.closed(connection.id)
        connection.line.close(code, reason)


def _refusal(status: HTTPStatus, code: str) -> Answer:
    return Answer(
        status,
        {**_JSON, "x-amzn-ErrorType": code},
        json.dumps({"message": status.phrase}).encode(),
    )


def _written(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")
