"""Tickets: what a client shows to open a socket, in the place of its access token.

A handshake's address is written into logs, and a browser can set no header in it. So what stands in
it is good for one socket, for half a minute.
"""

import hashlib
import secrets
from dataclasses import dataclass

from handler.core import clock, limits
from handler.core.auth import Caller
from handler.core.limits import Limit
from handler.core.settings import settings
from handler.core.writes import put
from handler.realtime import sockets
from handler.realtime.models import Ticket

SECONDS = 30
_BYTES = 32  # of chance
_LENGTH = 100  # characters that are looked at
CONNECTS = Limit("connects", calls=10, seconds=60)
"""Sockets that an account may open (parameters.md, "Sockets", "Rate limits")."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A ticket, where it is used, and for how many seconds."""

    ticket: str
    url: str
    expires_in: int = SECONDS


def issue(caller: Caller) -> Issued:
    """A ticket for one socket of the caller's. Raises TooManySockets, RateLimited, Unavailable."""
    limits.spend(CONNECTS, caller.id)
    sockets.require_room(caller.id)
    ticket = secrets.token_urlsafe(_BYTES)
    row = Ticket(
        id_of(ticket),
        account_id=caller.id,
        session_id=caller.session_id,
        expires_at=clock.epoch() + SECONDS,
    )
    put(row, Ticket.id.does_not_exist())
    return Issued(ticket, settings().sockets_url)


def id_of(ticket: str) -> str:
    """The id of the row that stands for a ticket: what is stored opens nothing."""
    return f"ticket#{hashlib.sha256(ticket[:_LENGTH].encode()).hexdigest()}"
