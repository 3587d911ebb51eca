"""What the tests of notifications share: telling somebody something, and what they then see."""

from collections.abc import Callable
from typing import Any

import pytest

from handler.jobs import transaction
from handler.notifications import Kind, Words, notify
from tests.client import Client
from tests.integration.realtime.conftest import listening, opened

__all__ = ["listening", "opened"]

LAMPS = Kind("lamps")


def tell(owner: str = "ann", number: int = 0, kind: Kind = LAMPS) -> None:
    """Tell an account something, as a feature does."""
    with transaction() as writes:
        notify(writes, owner, kind, Words(f"Lamp {number}", "It glows.", {"lamp": number}))


def subjects(client: Client) -> list[str]:
    """What an account has in its list, over pages of two."""
    found: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = client.get("/notifications", query=f"limit=2{cursor}")
        assert answer.status == 200, answer
        found += [one["subject"] for one in answer.body["items"]]
        cursor = answer.body["next"] and f"&cursor={answer.body['next']}"
    return found


def unread(client: Client) -> int:
    """How many an account has not read."""
    return client.get("/notifications").body["unread"]


def told(socket: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """The channel, the type and the data of the events that a socket got since the last look."""
    events: list[Any] = []
    for frame in socket.taken():
        events += frame["events"] if frame["type"] == "events" else [frame]
    return [(one["channel"], one["type"], one["data"]) for one in events if "data" in one]


@pytest.fixture
def send(moderator: Client, inline: Any) -> Callable[..., Any]:
    """Has the moderator write to somebody."""

    def call(to: str = "ann", **fields: Any) -> Any:
        body = {"to": to, "subject": "Your lamps", "message": "Please add photos.", **fields}
        return moderator.post("/notifications", body)

    return call
