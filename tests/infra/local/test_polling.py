"""Pollers: what a function is given, what then happens to its messages, and how quickly."""

import asyncio
import json
import time

import pytest
from moto.sqs.models import sqs_backends

from infra.blueprint import Queue, Source
from infra.local import mocks
from infra.local.inbox import Inbox
from infra.local.places import ACCOUNT, REGION
from infra.local.polling import Poller
from infra.local.resources import create_queues
from infra.local.whims import Odds, Whims
from tests.infra.local.waiting import alongside, until

WORK = Queue("work", visibility=1, receives=2)


@pytest.fixture
def sqs(dynamodb):
    """SQS in moto, with a queue and its dead letters."""
    create_queues(mocks.MOTO["sqs"], (WORK,), "p-")
    return sqs_backends[ACCOUNT][REGION]


@pytest.fixture
def worker(pool, folder):
    """A worker that notes the bodies of its batches; those of some bodies it fails in some way."""
    (folder / "handler" / "api.py").write_text("""
import json, os, time
from pathlib import Path


def handle(event, context):
    records = event["Records"]
    bodies = [record["body"] for record in records]
    with Path("noted").open("a") as file:
        print(json.dumps([time.time(), bodies]), file=file)
    match bodies[0]:
        case "raise":
            raise ValueError("boom")
        case "exit":
            os._exit(3)
        case "slow":
            time.sleep(0.5)
    failed = [record["messageId"] for record in records if record["body"] == "fail"]
    return {"batchItemFailures": [{"itemIdentifier": name} for name in failed]}
""")
    return pool


@pytest.fixture
def noted(folder):
    """When the worker got batches, and the bodies of their messages."""

    def read():
        path = folder / "noted"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    return read


@pytest.fixture
def polled(worker, run, lines):
    """Runs a poller while something is done."""

    def make(doing, batch=10, most=4, whims=None, **more):
        used = worker(**more)

        async def both():
            poller = Poller(
                Source("work", "worker", batch, 10),
                Inbox("p-work", REGION, ACCOUNT),
                used,
                lambda _, line: lines.append(line),
                most=most,
                whims=whims,
            )
            async with alongside(poller.run()):
                await doing()

        run(both())

    return make


def send(sqs, *bodies, **more):
    """Send messages."""
    for body in bodies:
        sqs.send_message("p-work", body, **more)


def bodies(noted):
    """The bodies of all batches."""
    return [batch for _, batch in noted()]


def is_empty(sqs, name="p-work"):
    """Whether a queue holds nothing at all."""
    return Inbox(name, REGION, ACCOUNT).counted() == (0, 0, 0)


def test_messages_are_handed_out_in_batches_and_deleted(polled, sqs, noted):
    """Those that are there when it begins."""
    send(sqs, *"abc")

    async def wait():
        await until(lambda: is_empty(sqs))

    polled(wait, batch=2, most=1)
    assert bodies(noted) == [["a", "b"], ["c"]]


def test_a_message_wakes_the_poller(polled, sqs, noted):
    """From whatever thread it is sent: there is no timer that would ring."""

    async def talk():
        for number in range(1, 4):
            await asyncio.sleep(0.05)
            await asyncio.to_thread(send, sqs, str(number))
            await until(lambda: len(noted()) == number)  # noqa: B023 - it is over by then

    polled(talk)
    assert bodies(noted) == [["1"], ["2"], ["3"]]


def test_a_delayed_message_is_handed_out_when_its_time_has_come(polled, sqs, noted):
    """Not before."""
    begun = time.time()
    send(sqs, "a", delay_seconds=1)

    async def wait():
        await until(noted)

    polled(wait)
    assert noted()[0][0] - begun >= 1


def test_what_a_function_names_as_failed_comes_again(polled, sqs, noted):
    """Alone, after the visibility timeout; then it goes to the dead letters."""
    send(sqs, "fail", "a")

    async def wait():
        await until(lambda: is_empty(sqs) and not is_empty(sqs, "p-work-dead"))

    polled(wait)
    assert bodies(noted) == [["fail", "a"], ["fail"]]


@pytest.mark.parametrize(
    ("body", "said"),
    [("raise", "ValueError: boom"), ("exit", "Runtime exited"), ("slow", "timed out after 0.20")],
)
def test_a_batch_that_fails_comes_again(polled, sqs, noted, lines, body, said):
    """All of it, and the log says why."""
    send(sqs, body, "a")

    async def wait():
        await until(lambda: len(noted()) == 2)

    polled(wait, timeout=0.2 if body == "slow" else 30)
    assert bodies(noted) == [[body, "a"]] * 2
    assert said in "\n".join(lines)


def test_so_many_batches_are_under_way_at_once(polled, sqs, noted):
    """As the laptop allows; the others wait in the queue."""
    send(sqs, *["slow"] * 5)
    seen = []

    async def wait():
        await until(
            lambda: seen.append(Inbox("p-work", REGION, ACCOUNT).counted()[1]) or is_empty(sqs)
        )

    polled(wait, batch=1, most=2, limit=2)
    assert max(seen) == 2


def test_a_batch_that_is_too_large_for_an_event_is_divided(polled, sqs, noted):
    """Nobody has to look after that."""
    send(sqs, *["x" * 1_000_000] * 8)

    async def wait():
        await until(lambda: is_empty(sqs))

    polled(wait)
    assert [len(batch) for batch in bodies(noted)] == [4, 4]


def test_a_message_that_is_too_large_for_an_event_is_said(polled, sqs, lines):
    """It goes to the dead letters in the end."""
    send(sqs, "\0" * 1_048_576)

    async def wait():
        await until(lambda: lines)

    polled(wait)
    assert lines[-1] == "A message is too large for an event"


def test_strict_deliveries_are_doubled_and_in_another_order(polled, sqs, noted):
    """By the seed."""
    send(sqs, *"abcdefgh")

    async def wait():
        await until(lambda: len(noted()) == 2)

    polled(wait, whims=Whims(1, Odds(doubled=0.5, again=0)))
    first, second = sorted(bodies(noted), key=len, reverse=True)
    assert sorted(first) == list("abcdefgh") != first
    assert set(second) < set(first)


def test_strict_deliveries_come_again_later(polled, sqs, noted):
    """Although they were done."""
    send(sqs, "a")

    async def wait():
        await until(lambda: len(noted()) == 2)

    polled(wait, whims=Whims(1, Odds(doubled=0, again=1, latest=0)))
    assert bodies(noted) == [["a"]] * 2


def test_an_idle_poller_does_nothing(polled, sqs):
    """Not even look."""
    looked = []
    inbox_receive = Inbox.receive

    def receive(self, most):
        looked.append(most)
        return inbox_receive(self, most)

    async def rest():
        await asyncio.sleep(0.3)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Inbox, "receive", receive)
        polled(rest)
    assert len(looked) == 1
