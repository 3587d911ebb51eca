"""An AWS account that is ready for a deploy: moto's, and what moto does not know on loopback."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from botocore.session import Session
from moto.backends import get_backend

ACCOUNT, REGION = "123456789012", "eu-west-1"
_ELSEWHERE = ("CLOUDFORMATION", "LAMBDA", "SESV2", "SERVICE_QUOTAS")
_STACK = (
    "<R><DescribeStacksResult><Stacks><member><StackName>{name}</StackName><StackStatus>{state}"
    "</StackStatus><Outputs>{outputs}</Outputs></member></Stacks></DescribeStacksResult></R>"
)
_NO_STACK = (
    "<ErrorResponse><Error><Code>ValidationError</Code><Message>Stack with id x does not exist"
    "</Message></Error></ErrorResponse>"
)
_DENIED = "<ErrorResponse><Error><Code>Denied</Code><Message>No.</Message></Error></ErrorResponse>"


def client(service, region=REGION):
    """Make a client of moto."""
    return Session().create_client(service, region_name=region)


def backend(service):
    """Look inside moto."""
    return get_backend(service)[ACCOUNT][REGION]


class Amazon:
    """The services that moto lacks: what they grant an account."""

    def __init__(self):
        self.concurrency = 1_000
        self.tables = 2_500
        self.production = True
        self.identities = {}
        self.stacks = {}

    def make_stack(self, name, region=REGION, state="CREATE_COMPLETE", **outputs):
        """Have CloudFormation know a stack that says these things of itself."""
        said = "".join(
            f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
            for key, value in outputs.items()
        )
        self.stacks[region, name] = _STACK.format(name=name, state=state, outputs=said)

    def answer(self, path, headers, body):
        """What one request gets: a status and a body."""
        if "DescribeStacks" in body:
            region = headers["Authorization"].split("/")[2]
            name = parse_qs(body)["StackName"][0]
            found = self.stacks.get((region, name))
            return (200, found) if found else (400, _NO_STACK)
        if path.endswith("/account-settings"):
            return 200, {"AccountLimit": {"ConcurrentExecutions": self.concurrency}}
        if path == "/v2/email/account":
            return 200, {"ProductionAccessEnabled": self.production}
        if path.startswith("/v2/email/identities/"):
            name = path.rpartition("/")[2]
            if name not in self.identities:
                return 404, {"message": "There is none.", "__type": "NotFoundException"}
            return 200, {"VerifiedForSendingStatus": self.identities[name]}
        return 200, {"Quota": {"Value": self.tables}}


@contextmanager
def endpoint(answer):
    """A service of AWS on loopback; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, body = answer(self.path, self.headers, asked)
            self.send_response(status)
            if status >= 400 and isinstance(body, dict):
                self.send_header("x-amzn-errortype", body["__type"])
            self.end_headers()
            self.wfile.write((body if isinstance(body, str) else json.dumps(body)).encode())

        def do_POST(self):
            self.do_GET()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def refer(monkeypatch, url, services=_ELSEWHERE):
    """Have clients of these services ask that address."""
    for service in services:
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", url)


def denied(*_):
    """Answer as IAM does when it refuses."""
    return 403, _DENIED
