"""What crosses the wire: what clients send over a socket and get over HTTP, and the room's jobs."""

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from handler.core.schemas import In, Out, Query
from handler.jobs import Job
from handler.realtime.namespaces import CHANNEL_PATTERN

ChannelName = Annotated[
    str, Field(pattern=CHANNEL_PATTERN, json_schema_extra={"examples": ["me", "room:lobby"]})
]
Ref = Annotated[str, Field(max_length=64, description="Repeated in what answers the frame.")]
_SEQ_MAX = 2**53
Seq = Annotated[
    int,
    Field(ge=0, le=_SEQ_MAX, description="The number of the last event that is known; 0: none."),
]


class Subscribe(In):
    """Be told what happens in a channel; with `after`, also what has happened since."""

    action: Literal["subscribe"]
    channel: ChannelName
    after: Seq | None = None
    ref: Ref | None = None


class Unsubscribe(In):
    """Be told no more."""

    action: Literal["unsubscribe"]
    channel: ChannelName
    ref: Ref | None = None


class Publish(In):
    """Say something in a channel."""

    action: Literal["publish"]
    channel: ChannelName
    data: dict[str, Any]
    ref: Ref | None = None


class Echo(In):
    """Have something sent back, to see that the way is open to the application itself."""

    action: Literal["echo"]
    data: Any = None
    ref: Ref | None = None


Frame = Annotated[Subscribe | Unsubscribe | Publish | Echo, Field(discriminator="action")]
FRAMES: TypeAdapter[Subscribe | Unsubscribe | Publish | Echo] = TypeAdapter(Frame)
"""Reads a frame."""


class TicketOut(Out):
    """What opens one socket: at `url` with `?ticket=` and the ticket, in so many seconds."""

    ticket: str
    url: str
    expires_in: int


class EventOut(Out):
    """Something that happened in a channel. Its `seq` is one more than that of the one before."""

    channel: str
    seq: int
    id: str
    type: str
    data: dict[str, Any]
    at: str


class EventsQuery(Query):
    """From where on."""

    after: Annotated[int, Field(ge=0, le=_SEQ_MAX)] | None = Field(
        None, description="The `seq` of the last event that is known; 0 for all that are kept."
    )


class EventsOut(Out):
    """Events in their order, and the number of the channel's last one.

    With `resync` some that were asked for are not kept any more: read the thing itself, and go on
    from `seq`.
    """

    events: list[EventOut]
    seq: int
    resync: bool | None = None


class DeliverPage(Job, name="realtime.deliver_page", timeout=25):
    """Post events to a page of subscribers of a place, and then to the next page."""

    channel: str
    first: int
    last: int
    place: str
    after: str | None = None


class DeliverAgain(Job, name="realtime.deliver_again"):
    """Post events to subscribers whose gateway wanted no more."""

    channel: str
    first: int
    last: int
    connections: list[str]


class TellPresence(Job, name="realtime.tell_presence"):
    """Tell a channel whether an account is there by now."""

    channel: str
    account_id: str


class TellCounters(Job, name="realtime.tell_counters"):
    """Tell the dashboard the counters of the last minutes, and again as long as somebody looks."""
