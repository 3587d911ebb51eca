"""A pump in virtual time, with a queue, and functions that note what they get."""

from datetime import UTC, datetime, timedelta

import pytest
from botocore.session import Session
from moto import mock_aws

from infra.blueprint import Queue, Source
from infra.local import engine, pump
from infra.local.pump import Pump
from infra.local.resources import queue_definitions

BASE = "https://sqs.eu-west-1.amazonaws.com/123456789012/"
WORK = Queue("work", visibility=60, receives=3)
SOURCES = (Source("work", "worker", 10, 1), Source("work-dead", "letters", 10, 1))


class Time:
    """A clock that moves when it is told to."""

    now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def pass_(self, **duration):
        """Let time pass."""
        self.now += timedelta(**duration)


class Functions:
    """Functions that note what they get, and do with it what a test wants."""

    def __init__(self, time):
        self.time = time
        self.begun = time.now
        self.noted = []
        self.answers = {}
        self.ids = []

    def __call__(self, function, event):
        """Invoke a function."""
        seconds = (self.time.now - self.begun).total_seconds()
        bodies = "".join(record.get("body", "") for record in event.get("Records", []))
        self.noted.append((seconds, function, bodies))
        self.ids += [record.get("messageId") for record in event.get("Records", [])]
        answer = self.answers.get(function)
        return answer(event) if answer else None

    def seen(self, function):
        """When a function was invoked, and the bodies of its messages."""
        return [(seconds, bodies) for seconds, name, bodies in self.noted if name == function]


@pytest.fixture
def time():
    """A clock."""
    return Time()


@pytest.fixture
def sqs(time, monkeypatch):
    """A client of SQS, with the queue and its dead letters."""
    engine.install()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with mock_aws(), pump.following(time):
        client = Session().create_client("sqs", region_name="eu-west-1")
        for definition in queue_definitions(WORK, "p-", "eu-west-1", "123456789012"):
            client.create_queue(**definition)
        yield client
        client.close()


@pytest.fixture
def send(sqs):
    """Send messages."""

    def call(*bodies, **more):
        for body in bodies:
            sqs.send_message(QueueUrl=f"{BASE}p-work", MessageBody=body, **more)

    return call


@pytest.fixture
def functions(time):
    """The functions."""
    return Functions(time)


@pytest.fixture
def pumped(sqs, functions, time):
    """The pump."""
    return Pump(sqs, functions, time, prefix="p-", queue_base=BASE, sources=SOURCES)
