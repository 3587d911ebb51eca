"""A whole AWS in memory, the application in it, and hands to ask, to wait and to break things."""

import importlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.update(  # before the application is imported, which reads it once
    STAGE="local",
    RESOURCE_PREFIX="dunlin-local-",
    QUEUE_BASE="https://sqs.eu-west-1.amazonaws.com/123456789012/",
    SOCKETS_URL="wss://live.example/live",
    SOCKETS_ENDPOINT="https://live.example/live",
    ALLOWED_ORIGINS="https://shop.example",
    RESPONSE_HEADERS='{"X-Deployment": "test"}',
    LINK_BASE="https://shop.example",
    MAIL_FROM="no-reply@shop.example",
    AWS_DEFAULT_REGION="eu-west-1",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
)

import hypothesis
import pytest
from _pytest.nodeid import NodeId
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws
from moto.backends import get_backend
from moto.core.models import botocore_stubber

from handler.accounts import keyring
from handler.core import aws as core_aws
from handler.core import clock, keys, limits, metrics
from handler.core.settings import settings
from infra.blueprint import BLUEPRINT, prefix
from infra.local import engine
from infra.local.pump import Pump, context, following
from infra.local.sockets import Hub
from infra.local.sockets.virtual import VirtualSockets
from tests import cloud, posting, recording, rights
from tests.client import Client

# An example may take as long as it likes: the machine may be busy.
hypothesis.settings.register_profile("dunlin", deadline=None)
hypothesis.settings.load_profile("dunlin")

engine.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    """What tests/e2e loads, and where."""
    parser.addoption("--catalogue", help="a csv.gz of diamonds to load instead of the sample")
    parser.addoption("--url", help="a deployed stage to ask instead of a twin")


def pytest_configure(config: pytest.Config) -> None:
    """Note which grants are used."""
    config.pluginmanager.register(recording)


_FIRST = ("tests/e2e/", "tests/faults/", "tests/integration/http/test_schemathesis.py")
"""What waits for running twins, and what takes longest in one file: it begins first, so that it
does not end last."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files, each with its tests in random order, for the processes that share them.

    Each test gets an id of its own: of several with the same one xdist would run only the last.
    """
    for item in items:
        if not item.nodeid.endswith(item.name):
            item._id = NodeId.parse(f"{item.nodeid.rpartition('::')[0]}::{item.name}")
    rank = {folder: number for number, folder in enumerate(_FIRST)}
    items.sort(
        key=lambda item: next(
            (rank[folder] for folder in _FIRST if item.nodeid.startswith(folder)), len(_FIRST)
        )
    )


@pytest.fixture
def aws() -> Iterator[None]:
    """All that the blueprint remembers, empty; and no function does what it may not."""
    with mock_aws():
        cloud.create_tables_and_secrets()
        cloud.create_queues_and_buckets()
        keys._rings.clear()
        keyring._Cache.ring = None
        limits._leases.clear()
        metrics._counted.clear()
        with rights.watched():
            yield


class Now:
    """The clock that everything asks, whether it stands or runs."""

    @property
    def now(self) -> datetime:
        """The time."""
        return clock.now()

    def pass_(self, *, seconds: float) -> None:
        """Let time pass, where a test has stopped it: with the fixture `time`."""
        clock.source.__self__.pass_(seconds=seconds)


def invoke(function: str, event: dict[str, Any]) -> Any:
    """Run a function of the blueprint in this process, by its handler's name."""
    module, _, name = BLUEPRINT.function(function).handler.rpartition(".")
    handler = getattr(importlib.import_module(module), name)
    with rights.acting(function):
        return handler(event, context(Now(), function))


@pytest.fixture
def jobs(aws: None) -> Iterator[Pump]:
    """Queues, pollers and clock: `jobs.deliver()` runs what is due, `drain` lets time pass."""
    with following(Now()):
        yield Pump(
            core_aws.client("sqs"),
            invoke,
            Now(),
            prefix=prefix("local"),
            queue_base=settings().queue_base,
        )


@pytest.fixture
def inline(jobs: Pump) -> Iterator[Pump]:
    """Jobs run as soon as the request that enqueues them is answered."""
    Client.after_each = jobs.deliver
    yield jobs
    Client.after_each = None


@pytest.fixture
def live(jobs: Pump) -> Pump:
    """Queues, pollers and clock, and what changes in tables is told to who follows it."""
    jobs.follow(BLUEPRINT.streams)
    return jobs


@pytest.fixture
def sockets(aws: None) -> Iterator[VirtualSockets]:
    """The gateway of WebSockets: opens them, and takes what is posted to them."""
    gateway = VirtualSockets(invoke, Hub(lambda: clock.now().timestamp()))
    with posting.to(gateway.hub):
        yield gateway


@pytest.fixture
def anonymous(aws: None) -> Client:
    """Nobody."""
    return Client()


