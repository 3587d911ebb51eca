"""What goes on after the answer: an account is closed, and a job takes its items away."""

import time

import httpx
import pytest

from tests.e2e.places import NewAccount, patiently

pytestmark = pytest.mark.slow

_LEAVING = NewAccount("leaving@example.org", "last geese over the reeds", "Leaving")
_PATIENCE = 50
"""Seconds; less than the minute after which the clock would look for a message that got lost."""


@pytest.fixture
def leaving(place):
    """Somebody who has an account until the test is over."""
    place.open_accounts([_LEAVING])
    with httpx.Client(base_url=place.url, timeout=60) as http:
        form = {"username": _LEAVING.email, "password": _LEAVING.password}
        token = patiently(http, "POST", "/token", data=form).json()["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


def test_items_go_with_their_account(leaving):
    """Though nobody waits for it: a message brings the job to a worker."""
    offered = {"name": "A nest box", "price": "12.00", "currency": "EUR"}
    item = leaving.post("/items", json=offered).headers["Location"]
    assert leaving.delete("/users/me").status_code == 202
    del leaving.headers["Authorization"]
    patience_ends = time.monotonic() + _PATIENCE
    while (found := leaving.get(item).status_code) == 200 and time.monotonic() < patience_ends:
        time.sleep(0.2)
    assert found == 404
