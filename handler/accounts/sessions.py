"""Sessions: what a refresh token is, and how long it holds.

A refresh token is `<version>.<account>.<session>.<counter>.<key>.<signature>`. Only the counter is
stored, so the next token of a session follows from the stored state: whoever asks twice within the
grace (a lost answer, two tabs) gets the same one.
"""

import re
from dataclasses import dataclass
from typing import Any

from handler.core import clock
from handler.core.errors import Unauthenticated
from handler.core.keys import key_ring

SESSIONS_MAX = 10
IDLE = 7 * 24 * 3600
ABSOLUTE = 30 * 24 * 3600
GRACE = 60
"""A session's limits; the last three in seconds (parameters.md, RFC 9700 4.14.2)."""
_SECRET = "refresh"  # noqa: S105 - the secret's name
_TOKEN = re.compile(
    r"r1\.([A-Za-z0-9_-]{1,64})\.([0-9A-Z]{26})\.(0|[1-9][0-9]{0,8})\.([0-9]{1,6}\.[A-Za-z0-9_-]{22})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """Which turn of which session a token is."""

    account_id: str
    session_id: str
    counter: int

    def written(self) -> str:
        """The token as the client keeps it. Raises Unavailable."""
        return f"{self._text()}.{key_ring(_SECRET).sign(self._text().encode())}"

    def next(self) -> "RefreshToken":
        """The token that takes this one's place."""
        return RefreshToken(self.account_id, self.session_id, self.counter + 1)

    def _text(self) -> str:
        return f"r1.{self.account_id}.{self.session_id}.{self.counter}"

    @classmethod
    def read(cls, text: str) -> "RefreshToken":
        """The token that a text is. Raises Unauthenticated, Unavailable."""
        match = _TOKEN.fullmatch(text)
        if match is None:
            raise Unauthenticated
        found = cls(match[1], match[2], int(match[3]))
        if not key_ring(_SECRET).verifies(found._text().encode(), match[4]):
            raise Unauthenticated
        return found


def begun(agent: str, address: str) -> dict[str, Any]:
    """A new session, as the account's row keeps it."""
    now = clock.epoch()
    return {"counter": 0, "created": now, "used": now, "agent": agent[:100], "address": address}


def is_open(session: dict[str, Any]) -> bool:
    """Whether a session has neither been idle for too long nor lived too long."""
    now = clock.epoch()
    return bool(session["used"] + IDLE > now and session["created"] + ABSOLUTE > now)


def surplus(sessions: dict[str, dict[str, Any]]) -> list[str]:
    """The sessions to end before another begins: the expired, and the oldest over the maximum."""
    ended = [id_ for id_, session in sessions.items() if not is_open(session)]
    alive = sorted(sessions.keys() - set(ended), key=lambda id_: sessions[id_]["used"])
    over = max(0, len(alive) - SESSIONS_MAX + 1)
    return ended + alive[:over]
