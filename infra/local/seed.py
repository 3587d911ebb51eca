"""Demo data for a first start: accounts, and what they offer through the API, as a client would.

The passwords are known to everybody, so the operators' function opens these accounts only here.
"""

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path

from infra.local import client, terminal
from infra.local.client import NoTwin, OperationRefused, SignInRefused
from infra.local.state import State

DEMO = Path(__file__).with_name("demo.json")


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """An account to try things with."""

    email: str
    password: str
    role: str
    full_name: str


ACCOUNTS = (
    DemoAccount("ann@example.org", "grey plover on the mudflat", "user", "Ann"),
    DemoAccount("max@example.org", "four dunlins in a row", "user", "Max"),
    DemoAccount("mod@example.org", "keeper of the tide tables", "moderator", "Mod"),
    DemoAccount("root@example.org", "the whole flock turns at once", "admin", "Root"),
)


class ItemRefused(Exception):
    """The API did not take a demo item; the text is its answer."""


def is_planted(state: State, where: str) -> bool:
    """Whether that place had its demo data before."""
    return state.fact(_fact(where)) is not None


def plant_once(url: str, state: State, where: str) -> None:
    """Plant, unless that was done in that place before, and say so. A refusal is only said."""
    if is_planted(state, where):
        return
    try:
        client.operate(url, "demo_accounts", accounts=[asdict(account) for account in ACCOUNTS])
        terminal.say(f"{plant(url)} demo items created")
    except (ItemRefused, NoTwin, OperationRefused, SignInRefused) as error:
        terminal.say(f"no demo items: {error}")
    else:
        state.remember(_fact(where), "yes")


def plant(url: str) -> int:
    """Create the items of `demo.json`, each by its owner. Returns how many.

    Raises ItemRefused, SignInRefused, NoTwin.
    """
    demo = json.loads(DEMO.read_text())
    passwords = {account.email: account.password for account in ACCOUNTS}
    for owner, items in demo.items():
        token = client.sign_in(url, owner, passwords[owner])
        for item in items:
            reply = client.post(url, "/items", item, token)
            if reply.status != HTTPStatus.CREATED:
                message = f"{item['name']}: {reply.status} {reply.body}"
                raise ItemRefused(message)
    return sum(map(len, demo.values()))


def _fact(where: str) -> str:
    return f"accounts and items planted in {where}"
