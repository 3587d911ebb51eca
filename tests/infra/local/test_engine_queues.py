"""Queues of the engine: in order, hidden and delayed by the clock, quick however long they are."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from moto.sqs import models
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import sqs_backends

from infra.blueprint import Queue
from infra.local import mocks
from infra.local.engine import queues
from infra.local.places import ACCOUNT, REGION
from infra.local.resources import create_queues

WORK = Queue("work", visibility=60, receives=2)


class Now:
    """SQS's time, in seconds."""

    seconds = 1_000_000.0


@pytest.fixture
def now(monkeypatch):
    """Time stands still until the test moves it."""
    standing = Now()
    monkeypatch.setattr(models, "unix_time", lambda: standing.seconds)
    monkeypatch.setattr(models, "unix_time_millis", lambda: standing.seconds * 1000)
    return standing


@pytest.fixture
def sqs(dynamodb, now):
    """SQS in moto, with a queue and its dead letters."""
    create_queues(mocks.MOTO["sqs"], (WORK,), "p-")
    return sqs_backends[ACCOUNT][REGION]


@pytest.fixture
def send(sqs):
    """Send messages."""

    def call(*bodies, delay=0):
        for body in bodies:
            sqs.send_message("p-work", body, delay_seconds=delay)

    return call


@pytest.fixture
def receive(sqs):
    """Receive messages; their bodies."""

    def call(queue="p-work", most=10, visibility=60, wait=0):
        found = sqs.receive_message(queue, most, wait, visibility)
        return "".join(message.body for message in found)

    return call


def test_messages_come_in_the_order_they_were_sent(send, receive):
    """So many at once as one asks for."""
    send(*"abc")
    assert (receive(most=2), receive(), receive()) == ("ab", "c", "")


def test_a_received_message_comes_back_when_its_time_is_over(send, receive, now):
    """To the millisecond."""
    send("a")
    receive()
    now.seconds += 59.999
    assert receive() == ""
    now.seconds += 0.001
    assert receive() == "a"


def test_a_delayed_message_comes_later(send, receive, now):
    """In its turn among those that are there already."""
    send("a", delay=10)
    send("b", delay=5)
    now.seconds += 10
    assert receive() == "ba"


def test_a_message_goes_to_the_dead_letters_after_its_receives(send, receive, now):
    """Once it would have been received once more."""
    send("a")
    for _ in range(2):
        receive()
        now.seconds += 60
    assert (receive("p-work-dead"), receive(), receive("p-work-dead")) == ("", "", "a")


def test_a_message_is_forgotten_in_the_end(send, receive, now):
    """After fourteen days."""
    send("a")
    now.seconds += 14 * 86_400
    assert receive() == ""


def test_a_deleted_message_does_not_come_back(sqs, send, receive, now):
    """By the handle of any of its receives, and however often."""
    send("a")
    (message,) = sqs.receive_message("p-work", 1, 0, 60)
    now.seconds += 60
    receive()
    for _ in range(2):
        sqs.delete_message("p-work", message.receipt_handle)
    now.seconds += 60
    assert receive() == ""


def test_what_is_no_handle_deletes_nothing(sqs, send, receive):
    """Whoever made it up; one of another message neither."""
    send("a")
    with pytest.raises(ReceiptHandleIsInvalid):
        sqs.delete_message("p-work", "made up")
    sqs.delete_message("p-work", "AQEB1/00000000-0000-0000-0000-000000000000/1")
    assert receive() == "a"


def test_visibility_can_be_changed(sqs, send, receive, now):
    """To earlier and to later."""
    send("a")
    (message,) = sqs.receive_message("p-work", 1, 0, 60)
    sqs.change_message_visibility("p-work", message.receipt_handle, 100)
    now.seconds += 99
    assert receive() == ""
    sqs.change_message_visibility("p-work", message.receipt_handle, 0)
    assert receive() == "a"


def test_visibility_of_what_is_gone_cannot_be_changed(sqs, send):
    """It is refused."""
    send("a")
    (message,) = sqs.receive_message("p-work", 1, 0, 60)
    sqs.delete_message("p-work", message.receipt_handle)
    with pytest.raises(ReceiptHandleIsInvalid):
        sqs.change_message_visibility("p-work", message.receipt_handle, 1)


def test_a_message_may_stay_visible(send, receive):
    """Received for no time at all it comes again at once, but not in the same answer."""
    send(*"ab")
    assert [receive(visibility=0) for _ in range(2)] == ["ab", "ab"]


def test_a_queue_knows_what_is_in_it(sqs, send, receive):
    """Visible, handed out and delayed, also as SQS tells it."""
    send(*"abc")
    send("d", delay=9)
    receive(most=1)
    queue = sqs.get_queue("p-work")
    assert queues.counted(queue) == (2, 1, 1)
    found = sqs.get_queue_attributes("p-work", ["All"])
    assert [
        found[f"ApproximateNumberOfMessages{kind}"] for kind in ("", "NotVisible", "Delayed")
    ] == [
        2,
        1,
        1,
    ]
    assert [message.body for message in queue.messages] == ["b", "c"]


def test_a_purged_queue_is_empty(sqs, send, receive, now):
    """Of everything."""
    send(*"ab")
    receive(most=1)
    sqs.purge_queue("p-work")
    now.seconds += 60
    assert receive() == ""


def test_the_next_moment_is_that_of_the_next_message(sqs, send, receive, now):
    """None, now, or when the first one will be visible."""
    queue = sqs.get_queue("p-work")
    moments = [queues.next_moment(queue)]
    send("a", delay=30)
    moments.append(queues.next_moment(queue))
    send("b")
    moments.append(queues.next_moment(queue))
    receive()
    moments.append(queues.next_moment(queue))
    assert moments == [None, now.seconds + 30, 0, now.seconds + 30]


def test_a_deleted_message_is_no_moment(sqs, send):
    """Nothing will become visible."""
    send("a")
    (message,) = sqs.receive_message("p-work", 1, 0, 60)
    sqs.delete_message("p-work", message.receipt_handle)
    assert queues.next_moment(sqs.get_queue("p-work")) is None


def test_whoever_listens_is_told_of_messages(sqs, send):
    """Of which queue; until it does not want to any more."""
    heard = []
    stop = queues.listen(lambda queue: heard.append(queue.name))
    send("a")
    stop()
    send("b")
    assert heard == ["p-work"]


def test_a_long_poll_ends_with_a_message(sqs, send):
    """Or without one, when nobody sends any."""
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(sqs.receive_message, "p-work", 1, 20, 60)
        send("a")
        assert [message.body for message in waiting.result(30)] == ["a"]
    assert sqs.receive_message("p-work", 1, 1, 60) == []


def seconds_for(sqs, number):
    """How long it takes to receive, delete and send ten messages with so many in the queue."""
    sqs.purge_queue("p-work")
    for _ in range(number):
        sqs.send_message("p-work", "x")
    sqs.receive_message("p-work", number // 2, 0, 60)
    times = []
    for _ in range(9):
        begun = time.perf_counter()
        for message in sqs.receive_message("p-work", 10, 0, 60):
            sqs.delete_message("p-work", message.receipt_handle)
            sqs.send_message("p-work", "x")
        times.append(time.perf_counter() - begun)
    return min(times)


def test_a_long_queue_is_as_quick_as_a_short_one(sqs):
    """Whoever looked at every message would need ten times the time for ten times the messages."""
    assert seconds_for(sqs, 5000) < 5 * seconds_for(sqs, 500)
