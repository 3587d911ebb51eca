"""Faults to choose from, waiting that costs no time, and environments that are many."""

import asyncio
import json
import time as real_time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from botocore.retries.quota import RetryQuota
from moto.backends import get_backend

from handler import api
from handler.core import events
from tests import rights
from tests.client import Answer, Client

Fault = Callable[[AWSPreparedRequest], Any]


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much has failed before, botocore repeats as often as at first."""
    monkeypatch.setattr(RetryQuota, "acquire", lambda _quota, _amount: True)


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept between attempts. Nobody really sleeps."""
    slept: list[float] = []
    monkeypatch.setattr(real_time, "sleep", slept.append)
    return slept


class _Raw(BytesIO):
    """A body as urllib3 hands it on."""

    def stream(self) -> Iterator[bytes]:
        """All of it at once."""
        yield self.read()


def answers(body: dict[str, Any], status: int = 200) -> Fault:
    """A fault that answers so in DynamoDB's place."""
    text = json.dumps(body).encode()
    headers = {"content-type": "application/x-amz-json-1.0"}
    return lambda request: AWSResponse(request.url, status, headers, _Raw(text))


def refuses(code: str, status: int = 400, **more: Any) -> Fault:
    """A fault that answers with an error."""
    name = f"com.amazonaws.dynamodb.v20120810#{code}"
    return answers({"__type": name, "message": "a secret word", **more}, status)


def cancels(*codes: str) -> Fault:
    """A fault that cancels a transaction for these reasons, one an operation."""
    reasons = [{"Code": code} for code in codes]
    return refuses("TransactionCanceledException", CancellationReasons=reasons)


def raises(error: BaseException | type[BaseException]) -> Fault:
    """A fault below HTTP, or the end of the process."""

    def fail(_request: AWSPreparedRequest) -> None:
        raise error

    return fail


TIMEOUT = ReadTimeoutError(endpoint_url="https://dynamodb.example")


class Killed(BaseException):
    """The end of the process: no code of ours catches it."""


@pytest.fixture
def lost(carried_out) -> Fault:
    """The request is carried out and its answer never arrives."""

    def lose(request: AWSPreparedRequest) -> None:
        carried_out(request)
        raise TIMEOUT

    return lose


def rows(table: str) -> list[dict[str, Any]]:
    """All rows of a table, read behind everybody's back."""
    tables = get_backend("dynamodb")["123456789012"]["eu-west-1"].tables
    found = [row.to_json()["Attributes"] for row in tables[f"dunlin-local-{table}"].all_items()]
    return in_order(found)


def in_order(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows in an order that is always the same."""
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True))


class Instance(Client):
    """The same client, served by an environment of its own: another thread with its own loop."""

    def __init__(self, token: str | None) -> None:
        super().__init__(token)
        self._thread = ThreadPoolExecutor(1)

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        """Send a request through that environment."""
        return self.begin(method, path, body, **options)()

    def begin(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """Send a request and go on; call what is returned for the answer."""
        event = events.http_request(self.event(method, path, body, **options))
        return self._thread.submit(self._serve, event).result

    def _serve(self, event: dict[str, Any]) -> Answer:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            with rights.acting("api"):
                return Answer(api._adapter(event, None))
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    def close(self) -> None:
        """End its thread."""
        self._thread.shutdown()


@pytest.fixture
def instances() -> Iterator[Callable[[Client, int], list[Instance]]]:
    """Makes environments that serve a client at the same time."""
    made: list[Instance] = []

    def make(client: Client, count: int) -> list[Instance]:
        made.extend(Instance(client.token) for _ in range(count))
        return made[-count:]

    yield make
    for instance in made:
        instance.close()
