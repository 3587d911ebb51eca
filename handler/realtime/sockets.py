"""The life of sockets: they are opened with a ticket, and end in many ways.

However one ends, its rows go first: from then on nothing is posted to it, and it counts no more. A
socket whose end nobody told (`$disconnect` comes at best effort) is found when something is posted
to it, when its account has no room for another, or when its two hours are over.
"""

from collections.abc import Callable, Iterable

from handler.core import auth, clock, log, metrics
from handler.core.auth import Caller
from handler.core.errors import Conflict, Unauthenticated, Unavailable
from handler.core.patience import pause
from handler.jobs import Writes, transaction
from handler.realtime import gateway, namespaces
from handler.realtime.gateway import SocketGone
from handler.realtime.models import Connection, Sockets, Subscription, Ticket, place_of
from handler.realtime.schemas import TellPresence

SOCKETS_MAX = 5
"""Sockets that an account may have open at once (parameters.md)."""
_LIFE = 2 * 3600 + 60
"""Seconds after which a socket is certainly over: API Gateway ends it after two hours."""
_TRIES = 8  # while others change the same account's sockets


class TooManySockets(Conflict):
    """The account has as many sockets open as it may have."""

    detail = f"At most {SOCKETS_MAX} sockets may be open. Close one first."


class TicketInvalid(Unauthenticated):
    """There is no such ticket: it was never issued, is used up, or its time is over."""

    detail = "The ticket does not hold. Ask for another."


class SocketMoved(Exception):
    """The account's sockets were changed meanwhile; tried again."""


def moved(_row: object) -> Exception:
    """The refusal of writes that others were faster than."""
    return SocketMoved()


def again(change: Callable[[], None]) -> None:
    """Make a change of an account's sockets, anew while others are faster. Raises Unavailable."""
    for attempt in range(1, _TRIES + 1):
        try:
            change()
        except SocketMoved:
            pause(attempt)
            continue
        return
    raise Unavailable


def require_room(account_id: str) -> None:
    """Raises TooManySockets where no other one may be opened, and Unavailable."""
    row = Sockets.of(account_id)
    if len(row.sockets) >= SOCKETS_MAX and not _end_those_gone(row):
        raise TooManySockets


def _end_those_gone(row: Sockets) -> bool:
    """End the sockets that are not open any more. Whether there were any."""
    gone = [id_ for id_ in row.sockets if not gateway.alive(id_)]
    for id_ in gone:
        end(id_)
    return bool(gone)


def open_socket(ticket_id: str, connection_id: str) -> None:
    """Open a socket with a ticket, which is used up by it.

    Raises TicketInvalid, Unauthenticated, TooManySockets, Unavailable.
    """
    ticket = Ticket.find(ticket_id)
    if ticket is None:
        raise TicketInvalid
    caller = auth.caller_in(ticket.account_id, ticket.session_id)
    again(lambda: _open(ticket, caller, connection_id))


def _open(ticket: Ticket, caller: Caller, connection_id: str) -> None:
    row = Sockets.of(caller.id)
    if len(row.sockets) >= SOCKETS_MAX:
        if not _end_those_gone(row):
            raise TooManySockets
        raise SocketMoved
    until = clock.epoch() + _LIFE
    row.sockets[connection_id] = {"session": caller.session_id, "until": until, "channels": []}
    connection = Connection(
        connection_id,
        account_id=caller.id,
        session_id=caller.session_id,
        role=caller.role.value,
        expires_at=until,
    )
    with transaction() as writes:
        writes.delete(ticket, Ticket.id.exists(), lambda _: TicketInvalid())
        writes.save(connection, Connection.id.does_not_exist(), lambda _: TicketInvalid())
        writes.save(row.moved(), row.unmoved(), moved)
    metrics.count(sockets_opened=1)


def end(connection_id: str) -> None:
    """Forget a socket with all that it subscribes to; also one that is forgotten already.

    Raises Unavailable.
    """
    found = Connection.find(connection_id)
    if found is not None:
        again(lambda: _end(found))


def _end(connection: Connection) -> None:
    row = Sockets.of(connection.account_id)
    held = row.sockets.pop(connection.id, {"channels": []})
    with transaction() as writes:
        writes.delete(connection)
        writes.save(row.moved(), row.unmoved(), moved)
        for stored in held["channels"]:
            leave(writes, row, connection.id, stored)
    metrics.count(sockets_ended=1)


def leave(writes: Writes, row: Sockets, connection_id: str, stored: str) -> None:
    """Have a socket leave a channel; whoever is there with no other socket then is told gone."""
    kind = namespaces.of(stored)
    place = place_of(stored, connection_id, crowds=kind.crowds)
    writes.delete(Subscription(place, connection_id))
    if kind.presence and not row.is_in(stored):
        writes.enqueue(TellPresence(channel=stored, account_id=row.account_id))


def say_bye(connection_id: str, code: str) -> None:
    """End a socket and tell it why, since a browser learns nothing else.

    Its rows are gone first. Where the gateway does not answer the socket stays open, and hears
    nothing more. Raises Unavailable when its rows cannot be removed.
    """
    end(connection_id)
    try:
        gateway.post(connection_id, gateway.encoded({"type": "bye", "code": code}))
        gateway.close(connection_id)
    except SocketGone:
        return
    except Unavailable:
        log.line(level="warning", metric="socket_unclosed", code=code)


def end_sockets(
    account_id: str,
    *,
    session_id: str | None = None,
    but: str | None = None,
    code: str = "signed_out",
) -> None:
    """Close the sockets of an account: of one session, of all `but` one, or of all.

    It follows something that has happened already, so it never fails: what is left open is refused
    at its next frame, and hears nothing that is private.
    """
    try:
        for id_ in _concerned(Sockets.of(account_id), session_id, but):
            say_bye(id_, code)
    except Unavailable:
        log.line(level="error", metric="sockets_unended", account=account_id)


def _concerned(row: Sockets, session_id: str | None, but: str | None) -> Iterable[str]:
    for id_, one in row.sockets.items():
        if session_id in (None, one["session"]) and one["session"] != but:
            yield id_
