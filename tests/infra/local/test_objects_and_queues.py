"""S3 and SQS at the endpoint: done when granted, refused in the service's own words."""

import io
import json
import socket

import pytest
from botocore.exceptions import ClientError

from infra.blueprint import Bucket, Function, Grant, Queue
from infra.local import aws, mocks
from infra.local.calls import Answer
from infra.local.grants import Need
from infra.local.places import Refused
from infra.local.resources import create_buckets, create_queues, notify_queues

WORK = Queue("work", visibility=60, receives=3)
FILES, TOLD = Bucket("files"), Bucket("told", notifies="work")
FUNCTION = Function(
    "api",
    handler="handler.api.handle",
    description="",
    memory=128,
    timeout=1,
    grants=(
        Grant("work", ("sqs:SendMessage",)),
        Grant("files", ("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject")),
        Grant("told", ("s3:PutObject",)),
    ),
)


@pytest.fixture
def access(dynamodb):
    """The endpoint's mind: queues, buckets, a function and the twin as callers."""
    create_queues(mocks.MOTO["sqs"], (WORK,), "p-")
    create_buckets(mocks.MOTO["s3"], (FILES, TOLD), "p-")
    notify_queues(mocks.MOTO["s3"], (FILES, TOLD), "p-")
    return aws.Access("p-", {"AKIAAPI": FUNCTION, "AKIATWIN": None}, dict(mocks.MOTO))


@pytest.fixture
def endpoint(access, served):
    """The endpoint's URL."""
    return served(access)


@pytest.fixture
def s3(endpoint, client_of):
    """S3 as a function sees it."""
    return client_of(endpoint, "s3")


@pytest.fixture
def sqs(endpoint, client_of):
    """Makes clients of SQS, each bound to a queue."""

    def make(queue, key="AKIAAPI"):
        client = client_of(endpoint, "sqs", key)
        url = f"{endpoint}/123456789012/p-{queue}"
        return lambda name, **more: getattr(client, name)(QueueUrl=url, **more)

    return make


def refusal(call, *arguments, **more):
    """The code, status and message of an error."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **more)
    answer = caught.value.response
    status = answer["ResponseMetadata"]["HTTPStatusCode"]
    return answer["Error"]["Code"], status, answer["Error"]["Message"]


def received(sqs, queue="work"):
    """All messages of a queue."""
    given = {"MaxNumberOfMessages": 10, "MessageSystemAttributeNames": ["All"]}
    return sqs(queue, "AKIATWIN")("receive_message", **given).get("Messages", [])


def test_messages_are_sent_one_by_one_and_in_batches(sqs):
    """Both need the right to send."""
    sqs("work")("send_message", MessageBody="a", MessageGroupId="g")
    sqs("work")("send_message_batch", Entries=[{"Id": "1", "MessageBody": "b"}])
    _, first, second = received(sqs)  # the first one is S3's
    assert (first["Body"], second["Body"]) == ("a", "b")
    assert first["Attributes"]["MessageGroupId"] == "g"


@pytest.mark.parametrize(
    ("queue", "call"),
    [
        ("work-dead", ("send_message", {"MessageBody": "a"})),
        ("work", ("receive_message", {})),
    ],
)
def test_a_queue_that_is_not_granted_is_refused(sqs, queue, call):
    """By the code of SQS, which is not that of DynamoDB."""
    name, arguments = call
    code, status, message = refusal(sqs(queue), name, **arguments)
    assert (code, status) == ("AccessDenied", 403)
    assert f"on resource: arn:aws:sqs:us-east-1:123456789012:p-{queue} because" in message


def test_queues_are_as_the_blueprint_says(sqs):
    """Visibility, receives, and dead letters that are kept for two weeks."""
    ask = {"AttributeNames": ["All"]}
    queue = sqs("work", "AKIATWIN")("get_queue_attributes", **ask)["Attributes"]
    dead = sqs("work-dead", "AKIATWIN")("get_queue_attributes", **ask)["Attributes"]
    assert queue["VisibilityTimeout"] == "60"
    assert json.loads(queue["RedrivePolicy"]) == {
        "deadLetterTargetArn": dead["QueueArn"],
        "maxReceiveCount": 3,
    }
    assert dead["MessageRetentionPeriod"] == "1209600"


@pytest.mark.parametrize("key", ["a", "a/b c+d/é?&#.txt", "%2e", "a//b", "/a"])
def test_an_object_is_written_read_and_deleted(s3, key):
    """Under any key, as it was written."""
    body = bytes(range(256)) * 1000
    place = {"Bucket": "p-files", "Key": key}
    s3.put_object(**place, Body=body, ContentType="image/png", Metadata={"owner": "ann"})
    head = s3.head_object(**place)
    assert (head["ContentLength"], head["ContentType"]) == (256_000, "image/png")
    found = s3.get_object(**place)
    assert (found["Body"].read(), found["Metadata"]) == (body, {"owner": "ann"})
    assert s3.get_object(**place, Range="bytes=1-3")["Body"].read() == b"\1\2\3"
    assert [entry["Key"] for entry in s3.list_objects_v2(Bucket="p-files")["Contents"]] == [key]
    s3.delete_object(**place)
    assert refusal(s3.get_object, **place)[0] == "NoSuchKey"


def test_a_copy_needs_both_ends(s3):
    """To read the one and to write the other."""
    s3.put_object(Bucket="p-files", Key="a", Body=b"x")
    s3.copy_object(Bucket="p-told", Key="b", CopySource={"Bucket": "p-files", "Key": "a"})
    source = {"Bucket": "p-told", "Key": "b"}
    code, _, message = refusal(s3.copy_object, Bucket="p-files", Key="c", CopySource=source)
    assert (code, "s3:GetObject on resource: arn:aws:s3:::p-told" in message) == (
        "AccessDenied",
        True,
    )


@pytest.mark.parametrize(
    ("operation", "more"),
    [
        ("get_object", {"Key": "a"}),
        ("delete_object", {"Key": "a"}),
        ("list_objects_v2", {}),
        ("get_object_tagging", {"Key": "a"}),
        ("get_bucket_acl", {}),
        ("delete_bucket", {}),
        ("create_bucket", {}),
        ("create_multipart_upload", {"Key": "a"}),
    ],
)
def test_what_is_not_granted_on_a_bucket_is_refused(s3, operation, more):
    """In S3's own form."""
    found = refusal(getattr(s3, operation), Bucket="p-told", **more)
    assert found[:2] == ("AccessDenied", 403)