@pytest.fixture
def ann(anonymous: Client) -> Client:
    """A user."""
    return anonymous.signed_in("ann")


@pytest.fixture
def max_(anonymous: Client) -> Client:
    """Another user."""
    return anonymous.signed_in("max")


@pytest.fixture
def admin(anonymous: Client) -> Client:
    """Somebody who runs the deployment."""
    return anonymous.signed_in("root", "admin")


@pytest.fixture
def moderator(anonymous: Client) -> Client:
    """Somebody who looks after other people's things."""
    return anonymous.signed_in("mod", "moderator")


@dataclass(frozen=True)
class Mail:
    """A mail that SES took."""

    to: str
    subject: str
    text: str
    html: str

    @property
    def token(self) -> str:
        """The token of its link."""
        return self.text.partition("?token=")[2].split()[0]


@pytest.fixture
def mailbox(inline: Pump) -> Iterator[list[Mail]]:
    """The mails that were sent, the first one first. moto keeps of a mail only one of its texts."""
    ses = core_aws.client("sesv2")
    ses.create_email_identity(EmailIdentity="shop.example")
    mails: list[Mail] = []

    def see(request: AWSPreparedRequest, **_: Any) -> None:
        content = json.loads(request.body)
        simple = content["Content"]["Simple"]
        (to,) = content["Destination"]["ToAddresses"]
        texts = [simple["Subject"], simple["Body"]["Text"], simple["Body"]["Html"]]
        mails.append(Mail(to, *(text["Data"] for text in texts)))

    ses.meta.events.register_first("before-send.sesv2.SendEmail", see, unique_id="mailbox")
    yield mails
    ses.meta.events.unregister("before-send.sesv2.SendEmail", unique_id="mailbox")
    accepted = get_backend("ses")["123456789012"]["eu-west-1"].sent_messages
    assert [mail.subject for mail in mails] == [message.subject for message in accepted]


class Time:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def read(self) -> datetime:
        """What it shows."""
        return self.now

    def pass_(self, **duration: float) -> None:
        """Let time pass, as timedelta counts it."""
        self.now += timedelta(**duration)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Time stands still until the test lets it pass."""
    standing = Time()
    monkeypatch.setattr(clock, "source", standing.read)
    return standing


Fault = Callable[[AWSPreparedRequest], Any]


_APART = {prefix("local") + name for name in ("accounts", "limits", "metrics")}


class Wire:
    """Sees the requests to DynamoDB and can break the next ones.

    What authentication and limits ask is counted apart, in `apart`, and breaks only when told to.
    """

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.apart: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self._faults: list[Fault | None] = []
        self._always: Fault | None = None

    def break_next(self, *faults: Fault | None) -> None:
        """Break the next requests, one fault each; None lets one through."""
        self._faults = list(faults)

    def break_all(self, fault: Fault | None) -> None:
        """Break every request from now on, or with None no more."""
        self._always = fault

    def see(self, request: AWSPreparedRequest, **_: Any) -> Any:
        """What botocore calls before it sends."""
        target = request.headers["X-Amz-Target"]
        name = target.decode() if isinstance(target, bytes) else target
        content = json.loads(request.body)
        if content.get("TableName") in _APART:
            self.apart.append(name.partition(".")[2])
            return None
        self.calls.append(name.partition(".")[2])
        self.requests.append(content)
        fault = self._faults.pop(0) if self._faults else self._always
        answer = fault(request) if fault else None
        if answer is not None:  # botocore asks moto as well: it must not know the address
            request.url = "https://answered.example/"
        return answer


@pytest.fixture
def wire(aws: None) -> Iterator[Wire]:
    """The wire to DynamoDB."""
    events = core_aws.client("dynamodb").meta.events
    watching = Wire()
    events.register_first("before-send.dynamodb.*", watching.see, unique_id="wire")
    yield watching
    events.unregister("before-send.dynamodb.*", unique_id="wire")


@pytest.fixture
def requests(aws: None) -> Iterator[list[dict[str, Any]]]:
    """What is asked of DynamoDB."""
    events = core_aws.client("dynamodb").meta.events
    seen: list[dict[str, Any]] = []
    events.register_first(
        "before-send.dynamodb.*",
        lambda request, **_: seen.append(json.loads(request.body)),
        unique_id="requests",
    )
    yield seen
    events.unregister("before-send.dynamodb.*", unique_id="requests")


@pytest.fixture
def carried_out() -> Callable[[AWSPreparedRequest], Any]:
    """Has moto do what a request asks, for faults that then lose the answer."""
    return lambda request: botocore_stubber("before-send", request)


@pytest.fixture
def new_item() -> dict[str, Any]:
    """The body of an item."""
    return {
        "name": "Brass lamp",
        "description": "Turned, with a linen shade.",
        "price": "12.50",
        "currency": "EUR",
        "tags": ["lighting", "brass"],
    }
