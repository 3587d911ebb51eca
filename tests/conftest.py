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

from handler import api
from handler.core import aws as core_aws
from handler.core import clock, devtoken, keys
from handler.core.auth import Role
from infra.blueprint import BLUEPRINT, Index, Key, Table, prefix
from infra.local import engine

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


class Answer:
    """What the door answered."""

    def __init__(self, raw: dict[str, Any]) -> None:
        self.status: int = raw["statusCode"]
        self.headers: dict[str, str] = raw.get("headers", {})
        self.text: str = raw.get("body", "")

    def __repr__(self) -> str:
        return f"<{self.status} {self.text[:300]}>"

    @property
    def body(self) -> Any:
        """The JSON that was answered."""
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        """The code of a problem."""
        return self.body.get("code") if self.text.startswith("{") else None


class Client:
    """Asks the api door as API Gateway does, as nobody or as one account."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token

    def signed_in(self, account: str, role: str = "user") -> "Client":
        """The same as that account."""
        return Client(devtoken.issue(account, Role(role)))

    def event(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
        raw: str | None = None,
    ) -> dict[str, Any]:
        """The event of a request. `raw` is a body that is sent as it is."""
        sent = {"host": "api.example", "content-type": "application/json"}
        if self.token:
            sent["authorization"] = f"Bearer {self.token}"
        sent |= {name.lower(): value for name, value in (headers or {}).items()}
        http = {"method": method, "path": path, "sourceIp": "192.0.2.1", "protocol": "HTTP/1.1"}
        return {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": sent,
            "requestContext": {"http": http, "stage": "$default", "requestId": "gateway-id"},
            "body": raw if raw is not None else None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a request through the door."""
        return Answer(api.handle(self.event(method, path, body, **options), None))

    def get(self, path: str, **options: Any) -> Answer:
        """GET."""
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """POST."""
        return self.ask("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PUT."""
        return self.ask("PUT", path, body, **options)

    def patch(self, path: str, body: Any = None, **options: Any) -> Answer:
        """PATCH."""
        return self.ask("PATCH", path, body, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        """DELETE."""
        return self.ask("DELETE", path, **options)


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
        return fault(request) if fault else None


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
