"""Where a running Dunlin may be that the suite is to ask: a twin, or a deployed stage."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
import pytest


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
        """Register them as anybody does, as quickly as is allowed."""
        with httpx.Client(base_url=self.url, timeout=60) as http:
            for one in accounts:
                answer = patiently(
                    http,
                    "POST",
                    "/register",
                    json={
                        "email": one.email,
                        "password": one.password,
                        "full_name": one.full_name,
                    },
                )
                assert answer.status_code == 202, answer.text

    def restart(self) -> None:
        """Leave out a test that would have to."""
        pytest.skip("nobody stops and starts AWS")


def patiently(http: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    """Send a request, again and again while it is refused because there are too many."""
    while True:
        answer = http.request(method, path, **options)
        if answer.status_code != 429:
            return answer
        time.sleep(float(answer.headers["Retry-After"]))
