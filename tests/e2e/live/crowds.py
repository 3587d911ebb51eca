"""A crowd of sockets at a running twin: accounts that sign in, and Node that listens for them."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.places import NewAccount, own_address, patiently
from tests.e2e.twins import Twin

_NODE = Path(sys.executable).with_name("node")
_PASSWORD = "a thousand knots over the Wash"
_OF_ADDRESS = 10
"""Accounts that may sign in from one address within a minute."""
_AT_ONCE = 50  # accounts that are opened by one call


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of so many sockets, how many heard all once in order; the least and most that one heard."""

    sockets: int
    whole: int
    least: int
    most: int
    seconds: float


def tokens(twin: Twin, count: int) -> list[str]:
    """Access tokens of so many accounts, which are opened for it."""
    accounts = [
        NewAccount(f"knot{number}@example.org", _PASSWORD, "Knot") for number in range(count)
    ]
    for first in range(0, count, _AT_ONCE):
        twin.open_accounts(accounts[first : first + _AT_ONCE])
    found = []
    for first in range(0, count, _OF_ADDRESS):
        address = own_address(twin.url, 2 + first // _OF_ADDRESS)
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(base_url=twin.url, transport=transport, timeout=60) as http:
            found += [_token(http, one) for one in accounts[first : first + _OF_ADDRESS]]
    return found


def _token(http: httpx.Client, account: NewAccount) -> str:
    form = {"username": account.email, "password": account.password}
    answer = patiently(http, "POST", "/token", data=form)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def listen(twin: Twin, accounts: list[str], *, sockets: int, events: int) -> Outcome:
    """Have each account open so many sockets, and tell the events to all of them."""
    asked = {"url": twin.url, "tokens": accounts, "sockets": sockets, "events": events}
    done = subprocess.run(  # noqa: S603 - our own command
        [_NODE, Path(__file__).with_name("crowd.mjs")],
        env={"PATH": os.environ["PATH"]},
        input=json.dumps(asked).encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return Outcome(**json.loads(done.stdout))
