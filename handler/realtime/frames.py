"""What clients send over a socket, and what is answered: acks, echoes, errors.

Every frame asks anew whether its socket's session lasts, in the role in which it was opened: API
Gateway asks nobody after the handshake.
"""

import math
import time
from contextlib import suppress
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from handler.core import auth, limits, strict_json
from handler.core.auth import Caller
from handler.core.errors import AppError, Forbidden, TooLarge, Unauthenticated, Unprocessable
from handler.core.ids import new_id
from handler.core.limits import Limit
from handler.core.writes import Refused, upsert
from handler.realtime import delivering, gateway, sockets, subscriptions
from handler.realtime.gateway import SocketGone
from handler.realtime.models import Connection
from handler.realtime.namespaces import Channel, ChannelNotFound
from handler.realtime.publishing import Announcement, publish
from handler.realtime.schemas import FRAMES, Echo, Publish, Subscribe, Unsubscribe

RATE = Limit("frames", calls=200, seconds=10, lease=20)
"""Frames of a socket: 20 a second (parameters.md), by tens of seconds; ten environments at once
take frames of one socket."""
ERRORS_MAX = 5
"""Refusals after which a socket is closed."""
_A_MOMENT = 0.2  # seconds, in which the row of a socket appears that was just opened
_SERVER_ERROR = 500


class FrameInvalid(Unprocessable):
    """A frame has no action that is known, or not what the action needs."""

    detail = "The frame is not one that docs/live.md knows."


class FrameTooLarge(TooLarge):
    """A frame over 32 KB."""

    detail = "A frame may have 32 KB."


class PublishForbidden(Forbidden):
    """The channel is not one in which the caller may say anything."""

    detail = "You cannot publish in this channel."


def receive(connection_id: str, body: bytes, message_id: str) -> None:
    """Do what a frame asks, and answer over its socket. Raises Unavailable."""
    connection = Connection.find(connection_id) or _once_more(connection_id)
    if connection is None:
        sockets.say_bye(connection_id, "unknown_socket")
        return
    try:
        caller = auth.caller_in(connection.account_id, connection.session_id)
    except Unauthenticated:
        sockets.say_bye(connection_id, "signed_out")
        return
    if caller.role != connection.role:
        sockets.say_bye(connection_id, "role_changed")
        return
    try:
        _answer(connection, caller, body, message_id)
    except SocketGone:
        sockets.end(connection_id)


def _once_more(connection_id: str) -> Connection | None:
    """Look again for a socket that may be just being opened."""
    time.sleep(_A_MOMENT)
    return Connection.find(connection_id)


def _answer(connection: Connection, caller: Caller, body: bytes, message_id: str) -> None:
    ref: dict[str, Any] = {}
    try:
        limits.lease(RATE, connection.id)
        content = _content(body)
        ref = _ref(content)
        _Frame(connection, caller, ref, message_id).do(content)
    except AppError as refusal:
        said = {"type": "error", **ref, "code": refusal.code(), "detail": refusal.detail}
        gateway.post(connection.id, gateway.encoded(said))
        if refusal.status < _SERVER_ERROR:
            _count_error(connection.id)


def _content(body: bytes) -> Any:
    if len(body) > gateway.FRAME_BYTES:
        raise FrameTooLarge
    return _plain(strict_json.parse(body))


def _plain(value: Any) -> Any:
    """JSON with numbers as JavaScript has them. Raises FrameInvalid for one that it has not."""
    if isinstance(value, Decimal):
        if not math.isfinite(number := float(value)):
            raise FrameInvalid
        return number
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _ref(content: Any) -> dict[str, str]:
    ref = content.get("ref") if isinstance(content, dict) else None
    return {"ref": ref[:64]} if isinstance(ref, str) else {}


def _count_error(connection_id: str) -> None:
    """Count a refusal; a socket with too many of them is closed."""
    one_more = [Connection.errors.add(1)]
    with suppress(Refused):  # it was closed meanwhile
        row = upsert(Connection, (connection_id, None), one_more, Connection.id.exists())
        if int(row["errors"]["N"]) >= ERRORS_MAX:
            sockets.say_bye(connection_id, "too_many_errors")


class _Frame:
    """A frame while it is answered."""

    def __init__(
        self, connection: Connection, caller: Caller, ref: dict[str, str], message_id: str
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._ref = ref
        self._id = message_id or new_id()

    def do(self, content: Any) -> None:
        """Do it and answer. Raises the refusals of what it asks for, and SocketGone."""
        try:
            frame = FRAMES.validate_python(content)
        except ValidationError as error:
            raise FrameInvalid from error
        match frame:
            case Subscribe():
                self._subscribe(frame)
            case Unsubscribe():
                subscriptions.unsubscribe(self._connection, self._caller, frame.channel)
                self._say(type="ack", channel=frame.channel)
            case Publish():
                self._publish(frame)
            case Echo():
                self._say(type="echo", data=frame.data)

    def _say(self, **frame: Any) -> None:
        gateway.post(self._connection.id, gateway.encoded({**frame, **self._ref}))

    def _subscribe(self, frame: Subscribe) -> None:
        replay, present = subscriptions.subscribe(
            self._connection, self._caller, frame.channel, frame.after
        )
        told: dict[str, Any] = {} if present is None else {"present": present}
        if replay.resync:
            told["resync"] = True
        self._say(type="ack", channel=frame.channel, seq=replay.seq, **told)
        for message in delivering.joined(replay.events):
            gateway.post(self._connection.id, message)

    def _publish(self, frame: Publish) -> None:
        channel = Channel.named(self._caller, frame.channel)
        if not channel.kind.may_subscribe(self._caller, channel.argument):
            raise ChannelNotFound
        if not channel.kind.may_publish(self._caller, channel.argument):
            raise PublishForbidden
        said = {"from": self._caller.id, "body": frame.data}
        type_ = f"{channel.kind.name}.message"
        (seq,) = publish([Announcement(channel.stored, type_, said, self._id)])
        self._say(type="ack", channel=frame.channel, seq=seq)
