"""The whole twin: messages and the clock reach their functions."""

import json
import time

import pytest

from infra.local import client
from tests.infra.local.twins import get, running


@pytest.fixture
def sending(folder):
    """A function that sends what is posted to a queue."""
    (folder / "handler" / "api.py").write_text("""
import json, os
from botocore.session import Session

sqs = Session().create_client("sqs")
URL = os.environ["QUEUE_BASE"] + os.environ["RESOURCE_PREFIX"] + "fast"


def handle(event, context):
    if event["requestContext"]["http"]["method"] == "GET":
        sqs.send_message(QueueUrl=URL, MessageBody=event["rawPath"])
    return {"statusCode": 200, "body": '{"access_token": "t"}'}
""")
    return folder


def wait_for(path, lines=1):
    """What stand-ins noted, once it is so many events."""
    patience_ends = time.monotonic() + 30
    while not path.exists() or path.read_text().count("\n") < lines:
        assert time.monotonic() < patience_ends
        time.sleep(0.01)
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_what_a_function_sends_reaches_the_worker(sending, demo):
    """As Lambda's poller brings it."""
    with running(sending) as url:
        get(url, "/hello")
        (event,) = wait_for(sending / "worker")
    (record,) = event["Records"]
    assert record["body"] == "/hello"
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["eventSourceARN"].endswith(":dunlin-local-fast")


def test_strict_says_its_seed(sending, demo, capsys):
    """So that the same can be had again."""
    with running(sending, strict=True, seed=7) as url:
        get(url, "/hello")
        assert wait_for(sending / "worker")
    assert "by the seed 7" in capsys.readouterr().out


def test_the_clock_ticks_as_soon_as_all_is_ready(folder, demo):
    """And may be made to tick by hand."""
    with running(folder) as url:
        wait_for(folder / "clock")
        client.post(url, "/_local/functions/clock", {"by": "hand"})
        automatic, by_hand = wait_for(folder / "clock", lines=2)
    assert automatic["detail-type"] == "Scheduled Event"
    assert by_hand == {"by": "hand"}
    assert not (folder / "worker").exists()
