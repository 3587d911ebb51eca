"""Accounts that keep to the limits of where they are: they sign in again, and wait when told to."""

import itertools
import threading
from collections.abc import Iterator
from typing import Any

import httpx

from tests.e2e.places import NewAccount, Place, is_here, own_address, patiently

SELLERS = 20
"""So many share the calls, of which an account has 300 a minute."""
_FEW = 3  # of the five that one address may open in an hour
_PASSWORD = "a cliff full of gannets"


class Seller:
    """One account. Asks from a network address of its own, as ten may sign in a minute from one."""

    def __init__(self, url: str, number: int) -> None:
        self.email = f"seller{number}@example.org"
        transport = httpx.HTTPTransport(local_address=own_address(url, number + 2))
        self._http = httpx.Client(base_url=url, transport=transport, timeout=60)
        self._signing_in = threading.Lock()
        self.id = ""

    def sign_in(self) -> None:
        """Get a token, and learn the account's id."""
        form = {"username": self.email, "password": _PASSWORD}
        with self._signing_in:
            self._http.headers.pop("Authorization", None)
            answer = patiently(self._http, "POST", "/token", data=form)
            self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            self.id = patiently(self._http, "GET", "/users/me").json()["id"]

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request, signing in anew when the token has expired."""
        answer = patiently(self._http, method, path, **options)
        if answer.status_code == 401:
            self.sign_in()
            answer = patiently(self._http, method, path, **options)
        return answer

    def close(self) -> None:
        """Close its connections."""
        self._http.close()


class Sellers:
    """Some accounts that take turns."""

    def __init__(self, place: Place) -> None:
        """Open the accounts, and sign them in."""
        self.all = [
            Seller(place.url, number) for number in range(SELLERS if is_here(place.url) else _FEW)
        ]
        place.open_accounts([NewAccount(one.email, _PASSWORD, "Seller") for one in self.all])
        for seller in self.all:
            seller.sign_in()
        self._turns: Iterator[Seller] = itertools.cycle(self.all)

    def next(self) -> Seller:
        """Whoever's turn it is."""
        return next(self._turns)

    def of(self, account_id: str) -> Seller:
        """The seller with that id."""
        return next(seller for seller in self.all if seller.id == account_id)

    def close(self) -> None:
        """Close all connections."""
        for seller in self.all:
            seller.close()
