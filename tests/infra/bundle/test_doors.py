"""Every door does its work from its zip alone: without .venv, and without writing to its folder."""

import base64
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest
from botocore.session import Session

from infra import blueprint
from infra.blueprint import BLUEPRINT
from infra.local import cloud
from infra.local.mailbox import Mailbox
from infra.local.places import ACCOUNT, REGION
from infra.local.sockets import Hub
from infra.local.state import State
from tests.bench.events import event
from tests.infra.bundle.conftest import ALL
from tests.infra.local.fresh import forget

PREFIX = blueprint.prefix("local")
PROGRAM = Path(__file__).with_name("isolated.py")
ADMIN = "root@example.org"


class Door:
    """A function that runs in a process of its own, from an unpacked zip."""

    def __init__(self, python, folder, handler, environment):
        command = [python, "-I", "-S", str(PROGRAM), str(folder), handler]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self._process = subprocess.Popen(command, env=environment, text=True, **pipes)  # noqa: S603 - ours
        self.strangers = self._read()

    def _read(self):
        line = self._process.stdout.readline()
        assert line, self._process.stderr.read()
        return json.loads(line)

    def __call__(self, asked):
        """Answer an event."""
        print(json.dumps(asked), file=self._process.stdin, flush=True)
        said = self._read()
        self.strangers = said["strangers"]
        return said["answer"]

    def close(self):
        """End it."""
        self._process.communicate(timeout=20)


def environment(endpoint, key):
    """Give the variables of a function whose AWS is at an endpoint."""
    return {
        **blueprint.environment(
            "local",
            queue_base=f"{endpoint}/{ACCOUNT}/",
            bucket_suffix="",
            sockets_url="ws://localhost:9/ws",
            sockets_endpoint=endpoint,
        ),
        "MAIL_FROM": "no-reply@shop.example",
        "AWS_ACCESS_KEY_ID": key,
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }


class World:
    """A whole AWS in this process, and the doors that ask it, each with its own grants."""

    def __init__(self, endpoint, unpacked, mailbox):
        self.endpoint, self.mailbox, self._unpacked = endpoint, mailbox, unpacked
        self._running = {}

    def door(self, name):
        """Start a door, once, by the name of its zip."""
        if name not in self._running:
            variables = environment(self.endpoint, key_of(name))
            handler = f"handler.{name}.handle"
            self._running[name] = Door(sys.executable, self._unpacked(name), handler, variables)
        return self._running[name]

    def aws(self, service):
        """Make a client that may do all."""
        keys = {"aws_access_key_id": "AKIAALL", "aws_secret_access_key": "local"}
        place = {"region_name": REGION, "endpoint_url": self.endpoint}
        return Session().create_client(service, **keys, **place)

    def close(self):
        """End the doors."""
        for door in self._running.values():
            door.close()


def key_of(name):
    """Make up an access key id."""
    return f"AKIA{name.upper()}"


@pytest.fixture(scope="module")
def world(unpacked, tmp_path_factory):
    """Stand for AWS and all doors, none of them started yet."""
    functions = {  # of the workers, which share a zip, the fast one: its queue is read here
        function.handler.split(".")[1]: function for function in reversed(BLUEPRINT.functions)
    }
    keys = {key_of(name): function for name, function in functions.items()} | {"AKIAALL": None}
    forget()
    with contextlib.ExitStack() as stack:
        state = stack.enter_context(contextlib.closing(State(tmp_path_factory.mktemp("state"))))
        listening = socket.create_server(("127.0.0.1", 0))
        mailbox = Mailbox(state)
        running = cloud.start(listening, keys, state, mailbox, None, hub=Hub())
        stack.callback(running.stop)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        yield stack.enter_context(contextlib.closing(World(url, unpacked, mailbox)))
    forget()


@pytest.fixture(scope="module")
def token(world):
    """Sign an administrator in, whose account the operators' door opens."""
    password = world.door("operators")({"action": "admin_create", "email": ADMIN})["password"]
    form = urlencode({"username": ADMIN, "password": password})
    asked = event("POST", "/token", content_type="application/x-www-form-urlencoded")
    answer = world.door("api")(asked | {"body": form})
    assert answer["statusCode"] == 200, answer["body"]
    return json.loads(answer["body"])["access_token"]


@pytest.mark.parametrize("name", ALL)
def test_a_door_loads_from_its_zip_alone(world, name):
    """Its modules are the zip's and Python's own."""
    assert world.door(name).strangers == []


def test_the_api_tells_its_health(world):
    """Through FastAPI and Mangum."""
    assert world.door("api")(event("GET", "/health"))["statusCode"] == 200


def test_the_api_knows_who_signed_in(world, token):
    """It parsed a form, verified a password, signed a token and now reads it."""
    answer = world.door("api")(event("GET", "/users/me", token=token))
    assert json.loads(answer["body"])["email"] == ADMIN
    assert world.door("api").strangers == []


def test_the_api_serves_the_console_as_tightly_packed_as_can_be(world):
    """To a browser that unpacks Brotli; what comes out is what others get."""
    door = world.door("api")
    page = door(event("GET", "/console"))["body"]
    script = re.search('src="([^"]+)"', page)[1]
    tight = door(event("GET", script, accept_encoding="gzip, deflate, br, zstd"))
    assert tight["headers"]["content-encoding"] == "br"
    packed = base64.b64decode(tight["body"])
    assert brotli.decompress(packed).decode() == door(event("GET", script))["body"]
    assert door.strangers == []


def test_the_worker_sends_the_mail_that_a_registration_asks_for(world):
    """It renders a template that lies in its zip."""
    body = {"email": "ann@example.org", "password": "grey plover on the mudflat"}
    assert world.door("api")(event("POST", "/register", body))["statusCode"] == 202
    assert world.door("worker")({"Records": received(world, "fast")}) == {"batchItemFailures": []}
    assert world.mailbox.newest("ann@example.org")
    assert world.door("worker").strangers == []


def received(world, queue):
    """Take the messages of a queue, as Lambda hands them on."""
    with contextlib.closing(world.aws("sqs")) as sqs:
        url = f"{world.endpoint}/{ACCOUNT}/{PREFIX}{queue}"
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=2
        )
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{PREFIX}{queue}"
    return [
        {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "attributes": message["Attributes"],
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": arn,
        }
        for message in answer["Messages"]
    ]


def test_the_clock_ticks(world):
    """It looks for jobs that are due, and tells what it did."""
    assert world.door("clock")({}).keys() == {"woken", "enqueued"}


def test_letters_takes_what_no_worker_could_read(world):
    """It keeps the message among the dead jobs."""
    letter = {
        "messageId": "1",
        "receiptHandle": "1",
        "body": base64.b64encode(b"no job").decode(),
        "attributes": {"ApproximateReceiveCount": "6", "SentTimestamp": "1772366400000"},
        "messageAttributes": {},
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{PREFIX}fast-dead",
    }
    assert world.door("letters")({"Records": [letter]}) == {"batchItemFailures": []}


@pytest.mark.parametrize("name", ALL)
def test_a_door_writes_nothing_to_its_folder(world, unpacked, name):
    """Python found byte code for all that it loaded, so it compiled nothing."""
    before = set(unpacked(name).rglob("*"))
    world.door(name)
    assert set(unpacked(name).rglob("*")) == before