@pytest.mark.parametrize("query", ["acl", "tagging", "versionId=1", "uploadId=1&partNumber=1"])
def test_a_part_or_a_version_of_an_object_is_another_right(access, query):
    """That to the object does not do."""
    assert asked(access, "GET", f"/p-files/a?{query}").status == 403


def asked(access, method, path, **headers) -> Answer:
    """What the endpoint answers to a request of the function's."""
    scope = "AWS4-HMAC-SHA256 Credential=AKIAAPI/20260101/us-east-1/s3/aws4_request"
    return access.answer(
        {"authorization": scope, "host": "127.0.0.1", **headers}, io.BytesIO(), path, method
    )


def test_what_was_asked_of_s3_is_told_to_who_listens(access):
    """As IAM's actions on the bucket."""
    heard = []
    access.on_call.append(lambda *call: heard.append(call[1]))
    for method, path in (("HEAD", "/p-files/a"), ("GET", "/p-files?list-type=2")):
        asked(access, method, path)
    assert heard == [Need("s3:GetObject", "p-files"), Need("s3:ListBucket", "p-files")]


def test_a_queue_is_told_that_it_will_be_told(sqs, access):
    """With a message that S3 sends when the bucket is set up."""
    (message,) = received(sqs)
    body = json.loads(message["Body"])
    assert (body["Event"], body["Bucket"]) == ("s3:TestEvent", "p-told")


def test_a_queue_is_told_about_new_objects(sqs, s3):
    """With the key as in a form, but for its slashes."""
    received(sqs)
    s3.put_object(Bucket="p-told", Key="in/a b+é.png", Body=b"12345")
    (message,) = received(sqs)
    (record,) = json.loads(message["Body"])["Records"]
    assert record["eventName"] == "ObjectCreated:Put"
    assert record["s3"]["bucket"]["name"] == "p-told"
    sequencer = record["s3"]["object"].pop("sequencer")
    assert int(sequencer, 16)
    assert record["s3"]["object"] == {
        "key": "in/a+b%2B%C3%A9.png",
        "size": 5,
        "eTag": "827ccb0eea8a706c4c34a16891f84e7b",
    }


def test_a_bucket_that_cannot_be_made_says_why(dynamodb):
    """In the words of S3."""
    with pytest.raises(Refused, match="InvalidBucketName"):
        create_buckets(mocks.MOTO["s3"], (Bucket("x" * 70),), "p-")


def test_a_large_body_is_sent_without_waiting(s3, endpoint):
    """The client asks whether to go on, and is told at once."""
    host, port = endpoint.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = "PUT /p-files/a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"x")
        assert connection.recv(12) == b"HTTP/1.1 403"  # it is not signed
