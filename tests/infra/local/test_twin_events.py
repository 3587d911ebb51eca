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


@pytest.fixture
def storing(folder):
    """A function that puts a job's row, and then changes it."""
    (folder / "handler" / "api.py").write_text("""
import os
from botocore.session import Session

dynamodb = Session().create_client("dynamodb")
TABLE = os.environ["RESOURCE_PREFIX"] + "jobs"


def handle(event, context):
    if event["requestContext"]["http"]["method"] == "GET":
        for state in ("new", "done"):
            item = {"id": {"S": "j"}, "part": {"S": "-"}, "state": {"S": state}}
            dynamodb.put_item(TableName=TABLE, Item=item)
    return {"statusCode": 200, "body": '{"access_token": "t"}'}
""")
    return folder


def told_of(folder):
    """The states of a job before and after each change, as the function of changes was told."""
    events = wait_for(folder / "changes")
    return [
        tuple(
            record["dynamodb"].get(image, {}).get("state", {}).get("S")
            for image in ("OldImage", "NewImage")
        )
        for event in events
        for record in event["Records"]
    ]


def test_what_changes_in_a_table_reaches_who_follows_it(storing, demo):
    """In order, with both images, whether in one batch or in two."""
    with running(storing) as url:
        get(url, "/")
        patience_ends = time.monotonic() + 30
        while len(told_of(storing)) < 2:
            assert time.monotonic() < patience_ends
    assert told_of(storing) == [(None, "new"), ("new", "done")]


def test_a_follower_that_fails_is_asked_again(storing, demo):
    """Until it has done it."""
    (storing / "handler" / "changes.py").write_text("""
import json
from pathlib import Path


def handle(event, context):
    with Path("changes").open("a") as file:
        print(json.dumps(event), file=file)
    if len(Path("changes").read_text().splitlines()) == 1:
        raise ValueError("boom")
""")
    with running(storing) as url:
        get(url, "/")
        wait_for(storing / "changes", lines=2)
    assert told_of(storing).count((None, "new")) == 2
