"""API Gateway's events of sockets: a handshake, a frame, an end.

Only their context is believed, which API Gateway writes; ids in a body are nobody's.
"""

import base64
import binascii
from typing import Any
from urllib.parse import urlsplit

from handler.core import log, metrics
from handler.core.errors import AppError, BadRequest, Forbidden
from handler.core.settings import settings
from handler.realtime import frames, sockets, tickets
from handler.realtime.sockets import TicketInvalid

_OK = 200


class SocketOriginForeign(Forbidden):
    """A page of another origin opens a socket."""

    detail = "Sockets are for the application's own pages."


class SocketEventUnknown(BadRequest):
    """The event is no socket's."""

    detail = "This function answers WebSocket events of API Gateway."


def receive(event: Any) -> int:
    """Do what an event of a socket asks. Returns the status, which a handshake is answered with."""
    try:
        route, context = _route(event)
        match route:
            case "$connect":
                _connect(event, context["connectionId"])
            case "$disconnect":
                sockets.end(context["connectionId"])
            case _:
                metrics.count(frames=1)
                message_id = context.get("messageId")
                frames.receive(context["connectionId"], _body(event), str(message_id or ""))
    except AppError as refusal:
        log.line(metric="socket_refused", code=refusal.code())
        return refusal.status
    return _OK


def _route(event: Any) -> tuple[str, dict[str, Any]]:
    """Which of a socket's events it is, and API Gateway's own words on it."""
    context = event.get("requestContext") if isinstance(event, dict) else None
    if not isinstance(context, dict) or not isinstance(context.get("connectionId"), str):
        raise SocketEventUnknown
    return str(context.get("routeKey")), context


def _connect(event: dict[str, Any], connection_id: str) -> None:
    """Open a socket. Raises SocketOriginForeign, TicketInvalid, Unauthenticated, TooManySockets."""
    _require_own_origin(event)
    query = event.get("queryStringParameters")
    ticket = query.get("ticket") if isinstance(query, dict) else None
    if not isinstance(ticket, str):
        raise TicketInvalid
    sockets.open_socket(tickets.id_of(ticket), connection_id)


def _require_own_origin(event: dict[str, Any]) -> None:
    """Browsers name their page's origin, and a page of ours is asked for; other clients name none.

    A handshake is no cross-origin request by CORS: nobody else would refuse it.
    """
    headers = event.get("headers")
    sent = headers.items() if isinstance(headers, dict) else ()
    named = [value for name, value in sent if str(name).lower() == "origin"]
    home = urlsplit(settings().link_base)
    own = {f"{home.scheme}://{home.netloc}", *settings().allowed_origins}
    if "*" not in own and not own.issuperset(named):
        raise SocketOriginForeign


def _body(event: dict[str, Any]) -> bytes:
    """The frame as it was sent; what is no frame reads as an empty one, which is refused."""
    body = event.get("body")
    if not isinstance(body, str):
        return b""
    if event.get("isBase64Encoded") is not True:
        return body.encode(errors="replace")
    try:
        return base64.b64decode(body, validate=True)
    except (ValueError, binascii.Error):
        return b""
