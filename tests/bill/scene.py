"""An application in use: a catalogue that fills every page, an account with a session, a clock."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from moto import mock_aws
from moto.backends import get_backend

from handler import api
from handler.accounts import keyring
from handler.core import aws as core_aws
from handler.core import clock, keys, limits, metrics
from handler.core.settings import settings
from handler.core.shards import SHARDS, shard_of
from handler.items.models import Item
from handler.items.terms import terms_of
from infra.blueprint import prefix
from infra.local import engine
from infra.local.pump import Pump, context, following
from tests import cloud, conftest, rights
from tests.client import Client, open_account
from tests.integration.accounts.conftest import hash_of_password

OWNER = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
EMAIL = f"{OWNER.lower()}@example.org"
NEW_ITEM = {
    "name": "Brass lamp",
    "description": "Turned, with a linen shade. It has been in one family for sixty years.",
    "price": "12.50",
    "currency": "EUR",
    "tags": ["lighting", "brass"],
}
_ROWS = 21
"""Items in every shard: a page of 20 reads so many of each, however many there are beyond."""
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Scene:
    """Time stands still in it, but for `pass_`."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.count = 0
        self.refresh_token = ""
        self.user = Client()
        self.nobody = Client()
        base = settings().queue_base
        sqs = core_aws.client("sqs")
        self.pump = Pump(sqs, self._invoke, self, prefix=cloud.PREFIX, queue_base=base)

    def number(self) -> int:
        """Another number than before."""
        self.count += 1
        return self.count

    def read(self) -> datetime:
        """What the clock shows."""
        return self.now

    def pass_(self, *, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)

    def open(self) -> None:
        """Fill it."""
        open_account(OWNER, email=EMAIL, password_hash=hash_of_password())
        self.user = self.user.signed_in(OWNER)
        items = list(_items())
        _load("items", [item.serialize() for item in items])
        terms = [row for item in items for row in terms_of(item).values()]
        _load("item_terms", [row.serialize() for row in terms])
        core_aws.client("sesv2").create_email_identity(EmailIdentity="shop.example")

    def item(self) -> str:
        """The path of an item of the account's that is offered now."""
        answer = self.ask(self.user.event("POST", "/items", NEW_ITEM))
        return f"/items/{json.loads(answer['body'])['id']}"

    def ask(self, event: dict[str, Any]) -> dict[str, Any]:
        """Have the api door answer."""
        with rights.acting("api"):
            answer: dict[str, Any] = api.handle(event, context(self, "api"))
        return answer

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        return conftest.invoke(function, event)


def _items() -> Iterator[Item]:
    """The catalogue: as many items as fill the first page of each shard."""
    shards: Counter[str] = Counter()
    number = 0
    while len(shards) < SHARDS or min(shards.values()) < _ROWS:
        number += 1
        id_ = "01JN" + "".join(_ALPHABET[number >> shift & 31] for shift in range(105, -1, -5))
        shards[shard_of(id_)] += 1
        fields = {**NEW_ITEM, "price": 12.5 + number, "is_available": True}
        item = Item(id_, owner_id=OWNER, write_id="0" * 26, version=1, **fields)
        item.created_at = item.updated_at = datetime(2026, 3, 1, 11, tzinfo=UTC)
        item.derive()
        yield item


def _load(table: str, rows: list[dict[str, Any]]) -> None:
    backend = get_backend("dynamodb")[cloud.ACCOUNT][cloud.REGION]
    engine.load(backend.tables[prefix("local") + table], rows)


@contextmanager
def opened() -> Iterator[Scene]:
    """A scene in an AWS of its own."""
    with ExitStack() as standing:
        standing.enter_context(mock_aws())
        cloud.create_tables_and_secrets()
        cloud.create_queues_and_buckets()
        for remembered in (keys._rings, limits._leases, metrics._counted):
            remembered.clear()
        keyring._Cache.ring = None
        standing.enter_context(rights.watched())
        scene = Scene()
        standing.enter_context(mock.patch.object(clock, "source", scene.read))
        standing.enter_context(following(scene))
        scene.open()
        yield scene
