"""Where a running Dunlin may be that the suite is to ask: a twin, or a deployed stage."""

import itertools
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import httpx
import pytest

_PATIENCE = 120
"""Seconds that a limit may ask to wait: some begin anew each minute, others each hour."""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account that is to be opened."""

    email: str
    password: str
    full_name: str


class Place(Protocol):
    """What the suite needs of it."""

    url: str

    def open_accounts(self, accounts: Sequence[NewAccount]) -> None:
        """Open accounts that may sign in at once. Those that are open stay as they are."""

    def restart(self) -> None:
        """Stop and start."""


class Deployed:
    """A stage in AWS, by its URL; it has no mail, so that accounts need no confirmation."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def open_accounts(self, accounts: Sequence[NewAccount]) -> None:
        """Register those who cannot sign in, as anybody does: five an hour from one address."""
        for one in accounts:
            transport = httpx.HTTPTransport(local_address=own_address(self.url, next(_FOREIGN)))
            with httpx.Client(base_url=self.url, transport=transport, timeout=60) as http:
                form = {"username": one.email, "password": one.password}
                if patiently(http, "POST", "/token", data=form).status_code != 200:
                    answer = patiently(http, "POST", "/register", json=asdict(one))
                    assert answer.status_code == 202, answer.text

    def restart(self) -> None:
        """Leave out a test that would have to."""
        pytest.skip("nobody stops and starts AWS")


_FOREIGN = itertools.count(100)


def is_here(url: str) -> bool:
    """Whether that is on this machine."""
    return httpx.URL(url).host in {"127.0.0.1", "localhost"}


def own_address(url: str, number: int) -> str | None:
    """Give an address to ask from, of which there are many where one asks this machine.

    Only Linux lets one ask from all of 127.0.0.0/8.
    """
    return f"127.0.0.{number}" if is_here(url) and sys.platform == "linux" else None


def patiently(http: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request, again and again while it is refused because there are too many."""
    while True:
        answer = http.request(method, path, **options)
        if answer.status_code != 429:
            return answer
        seconds = float(answer.headers["Retry-After"])
        assert seconds <= _PATIENCE, f"{path} is refused for {seconds} s"
        time.sleep(seconds)
