"""The twin's WebSocket gateway, from a client's handshake to its end, with a stand-in function."""

import contextlib
import json
import time

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from tests.infra.local.conftest import plant_little, stand_ins
from tests.infra.local.twins import running

SOCKETS = """
import json, os, time
from pathlib import Path

from botocore.session import Session

gateway = Session().create_client(
    "apigatewaymanagementapi", endpoint_url=os.environ["SOCKETS_ENDPOINT"]
)


def handle(event, context):
    about = event["requestContext"]
    with Path("sockets").open("a") as file:
        print(json.dumps(event), file=file)
    if about["eventType"] == "CONNECT":
        status = int(event.get("queryStringParameters", {}).get("status", 200))
        if status == 500:
            raise ValueError("boom")
        return {"statusCode": status}
    if about["eventType"] == "DISCONNECT":
        return {"statusCode": 200}
    match json.loads(event["body"])["action"]:
        case "raise":
            raise ValueError("boom")
        case "leave":
            gateway.delete_connection(ConnectionId=about["connectionId"])
        case "slow":
            time.sleep(1)
            gateway.post_to_connection(ConnectionId=about["connectionId"], Data=b"slow")
        case other:
            gateway.post_to_connection(ConnectionId=about["connectionId"], Data=other.encode())
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with stand-ins."""
    folder = stand_ins(tmp_path_factory.mktemp("home"))
    (folder / "handler" / "sockets.py").write_text(SOCKETS)
    return folder


@pytest.fixture(scope="module")
def url(home, tmp_path_factory):
    """Where a running twin opens sockets."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        plant_little(monkeypatch, tmp_path_factory.mktemp("demo"))
        with running(home) as http:
            yield http.replace("http://localhost", "ws://127.0.0.1") + "/ws"


@pytest.fixture
def noted(home):
    """The events of one kind that the function got about a socket that said a word."""

    def read(kind, word):
        path = home / "sockets"
        events = [json.loads(line) for line in path.read_text().splitlines()]
        (id_,) = {
            event["requestContext"]["connectionId"]
            for event in events
            if word in event.get("body", "")
        }
        return [
            event
            for event in events
            if event["requestContext"]["connectionId"] == id_
            and event["requestContext"]["eventType"] == kind
        ]

    return read


def said(socket, action, **more):
    """What comes back for an action."""
    socket.send(json.dumps({"action": action, **more}))
    return socket.recv(timeout=30)


def wait_until(happened):
    """Wait until something has happened; gives what that is."""
    patience_ends = time.monotonic() + 30
    while not (found := happened()):
        assert time.monotonic() < patience_ends
        time.sleep(0.01)
    return found


def end_of(socket):
    """The code with which a socket ends."""
    with pytest.raises(ConnectionClosed):
        socket.recv(timeout=30)
    return socket.close_code


def test_a_socket_is_opened_spoken_on_and_closed(url, noted):
    """The function gets each of these events, with the same connection id."""
    with connect(url + "?ticket=t", origin="https://shop.example") as socket:
        assert said(socket, "hello") == "hello"
    (opened,) = noted("CONNECT", "hello")
    assert opened["queryStringParameters"] == {"ticket": "t"}
    assert opened["headers"]["Origin"] == "https://shop.example"
    (ended,) = wait_until(lambda: noted("DISCONNECT", "hello"))
    assert ended["requestContext"]["disconnectStatusCode"] == 1000


@pytest.mark.parametrize(("answered", "status"), [(401, 401), (403, 403), (500, 502)])
def test_the_function_refuses_a_handshake(url, answered, status):
    """With the status of its choice; what it raises is a bad gateway's."""
    with pytest.raises(InvalidStatus) as refused:
        connect(f"{url}?status={answered}")
    assert refused.value.response.status_code == status


def test_sockets_are_opened_at_one_path(url):
    """Elsewhere nobody is asked."""
    with pytest.raises(InvalidStatus) as refused:
        connect(url + "/else")
    assert refused.value.response.status_code == 403


def test_a_ping_never_reaches_the_function(url, noted):
    """The gateway answers it."""
    with connect(url) as socket:
        assert json.loads(said(socket, "ping")) == {"type": "pong"}
        said(socket, "after-the-ping")
    assert [event["body"] for event in noted("MESSAGE", "after-the-ping")] == [
        '{"action": "after-the-ping"}'
    ]


def test_messages_of_a_socket_are_handled_at_the_same_time(url):
    """So a slow one is overtaken."""
    with connect(url) as socket:
        said(socket, "warm")
        socket.send('{"action": "slow"}')
        assert said(socket, "quick") == "quick"
        assert socket.recv(timeout=30) == "slow"


def test_a_failure_is_told_to_the_client(url):
    """As API Gateway words it, and the socket stays."""
    with connect(url) as socket:
        told = json.loads(said(socket, "raise"))
        assert told["message"] == "Internal server error"
        assert set(told) == {"message", "connectionId", "requestId"}
        assert said(socket, "still-here") == "still-here"


def test_a_function_closes_a_socket(url, noted):
    """It is told of the end like of any other."""
    with connect(url) as socket:
        socket.send('{"action": "leave"}')
        assert end_of(socket) == 1000
    assert wait_until(lambda: noted("DISCONNECT", "leave"))


def test_a_message_comes_in_frames_of_32_kb(url, noted):
    """And is 128 KB at most, which the function gets whole."""
    whole = json.dumps({"action": "large", "padding": "x" * 131_000})
    with connect(url, max_size=None) as socket:
        socket.send(whole[start : start + 32_768] for start in range(0, len(whole), 32_768))
        assert socket.recv(timeout=30) == "large"
    (event,) = noted("MESSAGE", "large")
    assert event["body"] == whole


def test_a_larger_frame_ends_the_socket(url):
    """The code says that it was too large."""
    with connect(url) as socket:
        socket.send("x" * 32_769)
        assert end_of(socket) == 1009


def test_a_larger_message_ends_the_socket(url):
    """However small its frames are."""
    with connect(url) as socket:
        with contextlib.suppress(ConnectionClosed):  # it may end before the last frame is sent
            socket.send("x" * 32_768 for _ in range(5))
        assert end_of(socket) == 1009


def test_strict_keeps_some_ends_to_itself(folder, demo):
    """So that nobody relies on them: of forty, by the seed, neither none nor all are told."""
    (folder / "handler" / "sockets.py").write_text(SOCKETS)
    with running(folder, strict=True) as http:
        address = http.replace("http://localhost", "ws://127.0.0.1") + "/ws"
        for _ in range(40):
            with connect(address) as socket:
                said(socket, "hello")
        with connect(address) as socket:
            said(socket, "last")
    kinds = [
        json.loads(line)["requestContext"]["eventType"]
        for line in (folder / "sockets").read_text().splitlines()
    ]
    assert 5 < kinds.count("DISCONNECT") < 35
