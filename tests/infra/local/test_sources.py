"""What a function is told about messages, and what its answer means, to the letter of Lambda."""

import pytest

from infra.local.sources import event, left_over

MESSAGE = {
    "MessageId": "1",
    "ReceiptHandle": "r",
    "MD5OfBody": "m",
    "Body": "text",
    "Attributes": {
        "ApproximateReceiveCount": "1",
        "SentTimestamp": "1",
        "SenderId": "s",
        "ApproximateFirstReceiveTimestamp": "2",
        "MessageGroupId": "g",
    },
}
ALL = frozenset({"1", "2", "3"})


def failing(*names):
    """An answer that names failures."""
    return {"batchItemFailures": [{"itemIdentifier": name} for name in names]}


def test_an_event_is_what_lambda_makes_of_messages():
    """Every field that it has, and none that it has not."""
    assert event([MESSAGE], "work", "us-east-1", "1") == {
        "Records": [
            {
                "messageId": "1",
                "receiptHandle": "r",
                "body": "text",
                "attributes": MESSAGE["Attributes"],
                "messageAttributes": {},
                "md5OfBody": "m",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:1:work",
                "awsRegion": "us-east-1",
            }
        ]
    }


def test_attributes_of_a_message_are_in_the_event():
    """In Lambda's spelling, with their digest."""
    given = {"color": {"DataType": "String", "StringValue": "red"}}
    message = MESSAGE | {"MessageAttributes": given, "MD5OfMessageAttributes": "d"}
    (record,) = event([message], "work", "us-east-1", "1")["Records"]
    assert record["md5OfMessageAttributes"] == "d"
    assert record["messageAttributes"] == {
        "color": {
            "stringValue": "red",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    }


@pytest.mark.parametrize(
    "answer",
    [None, {}, {"other": 1}, {"batchItemFailures": None}, {"batchItemFailures": []}],
)
def test_an_answer_without_failures_means_that_all_is_done(answer):
    """Nothing stays."""
    assert left_over(answer, ALL) == frozenset()


@pytest.mark.parametrize("names", [("1",), ("1", "3"), ("2", "2"), ("1", "2", "3")])
def test_named_messages_stay(names):
    """And no others."""
    assert left_over(failing(*names), ALL) == frozenset(names)


@pytest.mark.parametrize(
    "answer",
    [
        failing(""),
        failing(None),
        failing("1", "4"),
        failing(1),
        failing(["1"]),
        {"batchItemFailures": [{"id": "1"}]},
        {"batchItemFailures": [{"itemidentifier": "1"}]},
        {"batchItemFailures": ["1"]},
        {"batchItemFailures": [None]},
        {"batchItemFailures": "1"},
        {"batchItemFailures": {"itemIdentifier": "1"}},
        {"batchItemFailures": 0},
        {"batchItemFailures": False},
        "done",
        "",
        0,
        False,
        [],
        [{"itemIdentifier": "1"}],
    ],
)
def test_an_answer_that_cannot_be_understood_means_that_all_have_failed(answer):
    """Everything stays."""
    assert left_over(answer, ALL) == ALL
