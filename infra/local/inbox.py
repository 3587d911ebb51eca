"""One queue as a poller sees it: receives, deletes, and knows when there is something to receive.

It asks moto's queue in this process, as AWS's poller asks SQS, but without HTTP in between.
"""

from typing import Any

from moto.sqs.models import Message, Queue, SQSBackend, sqs_backends

from infra.local.engine import queues
from infra.local.sources import Message as Received


class Inbox:
    """The queue of a deployed name. The queue may be made later, and made anew."""

    def __init__(self, name: str, region: str, account: str) -> None:
        self.name = name
        self.region = region
        self.account = account

    @property
    def queue(self) -> Queue:
        """The queue in moto. Raises QueueDoesNotExist."""
        return self._backend.get_queue(self.name)

    @property
    def is_for_the_dead(self) -> bool:
        """Whether other queues send here what was handed out too often."""
        return bool(self._backend.list_dead_letter_source_queues(self.name))

    def receive(self, most: int) -> list[Received]:
        """The next messages, as ReceiveMessage answers them, hidden from now on for a while."""
        visibility = self.queue.__dict__["visibility_timeout"]
        found = self._backend.receive_message(self.name, most, 0, visibility, ["All"])
        return [_received(message) for message in found]

    def put(self, body: str) -> None:
        """Send a message."""
        self._backend.send_message(self.name, body)

    def delete(self, message: Received) -> None:
        """Delete a message that was received, if it is still there."""
        self.queue.delete_message(message["ReceiptHandle"])

    def repeat(self, message: Received, seconds: float) -> None:
        """Have a message that was received, and is not deleted yet, come once more, later."""
        queues.repeat(self.queue, message["ReceiptHandle"], seconds)

    def next_moment(self) -> float | None:
        """When a message is or becomes visible, in seconds of the epoch; 0 when one is now."""
        return queues.next_moment(self.queue)

    def counted(self) -> tuple[int, int, int]:
        """How many messages are visible, handed out, and delayed."""
        return queues.counted(self.queue)

    @property
    def _backend(self) -> SQSBackend:
        return sqs_backends[self.account][self.region]


def _received(message: Message) -> Received:
    attributes: dict[str, Any] = {
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "SentTimestamp": str(message.sent_timestamp),
        "SenderId": message.sender_id,
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
    }
    if message.group_id is not None:
        attributes["MessageGroupId"] = message.group_id
    trace = message.system_attributes.get("AWSTraceHeader")
    if trace is not None:
        attributes["AWSTraceHeader"] = trace["StringValue"]
    received = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5,
        "Body": message.body,
        "Attributes": attributes,
    }
    if message.message_attributes:
        received["MessageAttributes"] = message.message_attributes
        received["MD5OfMessageAttributes"] = message.attribute_md5
    return received
