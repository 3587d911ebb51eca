"""Hands for accounts: a password that is hashed once, and what hashing costs."""

from collections.abc import Callable
from functools import cache
from typing import Any

import argon2
import bcrypt
import pytest

from handler.accounts import passwords
from handler.accounts.models import Account
from tests.client import Answer, Client, open_account

PASSWORD = "a goldfinch sings at noon"
WRONG = "a bullfinch sings at noon"


@cache
def hash_of_password() -> str:
    """The hash of PASSWORD, computed once a session."""
    return passwords.hashed(PASSWORD)


class Hashing:
    """The hash computations that argon2 and bcrypt did: what each was compared with, or None."""

    def __init__(self) -> None:
        self.done: list[str | None] = []

    def against(self, stored: str) -> int:
        """How often a password was compared with this hash."""
        return self.done.count(stored)


@pytest.fixture
def hashing(monkeypatch: pytest.MonkeyPatch) -> Hashing:
    """Counts hash computations where they leave for the libraries, from here on."""
    hash_of_password()  # once a session, and not within a test that counts
    counted = Hashing()

    def count(module: Any, name: str, stored: Callable[..., str | None]) -> None:
        real = getattr(module, name)

        def counting(*args: Any, **options: Any) -> Any:
            counted.done.append(stored(*args))
            return real(*args, **options)

        monkeypatch.setattr(module, name, counting)

    count(argon2.low_level, "hash_secret", lambda *_, **__: None)
    count(argon2.low_level, "verify_secret", lambda hashed, *_: hashed.decode())
    count(bcrypt, "checkpw", lambda _, hashed: hashed.decode())
    return counted


Opened = Callable[..., Account]


@pytest.fixture
def eve(aws: None) -> Account:
    """An account that has a password, and no session yet."""
    return open_account("eve", password_hash=hash_of_password())


def sign_in(client: Client, email: str = "eve@example.org", password: str = PASSWORD) -> Answer:
    """Ask for a token with a password."""
    return client.form("/token", username=email, password=password)


def refresh(client: Client, token: str) -> Answer:
    """Ask for the next pair."""
    return client.form("/token", grant_type="refresh_token", refresh_token=token)


def told(answer: Answer) -> tuple[Any, ...]:
    """What an answer tells, request id and durations aside, the number of AWS calls included."""
    varies = ("x-request-id", "x-process-time", "server-timing", "content-length")
    headers = {name: value for name, value in answer.headers.items() if name not in varies}
    calls = answer.headers["server-timing"].partition("desc=")[2]
    body = {**answer.body, "request_id": ""} if answer.text else None
    return answer.status, headers, calls, body


def far(number: int) -> Client:
    """Nobody, at a network address that no other number has."""
    return Client(address=f"198.51.{number // 250}.{number % 250 + 1}")
