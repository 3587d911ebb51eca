"""A deployment that answers as a healthy one does, until a test breaks it; and the drill."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SECURE = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Request-Id": "01K0N4Q7Y2V9S6T3R8W5X1Z0AB",
}
DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"version": "0.1.0"},
    "paths": {
        "/admin/users": {
            "get": {
                "parameters": [{"name": "limit"}, {"name": "cursor"}],
                "security": [{"OAuth2PasswordBearer": []}],
            }
        },
        "/things": {
            "get": {
                "parameters": [{"name": "limit"}, {"name": "cursor"}],
                "security": [{"OAuth2PasswordBearer": []}, {}],
            }
        },
    },
}
HEALTHY = {"status": "ok"}
THEN = ("--at", "2026-03-01T11:55:00Z", "--stage", "local")
ANN, PASSWORD = "ann@example.org", "grey plover on the mudflat"


class Deployment:
    """What it answers by path: a status, a body, and headers beside those that all answers have."""

    def __init__(self):
        challenge = {"WWW-Authenticate": "Bearer"}
        self.answers = {
            "/health": (200, HEALTHY, {}),
            "/health/ready": (200, HEALTHY, {}),
            "/openapi.json": (200, DOCUMENT, {}),
            "/things": (200, {"items": [], "next": None}, {}),
            "/users/me": (401, {"code": "token_missing"}, challenge),
            "/token": (200, {"access_token": "t"}, {}),
        }
        self.mine = (200, {"email": ANN, "role": "user"}, {})
        self.headers = dict(SECURE)
        self.asked = []
        self.agents = set()

    def answer(self, method, path, headers, body):
        """What one request gets."""
        self.asked.append((method, path, body))
        self.agents.add(headers.get("User-Agent"))
        place = path.partition("?")[0]
        if place == "/users/me" and headers.get("Authorization") == "Bearer t":
            return self.mine
        return self.answers.get(place, (404, {"code": "route_not_found"}, {}))


@contextmanager
def served(deployment, context=None):
    """A deployment on loopback, over TLS if there is a context; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, body, more = deployment.answer(self.command, self.path, self.headers, body)
            form = "application/json" if status < 400 else "application/problem+json"
            self.send_response(status)
            for name, value in ({"Content-Type": form} | deployment.headers | more).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.handle_error = lambda *_: None  # a handshake that the client refuses
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def deployment():
    """A healthy deployment, at `url`."""
    made = Deployment()
    with served(made) as port:
        made.url = f"http://127.0.0.1:{port}"
        yield made


@pytest.fixture
def restore(dunlin):
    """Types a step of the drill; its printed lines. It must succeed."""

    def call(step, table, *options):
        done = dunlin("restore", step, table, *options)
        assert (done.code, done.err) == (0, "")
        return done.lines

    return call
