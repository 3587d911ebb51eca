"""Live updates over HTTP: tickets for sockets, and a channel's events for who has no socket."""

from typing import Annotated

from fastapi import Path, Query

from handler.core.errors import RateLimited
from handler.core.http import Router, SignedIn, raises
from handler.realtime import replaying, tickets
from handler.realtime.namespaces import CHANNEL_PATTERN, ChannelNotFound
from handler.realtime.replaying import Replay
from handler.realtime.schemas import EventsOut, EventsQuery, TicketOut
from handler.realtime.sockets import TooManySockets
from handler.realtime.tickets import Issued

router = Router(prefix="/realtime", tags=["live updates"])

ChannelInPath = Annotated[str, Path(pattern=CHANNEL_PATTERN, examples=["me", "room:lobby"])]


@router.post("/ticket", response_model=TicketOut)
@raises(TooManySockets, RateLimited)
def create_ticket(caller: SignedIn) -> Issued:
    """Get a ticket for one WebSocket: open it at `url?ticket=…` within half a minute."""
    return tickets.issue(caller)


@router.get("/{channel}", response_model=EventsOut, response_model_exclude_none=True)
@raises(ChannelNotFound)
def list_channel_events(
    caller: SignedIn, channel: ChannelInPath, query: Annotated[EventsQuery, Query()]
) -> Replay:
    """List what happened in a channel, in order: what a socket would have told.

    Without `after` only the number of its last event is answered: from there on one goes on.
    """
    return replaying.read(caller, channel, query.after)
