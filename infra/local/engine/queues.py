"""SQS: what moto does with a queue's messages, by way of their shelf. For standard queues.

A handle of a message that is gone deletes nothing and is no error, as in SQS.
"""

import copy
import time
from collections.abc import Callable

from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend, _filter_message_attributes

from infra.local.engine.shelves import Shelf, now, shelf

Listener = Callable[[Queue], None]
_LOOK = 0.2  # seconds after which a long poll looks again for what has become visible
_SECOND = 1000  # milliseconds
_listeners: list[Listener] = []


def listen(listener: Listener) -> Callable[[], None]:
    """Have every queue told that a message came into, or may become visible at another time.

    The listener must not block. Returns how to stop it.
    """
    _listeners.append(listener)
    return lambda: _listeners.remove(listener)


def next_moment(queue: Queue) -> float | None:
    """When a message of a queue is or becomes visible, in seconds of the epoch; 0 when one is."""
    found = shelf(queue)
    with found.changed:
        moment = found.next_moment()
    return moment if moment is None else moment / _SECOND


def repeat(queue: Queue, handle: str, seconds: float) -> None:
    """Have a message that was handed out come a second time, so much later, as SQS now and then."""
    held = shelf(queue)
    with held.changed:
        message = held.find(handle)
        if message is not None:
            twin = copy.copy(message)
            twin.visible_at = 0.0
            twin.delayed_until = now() + seconds * _SECOND
            held.put(twin)
    _announce(queue)


def counted(queue: Queue) -> tuple[int, int, int]:
    """How many messages are visible, handed out, and delayed."""
    held = shelf(queue)
    with held.changed:
        held.settle()
        return len(held.ready), len(held.hidden), len(held.delayed)


def add_message(self: Queue, message: Message) -> None:
    """In place of moto's."""
    held = shelf(self)
    with held.changed:
        held.put(message)
        held.changed.notify_all()
    _announce(self)


def delete_message(self: Queue, receipt_handle: str) -> None:
    """In place of moto's."""
    held = shelf(self)
    with held.changed:
        held.remove(receipt_handle)


def change_message_visibility(
    self: SQSBackend, queue_name: str, receipt_handle: str, visibility_timeout: int
) -> None:
    """In place of moto's."""
    queue = self.get_queue(queue_name)
    held = shelf(queue)
    with held.changed:
        if not held.hide(receipt_handle, int(visibility_timeout)):
            raise ReceiptHandleIsInvalid
        held.changed.notify_all()
    _announce(queue)


def purge_queue(self: SQSBackend, queue_name: str) -> None:
    """In place of moto's."""
    held = shelf(self.get_queue(queue_name))
    with held.changed:
        held.clear()


def receive_message(  # noqa: PLR0913, PLR0917 - moto's own arguments
    self: SQSBackend,
    queue_name: str,
    count: int,
    wait_seconds_timeout: int,
    visibility_timeout: int,
    message_attribute_names: list[str] | None = None,
) -> list[Message]:
    """In place of moto's, without copying what a message holds."""
    queue = self.get_queue(queue_name)
    held = shelf(queue)
    patience_ends = time.monotonic() + wait_seconds_timeout
    with held.changed:
        while not (found := _take(queue, held, count, visibility_timeout)):
            left = patience_ends - time.monotonic()
            if left <= 0:
                break
            held.changed.wait(min(left, _LOOK))
        handed = [copy.copy(message) for message in found]
    for message in handed:
        _filter_message_attributes(message, message_attribute_names or [])
    return handed


def _take(queue: Queue, held: Shelf, count: int, visibility: int) -> list[Message]:
    """The next messages; on the way to them those that are too old or came too often go."""
    oldest = now() - queue.__dict__["message_retention_period"] * _SECOND
    dead, most = queue.dead_letter_queue, (queue.redrive_policy or {}).get("maxReceiveCount", 0)
    found: list[Message] = []
    while len(found) < count and (message := held.first()) is not None:
        if message.sent_timestamp <= oldest:
            held.pop()
        elif dead is not None and message.approximate_receive_count >= most:
            dead.add_message(held.pop())
        elif taken := held.take(visibility):
            found.append(taken)
            if visibility == 0 and len(found) >= len(held.ready):
                break  # each once: they are visible again at once
    return found


def _announce(queue: Queue) -> None:
    for listener in tuple(_listeners):
        listener(queue)


MESSAGES = property(lambda queue: list(shelf(queue).ready.values()))
VISIBLE = property(lambda queue: counted(queue)[0])
HIDDEN = property(lambda queue: counted(queue)[1])
DELAYED = property(lambda queue: counted(queue)[2])
