"""Demo data for a first start: accounts, and what they send through the API, as a client would.

The passwords are known to everybody, so the operators' function opens these accounts only here.
"""

import json
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from infra.local import client, terminal
from infra.local.client import NoTwin, OperationRefused, SignInRefused
from infra.local.state import State

DEMO = Path(__file__).with_name("demo")


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


class DemoRefused(Exception):
    """The API did not take something of the demo data; the text is its answer."""


def is_planted(state: State, where: str) -> bool:
    """Whether that place had its demo data before."""
    return state.fact(_fact(where)) is not None


def plant_once(url: str, state: State, where: str) -> None:
    """Plant, unless that was done in that place before, and say so. A refusal is only said."""
    if is_planted(state, where):
        return
    try:
        client.operate(url, "demo_accounts", accounts=[asdict(account) for account in ACCOUNTS])
        terminal.say(f"demo data: {plant(url)} created")
    except (DemoRefused, NoTwin, OperationRefused, SignInRefused) as error:
        terminal.say(f"no demo data: {error}")
    else:
        state.remember(_fact(where), "yes")


def plant(url: str) -> int:
    """Create what stands in `demo/`, each by its owner: `items.json` is what `/items` is sent.

    Returns how much that is. Raises DemoRefused, SignInRefused, NoTwin.
    """
    passwords = {account.email: account.password for account in ACCOUNTS}
    count = 0
    for file in sorted(DEMO.glob("*.json")):
        for owner, bodies in json.loads(file.read_text()).items():
            token = client.sign_in(url, owner, passwords[owner])
            for body in bodies:
                _create(url, f"/{file.stem}", body, token)
            count += len(bodies)
    return count


def _create(url: str, path: str, body: dict[str, Any], token: str) -> None:
    reply = client.post(url, path, body, token)
    if reply.status != HTTPStatus.CREATED:
        raise DemoRefused(f"{body.get('name', path)}: {reply.status} {reply.body}")


def _fact(where: str) -> str:
    return f"accounts and items planted in {where}"
