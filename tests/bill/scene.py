"""An application in use: a catalogue that fills every page, an account with a session, a clock."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from moto import mock_aws

from handler import api
from handler.accounts import keyring
from handler.core import aws as core_aws
from handler.core import clock, keys, limits, metrics
from handler.core.settings import settings
from infra.local.pump import Pump, context, following
from tests import cloud, conftest, rights
from tests.bill.items import catalogue
from tests.client import Client, open_account
from tests.integration.accounts.conftest import hash_of_password

OWNER = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"
EMAIL = f"{OWNER.lower()}@example.org"


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
        catalogue.fill(OWNER)
        core_aws.client("sesv2").create_email_identity(EmailIdentity="shop.example")

    def ask(self, event: dict[str, Any]) -> dict[str, Any]:
        """Have the api door answer."""
        with rights.acting("api"):
            answer: dict[str, Any] = api.handle(event, context(self, "api"))
        return answer

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        return conftest.invoke(function, event)


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
