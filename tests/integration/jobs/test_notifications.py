"""What S3 tells a queue: each new object is an event, once."""

import pytest

from tests.integration.jobs.conftest import all_jobs, record
from tests.sample_jobs import OUTSIDE


def told(key="photo.jpg", name="ObjectCreated:Put", sequencer="0055AED6DCD90281E5", **more):
    """A record of a notification, as S3 writes it (its `awsRegion` and the like left out)."""
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventTime": "2026-03-01T11:59:59.123Z",
        "eventName": name,
        "s3": {
            "s3SchemaVersion": "1.0",
            "bucket": {"name": "dunlin-local-uploads", "arn": "arn:aws:s3:::dunlin-local-uploads"},
            "object": {"key": key, "size": 1024, "eTag": "d41d8", "sequencer": sequencer, **more},
        },
    }


@pytest.fixture
def notify(hand, jobs):
    """Hands a message with those records to the worker, and has follow what follows."""

    def call(*records, copies=1):
        message = {"Records": list(records)}
        left = hand(*[record(message, f"m{copy}") for copy in range(copies)])
        jobs.deliver()
        return left

    return call


def test_a_new_object_is_an_event(notify):
    """Of the bucket's short name."""
    assert notify(told()) == []
    assert OUTSIDE == {"uploads/photo.jpg": 1}


def test_an_event_tells_of_its_object(notify):
    """Size and tag, for whoever looks at it."""
    notify(told())
    (event,) = all_jobs("jobs.object_created")
    assert event.arguments == ('{"bucket":"uploads","key":"photo.jpg","size":1024,"etag":"d41d8"}')


def test_a_message_that_comes_twice_is_one_event(notify):
    """In one batch, and later."""
    notify(told(), copies=2)
    notify(told())
    assert OUTSIDE == {"uploads/photo.jpg": 1}


def test_an_object_that_is_written_again_is_another_event(notify):
    """Its sequencer says so."""
    notify(told(), told(sequencer="0055AED6DCD90281E6"))
    assert OUTSIDE == {"uploads/photo.jpg": 2}


@pytest.mark.parametrize(
    ("written", "key"),
    [("a+b.jpg", "a b.jpg"), ("a%2Bb%20c.jpg", "a+b c.jpg"), ("%C3%A9/%E2%82%AC", "é/€")],
)
def test_keys_are_decoded(notify, written, key):
    """S3 writes them as forms do."""
    notify(told(written))
    assert {f"uploads/{key}": 1} == OUTSIDE


def test_a_long_key_is_no_trouble(notify):
    """1,024 bytes, which is more than a job's row holds."""
    notify(told("x" * 1024))
    assert OUTSIDE == {"uploads/" + "x" * 1024: 1}


def test_an_object_that_is_removed_is_no_event(notify):
    """Nor is any other news."""
    assert notify(told(name="ObjectRemoved:Delete"), told(name="ObjectTagging:Put")) == []
    assert all_jobs("jobs.object_created") == []


def test_several_objects_in_a_message(notify):
    """Each is an event."""
    notify(told("a"), told("b", name="ObjectCreated:CompleteMultipartUpload"))
    assert OUTSIDE == {"uploads/a": 1, "uploads/b": 1}


def test_s3_tries_a_queue_when_it_is_set_up(hand):
    """Its test is done with."""
    test = {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": "2026-03-01T12:00:00.000Z",
        "Bucket": "dunlin-local-uploads",
        "RequestId": "5582815E1AEA5ADF",
        "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR",
    }
    assert (hand(record(test)), all_jobs()) == ([], [])


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"eventName": "ObjectCreated:Put", "eventTime": "soon", "s3": {}},
        {"eventName": "ObjectCreated:Put", "eventTime": None},
        told() | {"s3": {"bucket": {"name": "b"}, "object": {"key": 5}}},
        told(size="large"),
    ],
    ids=str,
)
def test_odd_news_comes_again(notify, odd):
    """Until it is a dead letter: somebody should look at it."""
    assert notify({"eventSource": "aws:s3", **odd}) == ["m0"]
