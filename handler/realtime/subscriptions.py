"""Subscribing: which sockets are told what happens in which channels."""

from handler.core.auth import Caller
from handler.core.errors import Conflict
from handler.jobs import Run, transaction
from handler.realtime import models, namespaces, replaying, sockets
from handler.realtime.models import Connection, Sockets, Subscription, place_of
from handler.realtime.namespaces import Channel
from handler.realtime.publishing import Announcement, publish
from handler.realtime.replaying import Replay
from handler.realtime.schemas import TellPresence

SUBSCRIPTIONS_MAX = 50
"""Subscriptions that all sockets of an account may have together (parameters.md, "Sockets")."""
_PRESENT = 100  # accounts that are named to whoever comes


class TooManySubscriptions(Conflict):
    """The account's sockets subscribe to as many channels as they may."""

    detail = f"At most {SUBSCRIPTIONS_MAX} subscriptions. Unsubscribe from another channel first."


class SocketClosed(Conflict):
    """The socket was closed while its frame was read."""

    detail = "This socket is closed."


def subscribe(
    connection: Connection, caller: Caller, name: str, after: int | None
) -> tuple[Replay, list[str] | None]:
    """Have a socket told what happens in a channel, and what it has missed; and who is there.

    Raises ChannelNotFound, TooManySubscriptions, SocketClosed, Unavailable.
    """
    channel = namespaces.to_see(caller, name)
    sockets.again(lambda: _subscribe(connection, channel))
    replaying.begin(channel)
    present = _present(channel) if channel.kind.presence else None
    return replaying.since(channel, after), present


def _subscribe(connection: Connection, channel: Channel) -> None:
    row = Sockets.of(connection.account_id)
    held = _channels(row, connection)
    if channel.stored in held:
        return
    if sum(len(one["channels"]) for one in row.sockets.values()) >= SUBSCRIPTIONS_MAX:
        raise TooManySubscriptions
    first = not row.is_in(channel.stored)
    held.append(channel.stored)
    subscription = Subscription(
        place_of(channel.stored, connection.id, crowds=channel.kind.crowds),
        connection.id,
        account_id=connection.account_id,
        session_id=connection.session_id,
        expires_at=connection.expires_at,
    )
    with transaction() as writes:
        writes.save(subscription)
        writes.save(row.moved(), row.unmoved(), sockets.moved)
        if channel.kind.presence and first:
            writes.enqueue(TellPresence(channel=channel.stored, account_id=row.account_id))
        if channel.kind.on_subscribe is not None:
            channel.kind.on_subscribe(writes)


def _channels(row: Sockets, connection: Connection) -> list[str]:
    """The channels of a socket, as its account's row has them. Raises SocketClosed."""
    held = row.sockets.get(connection.id)
    if held is None:
        raise SocketClosed
    channels: list[str] = held["channels"]
    return channels


def unsubscribe(connection: Connection, caller: Caller, name: str) -> None:
    """Have a socket told no more. Raises ChannelNotFound, SocketClosed, Unavailable."""
    channel = Channel.named(caller, name)
    sockets.again(lambda: _unsubscribe(connection, channel))


def _unsubscribe(connection: Connection, channel: Channel) -> None:
    row = Sockets.of(connection.account_id)
    held = _channels(row, connection)
    if channel.stored not in held:
        return
    held.remove(channel.stored)
    with transaction() as writes:
        writes.save(row.moved(), row.unmoved(), sockets.moved)
        sockets.leave(writes, row, connection.id, channel.stored)


def tell_presence(job: TellPresence, run: Run) -> None:
    """Tell a channel whether an account is there by now. Raises Unavailable."""
    kind = namespaces.of(job.channel).name
    there = Sockets.of(job.account_id).is_in(job.channel)
    said = {"account_id": job.account_id, "present": there}
    publish([Announcement(job.channel, f"{kind}.presence", said, run.id)])


def _present(channel: Channel) -> list[str]:
    """Some of the accounts that are in a channel, sorted."""
    places = models.places(channel.stored, crowds=channel.kind.crowds)
    pages = models.first_of(places, _PRESENT)
    return sorted({row.account_id for rows in pages for row in rows})[:_PRESENT]
