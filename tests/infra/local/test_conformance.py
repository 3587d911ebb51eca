"""The engine answers as Amazon's own DynamoDB Local does, call for call.

Needs Java and Maven, which fetches DynamoDB Local; without them the tests are skipped.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

import pytest

from infra.local import aws
from infra.local.forwarding import forward
from tests.infra.local.conversations import queries, transactions, writes
from tests.infra.local.conversations.vocabulary import SEED, TABLE

pytestmark = pytest.mark.slow

CACHE = Path.home() / ".cache" / "dunlin" / "dynamodb-local"
POM = """
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>dunlin</groupId><artifactId>dynamodb-local</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>2.5.3</version>
  </dependency></dependencies>
</project>
"""

CONVERSATIONS = writes.CONVERSATIONS | queries.CONVERSATIONS | transactions.CONVERSATIONS


@pytest.fixture(scope="session")
def jars():
    """DynamoDB Local and what it needs, fetched once by Maven."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            pytest.skip(f"DynamoDB Local needs {tool}")
    if not (CACHE / "lib").is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        (CACHE / "pom.xml").write_text(POM)
        command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
        fetched = subprocess.run(  # noqa: S603 - a fixed command
            command, cwd=CACHE, capture_output=True, timeout=300, check=False
        )
        if fetched.returncode:
            shutil.rmtree(CACHE / "lib", ignore_errors=True)
            pytest.skip("Maven cannot fetch DynamoDB Local")
    return CACHE / "lib"


@pytest.fixture(scope="session")
def amazon(jars):
    """Amazon's DynamoDB Local, with the seeded table."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["java", "-Xmx256m", f"-Djava.library.path={jars}", "-cp", f"{jars}/*"]
    command += ["com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory"]
    command += ["-port", str(port), "-disableTelemetry"]
    environment = {"PATH": os.environ["PATH"]}
    server = subprocess.Popen(  # noqa: S603 - a fixed command
        command, env=environment, cwd=jars, stdout=-3, stderr=-3
    )
    service = forward(f"http://127.0.0.1:{port}")
    try:
        _wait_until_it_answers(service)
        yield _seeded(service)
    finally:
        server.kill()
        server.wait()


@pytest.fixture
def ours(dynamodb):
    """Moto with the engine, with the seeded table."""
    return _seeded(dynamodb)


def _wait_until_it_answers(service):
    for _ in range(300):
        if ask(service, "ListTables", {})["status"] == 200:
            return
        time.sleep(0.1)
    pytest.fail("DynamoDB Local did not start")


def _seeded(service):
    for operation, body in [("CreateTable", TABLE), *SEED]:
        assert ask(service, operation, body)["status"] == 200
    return service


def ask(service, operation, body):
    """One call's answer, less what is nobody's promise."""
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": f"DynamoDB_20120810.{operation}",
    }
    call = aws.Call("dynamodb", "us-east-1", headers, json.dumps(body).encode())
    answer = service(call)
    found = json.loads(answer.body)
    kept = {
        name: value
        for name, value in found.items()
        if name not in {"ConsumedCapacity", "ItemCollectionMetrics", "message", "Message"}
        and value not in ({}, [])
    }
    for reason in kept.get("CancellationReasons", []):
        reason.pop("Message", None)
    if "__type" in kept:
        kept["__type"] = kept["__type"].rpartition("#")[2]
    return {"status": answer.status, **kept}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_engine_answers_as_dynamodb_does(name, ours, amazon):
    """The same calls get the same answers."""
    conversation = CONVERSATIONS[name]
    assert [ask(ours, *call) for call in conversation] == [
        ask(amazon, *call) for call in conversation
    ]
