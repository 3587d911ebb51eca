"""A whole AWS in memory, the application in it, and hands to ask, to wait and to break things."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

os.environ.update(  # before the application is imported, which reads it once
    STAGE="local",
    RESOURCE_PREFIX="dunlin-local-",
    DEV_TOKEN_KEY="a key for tests, of forty characters and more",
    ALLOWED_ORIGINS="https://shop.example",
    RESPONSE_HEADERS='{"X-Deployment": "test"}',
    AWS_DEFAULT_REGION="eu-west-1",
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
)

import pytest
from botocore.awsrequest import AWSPreparedRequest
from moto import mock_aws
from moto.core.models import botocore_stubber

from handler.core import aws as core_aws
from handler.core import clock, keys
from infra.blueprint import BLUEPRINT, Index, Key, Table, prefix
from infra.local import engine
from tests.client import Client

engine.install()


def pytest_addoption(parser: pytest.Parser) -> None:
    """How to aim tests/e2e at something else than a twin of its own."""
    parser.addoption("--url", help="a deployed stage")
    parser.addoption("--token", help="an access token for --url")
    parser.addoption("--catalogue", help="a csv.gz of diamonds to load instead of the sample")


def _definition(table: Table) -> dict[str, Any]:
    keys_used = [table.partition, table.sort]
    keys_used += [key for index in table.indexes for key in (index.partition, index.sort)]
    types = {key.name: key.type for key in keys_used if key}
    return {
        "TableName": prefix("local") + table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "KeySchema": _schema(table.partition, table.sort),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in types.items()
        ],
    } | (
        {"GlobalSecondaryIndexes": [_index(index) for index in table.indexes]}
        if table.indexes
        else {}
    )


def _schema(partition: Key, sort: Key | None) -> list[dict[str, str]]:
    found = [{"AttributeName": partition.name, "KeyType": "HASH"}]
    return found + ([{"AttributeName": sort.name, "KeyType": "RANGE"}] if sort else [])


def _index(index: Index) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": _schema(index.partition, index.sort),
        "Projection": {"ProjectionType": index.projection},
    }


@pytest.fixture
def aws() -> Iterator[None]:
    """Every table of the blueprint, empty, and every secret."""
    with mock_aws():
        for table in BLUEPRINT.tables:
            core_aws.client("dynamodb").create_table(**_definition(table))
        for secret in BLUEPRINT.secrets:
            core_aws.client("secretsmanager").create_secret(
                Name=prefix("local") + secret.name, SecretString='{"1": "a random key"}'
            )
        keys._rings.clear()
        yield


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
def moderator(anonymous: Client) -> Client:
    """Somebody who looks after other people's things."""
    return anonymous.signed_in("mod", "moderator")


class Time:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def pass_(self, **duration: float) -> None:
        """Let time pass, as timedelta counts it."""
        self.now += timedelta(**duration)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """Time stands still until the test lets it pass."""
    standing = Time()
    monkeypatch.setattr(clock, "source", lambda: standing.now)
    return standing


Fault = Callable[[AWSPreparedRequest], Any]


class Wire:
    """Sees every request to DynamoDB and can break the next ones."""

    def __init__(self) -> None:
        self.calls: list[str] = []
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
        self.calls.append(name.partition(".")[2])
        self.requests.append(json.loads(request.body))
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
