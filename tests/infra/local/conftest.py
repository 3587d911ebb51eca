"""Fixtures of the twin's tests: moto in memory, asked as AWS is asked."""

import asyncio
import json
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.session import Session

from infra.blueprint import BLUEPRINT
from infra.local import aws, engine, mocks, plans, seed
from infra.local.invoker import Pool
from tests.infra.local.dynamodb_local import dynamodb_local, jars  # noqa: F401 - fixtures
from tests.infra.local.fresh import forget
from tests.infra.local.pumping import functions, pumped, send, sqs, time  # noqa: F401 - fixtures


@pytest.fixture
def dynamodb():
    """Moto with the engine and no table in the twin's region, as a service of the endpoint."""
    engine.install()
    forget()
    yield mocks.MOTO["dynamodb"]
    forget()


@pytest.fixture
def ask(dynamodb):
    """Do a DynamoDB call by name; the answer's JSON, or `Refused`."""

    def call(operation, **body):
        return mocks.request(dynamodb, f"DynamoDB_20120810.{operation}", body)

    return call


@pytest.fixture
def served():
    """Serves an `Access` as functions see it; gives its URL."""
    running = []

    def serve(access):
        listening = socket.create_server(("127.0.0.1", 0))
        running.append(aws.Endpoint(listening, access.answer))
        running[-1].start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield serve
    for endpoint in running:
        endpoint.stop()


@pytest.fixture
def client_of():
    """Makes clients of AWS at an endpoint as functions use them."""
    made = []

    def make(endpoint, service, key="AKIAAPI"):
        client = Session().create_client(
            service,
            region_name="us-east-1",
            endpoint_url=endpoint,
            aws_access_key_id=key,
            aws_secret_access_key="local",
            config=Config(retries={"total_max_attempts": 1}),
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


API = """
import json, os, sys, time

seen = 0
print("imported")


def handle(event, context):
    global seen
    seen += 1
    match event.get("rawPath"):
        case "/raise":
            raise ValueError("boom")
        case "/exit":
            os._exit(3)
        case "/hang":
            time.sleep(60)
        case "/slow":
            time.sleep(0.3)
        case "/much":
            return {"statusCode": 200, "body": "x" * 7_000_000}
        case "/nothing":
            return {"statusCode": 204}
        case "/malformed":
            return {"statusCode": "soon"}
        case "/print":
            print("said", end="")
            sys.stdout.flush()
        case "/token":
            return {"statusCode": 200, "body": '{"access_token": "t"}'}
    answer = {
        "event": event,
        "environment": dict(os.environ),
        "pid": os.getpid(),
        "seen": seen,
        "left": context.get_remaining_time_in_millis(),
        "request_id": context.aws_request_id,
        "arn": context.invoked_function_arn,
    }
    headers = {"content-type": "application/json"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(answer)}
"""

OPERATORS = """
def handle(event, context):
    match event:
        case {"action": "admin_create", "email": "nobody"}:
            return {"error": {"code": "email_invalid", "detail": "That is no e-mail address."}}
        case {"action": "admin_create"}:
            return {"email": event["email"], "password": "drawn"}
        case {"action": "keys_rotate"}:
            return {"generation": 2, "kids": ["b"] if event["at_once"] else ["a", "b"]}
        case {"action": "demo_accounts"}:
            return {"accounts": len(event["accounts"])}
    raise RuntimeError("crashed")
"""


NOTED = ("changes", "clock", "letters", "sockets", "worker")
"""Stand-ins that note their events, each in a file of its name."""

NOTING = """
import json
from pathlib import Path


def handle(event, context):
    with Path("NAME").open("a") as file:
        print(json.dumps(event), file=file)
"""


def stand_ins(folder):
    """Write stand-ins for the functions into a project's folder."""
    package = folder / "handler"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "api.py").write_text(API)
    (package / "operators.py").write_text(OPERATORS)
    for name in NOTED:
        (package / f"{name}.py").write_text(NOTING.replace("NAME", name))
    (folder / "infra").symlink_to(Path(__file__).parents[3] / "infra")
    return folder


@pytest.fixture
def folder(tmp_path):
    """A project's folder with stand-ins for the functions, which tell what they were given."""
    return stand_ins(tmp_path)


@pytest.fixture
def run():
    """Run coroutines on one event loop, in a thread of its own."""
    with ThreadPoolExecutor(1) as thread:
        runner = thread.submit(asyncio.Runner).result()
        yield lambda coroutine: thread.submit(runner.run, coroutine).result(60)
        thread.submit(runner.close).result()


@pytest.fixture
def lines():
    """What functions have logged."""
    return []


@pytest.fixture
def pool(folder, run, lines):
    """Makes pools of the `api` function, and closes them."""
    pools = []

    def make(**more):
        around = plans.Surroundings(
            folder, "http://127.0.0.1:9", "http://localhost:8", {"PATH": os.defpath}
        )
        function = BLUEPRINT.function(more.pop("function", "api"))
        history = more.pop("history", None)
        plan = replace(plans.plan(function, "AKIAAPI", around), **more)
        made = Pool(plan, lambda _, line: lines.append(line), history=history)
        pools.append(made)
        return made

    yield make
    for made in pools:
        run(made.close())


def plant_little(monkeypatch, folder):
    """Have two demo things instead of forty items."""
    (folder / "things.json").write_text(
        json.dumps({"ann@example.org": [{"name": "a"}], "max@example.org": [{"name": "b"}]})
    )
    monkeypatch.setattr(seed, "DEMO", folder)


@pytest.fixture
def demo(monkeypatch, tmp_path_factory):
    """Two demo things instead of forty items."""
    plant_little(monkeypatch, tmp_path_factory.mktemp("demo"))
