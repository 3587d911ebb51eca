"""What a sign-in costs beside the one hash computation that it is for (L1)."""

from collections.abc import Iterator
from urllib.parse import urlencode

from handler import api
from handler.accounts import passwords
from tests.bench import people
from tests.bench.canned import CLOUD
from tests.bench.events import CONTEXT, event
from tests.bench.goals import Figure
from tests.bench.warm import measured, silence


def figures() -> Iterator[Figure]:
    """L1: both sides compute the same hash."""
    form = urlencode({"username": people.EMAIL, "password": people.PASSWORD})
    asked = event("POST", "/token", "", content_type="application/x-www-form-urlencoded")
    asked["body"] = form
    CLOUD.signing_in = True
    CLOUD.resize(CLOUD.size)
    with silence():
        answer = api.handle(asked, CONTEXT)
    if answer["statusCode"] != 200:
        raise RuntimeError(answer)
    stored = people.password_hash()
    ours, theirs = measured(
        [
            lambda: api.handle(asked, CONTEXT),
            lambda: passwords.verified(people.PASSWORD, stored),
        ]
    )
    yield Figure("L1", ours / theirs)
