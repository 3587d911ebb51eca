"""Who is calling. Rooms ask for a `Caller`; how a token proves one is decided elsewhere.

A door fills the one slot with the function that reads tokens, so that rooms below the accounts can
ask for the caller too. A door that serves callers and fills nothing does not start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from handler.core.errors import Unauthenticated


class Role(StrEnum):
    """What an account may do; each role includes the ones before it."""

    USER = "user"
    MODERATOR = "moderator"
    ADMIN = "admin"

    @property
    def moderates(self) -> bool:
        """Whether this role looks after other people's things."""
        return self is not Role.USER


@dataclass(frozen=True, slots=True)
class Caller:
    """The account behind a request."""

    id: str
    role: Role
    session_id: str = ""

    def may_change(self, owner_id: str) -> bool:
        """Whether a thing of that owner is the caller's to change."""
        return self.id == owner_id or self.role.moderates


Authenticate = Callable[[str], Caller]
"""Takes a bearer token; returns its caller or raises Unauthenticated."""
Recognise = Callable[[str, str], Caller]
"""Takes an account and a session of it that once proved itself; as above."""


class _Slot:
    """Holds the one authenticator of a process."""

    authenticate: Authenticate | None = None
    recognise: Recognise | None = None


def use(authenticate: Authenticate) -> None:
    """Fill the slot. Doors do this at start."""
    _Slot.authenticate = authenticate


def use_sessions(recognise: Recognise) -> None:
    """Fill the slot of doors whose callers bring no token each time."""
    _Slot.recognise = recognise


def require_filled() -> None:
    """Refuse to start with nobody to read tokens."""
    if _Slot.authenticate is None:
        raise RuntimeError("no authenticator: call auth.use() first")


def caller_of(token: str) -> Caller:
    """Return the caller a token stands for, or raise Unauthenticated."""
    if _Slot.authenticate is None:
        raise Unauthenticated
    return _Slot.authenticate(token)


def caller_in(account_id: str, session_id: str) -> Caller:
    """Return the caller of a session while it lasts, or raise Unauthenticated."""
    if _Slot.recognise is None:
        raise Unauthenticated
    return _Slot.recognise(account_id, session_id)
