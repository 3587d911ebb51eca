"""The whole twin: started, used, stopped and started again."""

import asyncio
import json
import socket
import time
from contextlib import closing
from http.client import HTTPConnection

import pytest

from infra.local import client, seed, twin
from infra.local.state import State
from infra.local.twin import CannotStart, Options
from tests.infra.local.twins import get, running


@pytest.fixture
def storing(folder):
    """A function that stores what is posted in a table, and lists the table's rows when asked."""
    (folder / "handler" / "api.py").write_text("""
import json, os
from botocore.session import Session

dynamodb = Session().create_client("dynamodb")
TABLE = os.environ["RESOURCE_PREFIX"] + "accounts"


def handle(event, context):
    if event["rawPath"] == "/token":
        return {"statusCode": 200, "body": '{"access_token": "t"}'}
    if event["requestContext"]["http"]["method"] == "POST":
        name = json.loads(event["body"])["name"]
        if name == "refused":
            return {"statusCode": 422, "body": "{}"}
        dynamodb.put_item(TableName=TABLE, Item={"id": {"S": name}})
        return {"statusCode": 201, "body": "{}"}
    found = [
        name
        for name in event["rawPath"].strip("/").split(",")
        if "Item" in dynamodb.get_item(TableName=TABLE, Key={"id": {"S": name}})
    ]
    return {"statusCode": 200, "body": json.dumps(found)}
""")
    return folder


def test_a_first_start_plants_demo_data(storing, demo):
    """Through the API, for their owners; the next start does not do it again."""
    with running(storing) as url:
        assert get(url) == ["a", "b"]
    with running(storing) as url:
        assert get(url) == ["a", "b"]


def test_data_are_there_after_a_restart_and_gone_with_fresh(storing, demo):
    """`.dunlin/` keeps them."""
    with running(storing) as url:
        client.post(url, "/things", {"name": "c"})
    with running(storing) as url:
        assert get(url) == ["a", "b", "c"]
    with running(storing, fresh=True) as url:
        assert get(url) == ["a", "b"]


def test_refused_demo_data_are_said_and_nothing_more(storing, monkeypatch, tmp_path, capsys):
    """The twin runs without them, and tries again at its next start."""
    (tmp_path / "things.json").write_text(json.dumps({"ann@example.org": [{"name": "refused"}]}))
    monkeypatch.setattr(seed, "DEMO", tmp_path)
    with running(storing) as url:
        assert get(url) == []
    assert "no demo data: refused: 422 {}" in capsys.readouterr().out


def test_refused_demo_accounts_are_said_and_nothing_more(folder, capsys):
    """Without them nobody offers anything."""
    code = "def handle(event, context):\n    return {'statusCode': 401, 'body': '{}'}\n"
    (folder / "handler" / "api.py").write_text(code)
    with running(folder) as url:
        assert get(url) == {}
    assert "no demo data: ann@example.org: 401 {}" in capsys.readouterr().out


def test_what_a_function_was_not_granted_is_refused(folder, demo):
    """Here as in the cloud: its call fails, and so does the request."""
    (folder / "handler" / "api.py").write_text("""
import os
from botocore.session import Session

dynamodb = Session().create_client("dynamodb")


def handle(event, context):
    try:
        return dynamodb.scan(TableName=os.environ["RESOURCE_PREFIX"] + "accounts")
    except dynamodb.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
""")
    with running(folder) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
        connection.request("GET", "/")
        assert connection.getresponse().read() == b"AccessDeniedException"
        connection.close()


def test_saved_code_is_run_without_a_restart(folder, demo, capsys):
    """The next requests find it, on the connections they had."""
    with running(folder) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
        time.sleep(0.5)  # until the folder is watched
        code = folder / "handler" / "api.py"
        code.write_text("def handle(event, context):\n    return 'new'\n")
        patience_ends = time.monotonic() + 20
        body = b""
        while body != b"new":
            assert time.monotonic() < patience_ends, body
            connection.request("GET", "/")
            body = connection.getresponse().read()
        connection.close()
    assert "handler/api.py changed" in capsys.readouterr().out


def test_a_request_that_is_no_http_does_no_harm(folder, demo):
    """It is refused, and the next one is answered."""
    with running(folder) as url:
        host, port = url.removeprefix("http://").split(":")
        for junk in (
            b"GET /\xff HTTP/1.1\r\n\r\n",
            b"\0\0\r\n\r\n",
            b"GET / HTTP/1.1\r\na\xff: b\r\n",
        ):
            with socket.create_connection((host, int(port)), timeout=30) as connection:
                connection.sendall(junk + b"\r\n")
                assert connection.recv(100).startswith(b"HTTP/1.1 400")
        assert get(url, "/_local/health") == {"status": "ok"}


def test_a_path_of_any_bytes_reaches_the_function(folder, demo):
    """Undecodable ones too."""
    with running(folder) as url:
        assert get(url, "/%ff%00%2e%2e/")["event"]["rawPath"] == "/\ufffd\x00../"


def test_answers_are_sent_at_once(folder, demo):
    """None waits for the client's acknowledgement of its head: 40 ms, but on a new connection."""
    with running(folder) as url:
        place = url.removeprefix("http://")
        with closing(HTTPConnection(place, timeout=30)) as kept:
            on_one = [seconds(kept) for _ in range(30)]
        on_new = []
        for _ in range(30):
            with closing(HTTPConnection(place, timeout=30)) as connection:
                on_new.append(seconds(connection))
    assert sorted(on_one)[10] < 10 * sorted(on_new)[10]


def seconds(connection):
    """How long an answer takes once there is a connection."""
    if connection.sock is None:
        connection.connect()
    begun = time.perf_counter()
    connection.request("GET", "/")
    connection.getresponse().read()
    return time.perf_counter() - begun


def test_a_port_in_use_is_said(folder, run):
    """Before anything is started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        options = Options(folder, port=port)
        with pytest.raises(CannotStart, match=f"port {port} is taken"):
            run(twin.run_until(asyncio.Event(), options, print))
        assert not (folder / ".dunlin").exists()


def test_a_folder_in_use_is_said(folder, demo):
    """Two runs would write over each other's data."""
    with (
        closing(State(folder / ".dunlin")),
        pytest.raises(CannotStart, match="another run uses"),
        running(folder),
    ):
        pass


def test_a_dynamodb_that_does_not_answer_is_said(folder):
    """With its URL."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(CannotStart, match=f"{url} does not answer"),
            running(folder, dynamodb=url),
        ):
            pass


@pytest.mark.slow
def test_the_tables_may_be_in_another_dynamodb(storing, demo, dynamodb_local):
    """Made and planted there at first, and found there later; nothing of it is kept here."""
    with running(storing, dynamodb=dynamodb_local) as url:
        assert get(url) == ["a", "b"]
    with running(storing, fresh=True, dynamodb=dynamodb_local) as url:
        client.post(url, "/things", {"name": "c"})
        assert get(url) == ["a", "b", "c"]
    with running(storing) as url:
        assert get(url) == ["a", "b"]


def test_missing_code_is_said(folder, monkeypatch):
    """There is nothing to run."""
    monkeypatch.setattr(twin.sys, "path", [])
    (folder / "handler").rename(folder / "other")
    with pytest.raises(CannotStart, match="no package handler"), running(folder):
        pass
