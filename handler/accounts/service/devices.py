"""The devices that are signed in to an account: what `/sessions` does."""

from typing import Any

from handler.accounts.models import Account, session
from handler.accounts.sessions import is_open
from handler.core.auth import Caller
from handler.core.errors import NotFound
from handler.core.writes import Refused, update
from handler.realtime import end_sockets


class SessionNotFound(NotFound):
    """No session of the caller has that id."""

    detail = "There is no such session."


def list_sessions(caller: Caller) -> list[dict[str, Any]]:
    """The caller's open sessions, the last used first."""
    account = Account.find(caller.id)
    found = account.open_sessions if account else {}
    shown = [
        {
            "id": id_,
            "agent": entry["agent"],
            "address": entry["address"],
            "created_at": entry["created"],
            "used_at": entry["used"],
            "current": id_ == caller.session_id,
        }
        for id_, entry in found.items()
        if is_open(entry)
    ]
    return sorted(shown, key=lambda one: one["used_at"], reverse=True)


def end_session(caller: Caller, session_id: str) -> None:
    """End one of the caller's sessions. Raises SessionNotFound."""
    try:
        update(
            Account,
            caller.id,
            [session(session_id).remove()],
            session(session_id).exists(),
            counted=False,
        )
    except Refused as refused:
        raise SessionNotFound from refused
    end_sockets(caller.id, session_id=session_id)


def end_other_sessions(caller: Caller) -> None:
    """End all of the caller's sessions but the one that asks."""
    account = Account.find(caller.id)
    others = account.open_sessions.keys() - {caller.session_id} if account else set()
    if others:
        ends = [session(id_).remove() for id_ in others]
        update(Account, caller.id, ends, counted=False)
        end_sockets(caller.id, but=caller.session_id)
