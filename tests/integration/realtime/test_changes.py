"""The door of changes: records of a stream become events, in their order, each once."""

from decimal import Decimal

import pytest
from botocore.exceptions import ConnectTimeoutError

from handler import changes
from handler.core import metrics
from handler.core.aws import client
from handler.realtime import Announcement, follow
from handler.realtime import following as under_test
from tests import rights

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/dunlin-local-birds/stream/2026"


def record(number, **new):
    """A record of the table of birds."""
    images = {"NewImage": {name: {"S": value} for name, value in new.items()}} if new else {}
    told = {"Keys": {"id": {"S": "k"}}, "SequenceNumber": str(number), **images}
    return {"eventID": f"e{number}", "eventSourceARN": ARN, "dynamodb": told}


def hand(*records):
    """Have the door take records; the number of the first that is to come again."""
    with rights.acting("changes"):
        answer = changes.handle({"Records": list(records)}, None)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


@pytest.fixture(autouse=True)
def birds(monkeypatch):
    """A table that is followed: each bird is told of in the lobby, and one cannot be."""
    monkeypatch.setattr(under_test, "_followers", {})

    def translate(change):
        if change.new and change.new["name"] == "dodo":
            raise ValueError
        if change.new:
            yield Announcement("room:lobby", "room.bird", change.new, change.id)

    follow("birds", translate)


@pytest.fixture
def listener(ann, listening):
    """Ann in the lobby."""
    socket = listening(ann, "room:lobby")
    socket.taken()
    return socket


def test_changes_are_told_in_their_order(listener, heard):
    """What a follower makes of them."""
    assert hand(record(1, name="owl"), record(2, name="jay")) == []
    assert heard(listener) == ["e1", "e2"]


def test_a_repeated_batch_is_told_as_the_same_events(ann, listener):
    """Streams tell at least once."""
    for _ in range(2):
        hand(record(1, name="owl"), record(2, name="jay"))
    assert len(ann.get("/realtime/room:lobby", query="after=0").body["events"]) == 2


def test_what_nobody_follows_is_taken(aws):
    """It means nothing to anybody."""
    assert hand(record(1) | {"eventSourceARN": ARN.replace("birds", "fish")}) == []


def test_a_change_that_cannot_be_told_comes_again_alone(listener, heard):
    """What stands before it is told; it, and what is behind it, comes again."""
    assert hand(record(1, name="owl"), record(2, name="dodo"), record(3, name="jay")) == ["2"]
    assert heard(listener) == ["e1"]


def test_where_dynamodb_is_away_all_comes_again(aws, wire):
    """Nothing is lost."""

    def away(request):
        raise ConnectTimeoutError(endpoint_url=request.url)

    wire.break_all(away)
    assert hand(record(1, name="owl"), record(2, name="jay")) == ["1"]


@pytest.mark.parametrize("event", [None, {}, {"Records": []}, {"Records": 7}])
def test_what_is_no_batch_is_answered(aws, event):
    """And written down."""
    assert changes.handle(event, None) == {"batchItemFailures": []}


def test_rows_come_in_plain_values(aws):
    """As a follower reads them."""
    row = {
        "text": {"S": "a"},
        "whole": {"N": "7"},
        "part": {"N": "7.50"},
        "truth": {"BOOL": True},
        "nothing": {"NULL": True},
        "list": {"L": [{"N": "1"}]},
        "map": {"M": {"a": {"S": "b"}}},
    }
    assert under_test.plain(row) == {
        "text": "a",
        "whole": 7,
        "part": Decimal("7.50"),
        "truth": True,
        "nothing": None,
        "list": [1],
        "map": {"a": "b"},
    }


def test_an_event_too_large_for_a_frame_comes_without_its_data(listener):
    """That something happened is told; what, can be read."""
    hand(record(1, name="owl", text="x" * 30_000))
    (event,) = listener.taken()
    assert (event["type"], event["data"]) == ("room.bird", {})


def test_the_wire_of_sockets_is_a_client_of_its_own(aws):
    """At the address of the settings."""
    assert client("apigatewaymanagementapi").meta.endpoint_url == "https://live.example/live"


def test_counters_are_written(time, told, aws):
    """What the door counted is written when its minute is over."""
    metrics.count(jobs_enqueued=1)
    time.pass_(minutes=1)
    hand(record(1, name="owl"))
    minute = time.now.replace(minute=0)
    assert metrics.series("jobs_enqueued", "hour", minute, minute)[0].value == 1
