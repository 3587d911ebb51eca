"""Amazon's DynamoDB Local, for tests that compare the engine with it.

Needs Java and Maven, which fetches it; without them those tests are skipped.
"""

import fcntl
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from infra.local import mocks
from infra.local.forwarding import forward
from infra.local.places import Refused
from tests.ports import free_port

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


@pytest.fixture(scope="session")
def jars():
    """DynamoDB Local and what it needs, fetched once by Maven."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            pytest.skip(f"DynamoDB Local needs {tool}")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers may want it at once
        if not (CACHE / "lib").is_dir():
            _fetch()
    return CACHE / "lib"


def _fetch():
    (CACHE / "pom.xml").write_text(POM)
    command = ["mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"]
    done = subprocess.run(  # noqa: S603 - a fixed command
        command, cwd=CACHE, capture_output=True, timeout=300, check=False
    )
    if done.returncode:
        shutil.rmtree(CACHE / "lib", ignore_errors=True)
        pytest.skip("Maven cannot fetch DynamoDB Local")


@pytest.fixture(scope="session")
def dynamodb_local(jars):
    """The URL of Amazon's DynamoDB Local, without a table."""
    port = free_port()
    command = ["java", "-Xmx256m", f"-Djava.library.path={jars}", "-cp", f"{jars}/*"]
    command += ["com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory"]
    command += ["-port", str(port), "-disableTelemetry"]
    environment = {"PATH": os.environ["PATH"]}
    server = subprocess.Popen(  # noqa: S603 - a fixed command
        command, env=environment, cwd=jars, stdout=-3, stderr=-3
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(url)
        yield url
    finally:
        server.kill()
        server.wait()


def _wait_until_it_answers(url):
    for _ in range(300):
        try:
            mocks.request(forward(url), "DynamoDB_20120810.ListTables", {})
        except Refused:
            time.sleep(0.1)
        else:
            return
    pytest.fail("DynamoDB Local did not start")
