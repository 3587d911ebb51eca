"""A queue as a poller sees it."""

import pytest
from moto.sqs.models import sqs_backends

from infra.blueprint import Queue
from infra.local import mocks
from infra.local.inbox import Inbox
from infra.local.places import ACCOUNT, REGION
from infra.local.resources import create_queues


@pytest.fixture
def sqs(dynamodb):
    """SQS in moto, with a queue and its dead letters."""
    create_queues(mocks.MOTO["sqs"], (Queue("work", visibility=60),), "p-")
    return sqs_backends[ACCOUNT][REGION]


def received(sqs):
    """The only message of the queue."""
    (message,) = Inbox("p-work", REGION, ACCOUNT).receive(10)
    return message


def test_a_message_is_received_with_all_that_sqs_knows(sqs):
    """As ReceiveMessage answers it when it is asked for everything."""
    sent = sqs.send_message(
        "p-work",
        "text",
        group_id="g",
        message_attributes={"color": {"DataType": "String", "StringValue": "red"}},
        system_attributes={"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1"}},
    )
    message = received(sqs)
    attributes = message.pop("Attributes")
    assert message.pop("ReceiptHandle")
    assert message == {
        "MessageId": sent.id,
        "MD5OfBody": "1cb251ec0d568de6a929b520c4aed8d1",
        "Body": "text",
        "MessageAttributes": {"color": {"DataType": "String", "StringValue": "red"}},
        "MD5OfMessageAttributes": sent.attribute_md5,
    }
    assert attributes.pop("ApproximateFirstReceiveTimestamp").isdigit()
    assert attributes.pop("SentTimestamp") == str(sent.sent_timestamp)
    assert attributes.pop("SenderId")
    assert attributes == {
        "ApproximateReceiveCount": "1",
        "MessageGroupId": "g",
        "AWSTraceHeader": "Root=1",
    }


def test_a_plain_message_has_nothing_more(sqs):
    """Neither a group nor attributes."""
    sqs.send_message("p-work", "text")
    message = received(sqs)
    assert set(message) == {"MessageId", "ReceiptHandle", "MD5OfBody", "Body", "Attributes"}
    assert len(message["Attributes"]) == 4


@pytest.mark.parametrize(("name", "is_dead"), [("p-work", False), ("p-work-dead", True)])
def test_dead_letters_are_told_from_others(sqs, name, is_dead):
    """By who sends there."""
    assert Inbox(name, REGION, ACCOUNT).is_for_the_dead is is_dead


def test_a_message_that_is_gone_is_not_repeated(sqs):
    """There is nothing to repeat."""
    sqs.send_message("p-work", "text")
    inbox = Inbox("p-work", REGION, ACCOUNT)
    message = received(sqs)
    inbox.delete(message)
    inbox.repeat(message, 0)
    assert inbox.counted() == (0, 0, 0)
