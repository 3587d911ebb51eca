"""The one module that calls API Gateway: it posts to open sockets, asks for them, closes them.

Where the gateway is, is a setting. What an event says of itself (`domainName`) is never asked: who
can forge an event would have frames posted to an address of theirs (threats G16).
"""

import json
from typing import Any

from botocore.exceptions import ClientError

from handler.core import aws
from handler.core.errors import Unavailable

FRAME_BYTES = 32 * 1024
"""What API Gateway takes in one frame (parameters.md, "Sockets")."""
_GONE = "GoneException"


class SocketGone(Exception):
    """No such socket is open any more (410)."""


def encoded(frame: dict[str, Any]) -> bytes:
    """A frame as it goes over the wire."""
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":")).encode()


def post(connection_id: str, data: bytes) -> None:
    """Post to a socket. Raises SocketGone, and Unavailable when the gateway wants no more (429)."""
    _call("PostToConnection", connection_id, Data=data)


def alive(connection_id: str) -> bool:
    """Whether a socket is open. Raises Unavailable."""
    try:
        _call("GetConnection", connection_id)
    except SocketGone:
        return False
    return True


def close(connection_id: str) -> None:
    """Close a socket; also one that is closed. Raises Unavailable."""
    try:
        _call("DeleteConnection", connection_id)
    except SocketGone:
        return


def _call(operation: str, connection_id: str, **rest: Any) -> None:
    try:
        aws.call("apigatewaymanagementapi", operation, {"ConnectionId": connection_id, **rest})
    except ClientError as error:
        if error.response["Error"]["Code"] in {_GONE, "410"}:
            raise SocketGone from error
        raise Unavailable from error
