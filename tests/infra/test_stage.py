"""The command line's way to the operators' function of a deployed stage."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from infra import stage
from infra.local.client import OperationRefused


@contextmanager
def lambda_answering(monkeypatch, status, body, headers=()):
    """AWS Lambda on loopback, which answers so; what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            asked.append((self.path, json.loads(self.rfile.read(length))))
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown()
            thread.join()


def test_a_stage_is_asked_through_lambda(monkeypatch):
    """By the deployed name of the function; its answer is the answer."""
    with lambda_answering(monkeypatch, 200, {"generation": 2}) as asked:
        assert stage.operate("dev", "keys_rotate", at_once=True) == {"generation": 2}
    path = "/2015-03-31/functions/dunlin-dev-operators/invocations"
    assert asked == [(path, {"action": "keys_rotate", "at_once": True})]


@pytest.mark.parametrize(
    ("status", "body", "headers", "said"),
    [
        (200, {"error": {"code": "x", "detail": "Not so."}}, [], "Not so."),
        (200, {"errorMessage": "Timed out"}, [("X-Amz-Function-Error", "Unhandled")], "Timed out"),
        (403, {"Message": "You may not."}, [], "You may not."),
    ],
)
def test_a_refusal_says_why(monkeypatch, status, body, headers, said):
    """The function's, the runtime's and IAM's."""
    with (
        lambda_answering(monkeypatch, status, body, headers),
        pytest.raises(OperationRefused, match=said),
    ):
        stage.operate("dev", "keys_rotate")


def test_what_may_have_been_done_is_not_asked_again(monkeypatch):
    """An administrator whose creation took too long may be there already."""
    with lambda_answering(monkeypatch, 500, {"Message": "Later."}) as asked:
        with pytest.raises(OperationRefused):
            stage.operate("dev", "admin_create", email="ann@example.org")
        assert len(asked) == 1


def test_a_call_that_reaches_nobody_says_whom_and_where(monkeypatch):
    """The function's name and the region: one of them is usually wrong."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    said = "^dunlin-dev-operators in eu-north-1: Could not connect"
    with pytest.raises(OperationRefused, match=said):
        stage.operate("dev", "keys_rotate")


def test_no_region_is_said(monkeypatch):
    """Not where a default would be."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    with pytest.raises(OperationRefused, match="in no region: You must specify a region"):
        stage.operate("dev", "keys_rotate")
