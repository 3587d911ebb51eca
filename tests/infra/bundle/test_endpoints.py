"""botocore finds services with what is shipped of its data as with all of it."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra.bundle.endpoints import cut_endpoints
from infra.bundle.imports import imports, services
from tests.infra.bundle.conftest import ALL

PROGRAM = Path(__file__).with_name("regions.py")


def addresses(folder, called, *options):
    """Run the program."""
    command = [sys.executable, *options, str(PROGRAM), folder, *called]
    done = subprocess.run(command, env={}, capture_output=True, text=True, check=True)  # noqa: S603 - ours
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ALL)
def test_services_are_found_where_they_are(unpacked, name):
    """In every kind of partition, and in a region that was opened since."""
    called = sorted(services(imports(f"handler.{name}").modules))
    found = addresses(str(unpacked(name)), called, "-I", "-S")
    assert found == addresses("", called)
    assert len(found) == 5 * len(called)


@pytest.fixture
def task(tmp_path):
    """Stand for an unpacked zip that describes two of four services."""
    data = tmp_path / "botocore" / "data"
    for name, prefix in (("sesv2", "email"), ("sqs", "sqs")):
        (data / name / "2019").mkdir(parents=True)
        described = json.dumps({"metadata": {"endpointPrefix": prefix}}).encode()
        (data / name / "2019" / "service-2.json.gz").write_bytes(gzip.compress(described))
    (data / "sqs" / "2019" / "service-2.json.gz").rename(data / "sqs" / "2019" / "service-2.json")
    plain = data / "sqs" / "2019" / "service-2.json"
    plain.write_bytes(gzip.decompress(plain.read_bytes()))
    listed = {name: {"endpoints": {}} for name in ("ec2", "email", "sesv2", "sqs")}
    partition = {"partition": "aws", "regions": {"eu-west-1": {}}, "services": listed}
    (data / "endpoints.json").write_text(json.dumps({"version": 3, "partitions": [partition]}))
    return tmp_path


def test_only_described_services_are_listed(task):
    """By the name that the list has for them; all else stays."""
    cut_endpoints(task)
    endpoints = json.loads((task / "botocore/data/endpoints.json").read_text())
    (partition,) = endpoints["partitions"]
    assert list(partition.pop("services")) == ["email", "sqs"]
    assert partition == {"partition": "aws", "regions": {"eu-west-1": {}}}
    assert endpoints["version"] == 3


def test_where_there_is_no_list_nothing_is_cut(tmp_path):
    """A lock without botocore."""
    cut_endpoints(tmp_path)
    assert list(tmp_path.iterdir()) == []
