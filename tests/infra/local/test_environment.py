"""The function's side of an environment, in this process."""

import json
import socket
import threading
import time
from contextlib import closing

import pytest

from infra.local import environment
from infra.local.environment import Channel, Context

CONTEXT = Context(
    aws_request_id="id",
    deadline=time.time() - 1,
    function_name="f",
    function_version="$LATEST",
    memory_limit_in_mb="128",
    invoked_function_arn="arn",
    log_group_name="group",
    log_stream_name="stream",
)


@pytest.fixture
def ends():
    """Two ends of a connection."""
    ours, theirs = map(Channel, socket.socketpair())
    with closing(ours), closing(theirs):
        yield ours, theirs


@pytest.fixture
def lambda_variables(monkeypatch):
    """The variables that Lambda sets."""
    for name in ("FUNCTION_NAME", "FUNCTION_VERSION", "FUNCTION_MEMORY_SIZE"):
        monkeypatch.setenv(f"AWS_LAMBDA_{name}", "x")
    monkeypatch.setenv("AWS_LAMBDA_LOG_GROUP_NAME", "x")
    monkeypatch.setenv("AWS_LAMBDA_LOG_STREAM_NAME", "x")
    monkeypatch.setenv("_HANDLER", "json.dumps")


def test_messages_arrive_whole(ends):
    """However long, one by one."""
    ours, theirs = ends
    sent = [b"", b"x" * 100_000, b"last"]
    sender = threading.Thread(target=lambda: [ours.send(message) for message in sent])
    sender.start()
    assert [theirs.receive() for _ in sent] == sent
    sender.join()


@pytest.mark.parametrize("begun", [b"", b"\0\0", b"\0\0\0\x09half"])
def test_the_end_of_the_other_side_ends_the_messages(begun):
    """Also in the middle of one."""
    ours, theirs = socket.socketpair()
    with ours, closing(Channel(theirs)) as channel:
        ours.sendall(begun)
        ours.shutdown(socket.SHUT_WR)
        assert channel.receive() is None


def test_no_time_is_left_after_the_deadline():
    """It never falls below 0."""
    assert CONTEXT.get_remaining_time_in_millis() == 0


def test_an_answer_that_is_no_json_is_an_error():
    """As on Lambda, where the runtime cannot marshal it."""
    answer = json.loads(environment.invoke(lambda *_: {1, 2}, b"{}", CONTEXT))
    assert answer["error"]["errorType"] == "TypeError"


def test_a_function_is_served_until_the_other_side_goes(ends, lambda_variables):
    """Ready first, then an answer for each event."""
    ours, theirs = ends
    server = threading.Thread(
        target=environment.serve, args=(theirs, lambda event, context: [event, context.deadline])
    )
    server.start()
    assert ours.receive() == b'{"ready":true}'
    ours.send(b'{"request_id": "id", "deadline": 5, "arn": "arn"}\n{"a": 1}')
    assert json.loads(ours.receive()) == {"answer": [{"a": 1}, 5]}
    ours._connection.shutdown(socket.SHUT_RDWR)
    server.join()


def test_a_process_serves_the_function_that_it_is_told(lambda_variables, monkeypatch):
    """By the handler string in `_HANDLER`."""
    ours, theirs = socket.socketpair()
    with closing(Channel(ours)) as channel:
        server = threading.Thread(target=environment.main, args=(theirs.detach(),))
        server.start()
        assert channel.receive() == b'{"ready":true}'
        ours.shutdown(socket.SHUT_RDWR)
        server.join()


def test_a_process_says_why_it_cannot_serve(lambda_variables, monkeypatch):
    """By the name of what was raised."""
    monkeypatch.setenv("_HANDLER", "json.nothing")
    ours, theirs = socket.socketpair()
    with closing(Channel(ours)) as channel:
        environment.main(theirs.detach())
        answer = json.loads(channel.receive())
    assert answer["error"]["errorType"] == "AttributeError"
