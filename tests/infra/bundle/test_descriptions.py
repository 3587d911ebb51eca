"""What is shipped of botocore's descriptions says the same to a program."""

import gzip
import json

import pytest
from botocore.model import ServiceModel
from botocore.session import Session

from infra.bundle.descriptions import cut_descriptions

MEMBERS = {"documentation": {"shape": "Text", "documentation": "What it says."}}


@pytest.fixture
def task(tmp_path):
    """Stand for an unpacked zip that describes one service."""
    file = tmp_path / "botocore" / "data" / "sqs" / "2012" / "service-2.json.gz"
    file.parent.mkdir(parents=True)
    said = {"documentation": "All.", "shapes": {"Note": {"members": MEMBERS, "errors": [{"a": 1}]}}}
    file.write_bytes(gzip.compress(json.dumps(said).encode()))
    return tmp_path


def cut(task):
    """Give what the one description says afterwards."""
    cut_descriptions(task)
    (file,) = task.rglob("service-2.json.gz")
    return json.loads(gzip.decompress(file.read_bytes()))


def test_texts_go_and_members_of_that_name_stay(task):
    """A shape may have a member called documentation."""
    members = {"documentation": {"shape": "Text"}}
    assert cut(task) == {"shapes": {"Note": {"members": members, "errors": [{"a": 1}]}}}


def test_the_same_description_gives_the_same_bytes(task):
    """Packed without a time."""
    cut_descriptions(task)
    (file,) = task.rglob("service-2.json.gz")
    once = file.read_bytes()
    cut_descriptions(task)
    assert file.read_bytes() == once


@pytest.mark.parametrize("service", ["dynamodb", "s3", "secretsmanager", "sqs"])
def test_what_a_client_may_be_told_is_found(unpacked, service):
    """Their texts are looked up too, whenever botocore works out where to send a call."""
    (shipped,) = (unpacked("api") / "botocore" / "data" / service).glob("*/service-2.json.gz")
    found = ServiceModel(json.loads(gzip.decompress(shipped.read_bytes())), service)
    whole = Session().get_service_model(service)
    assert [one.name for one in found.client_context_parameters] == [
        one.name for one in whole.client_context_parameters
    ]


@pytest.mark.parametrize("service", ["dynamodb", "s3", "secretsmanager", "sqs"])
def test_operations_take_and_give_the_same(unpacked, service):
    """Every shape of the api's zip has the members and traits that botocore's own has."""
    (shipped,) = (unpacked("api") / "botocore" / "data" / service).glob("*/service-2.json.gz")
    found = json.loads(gzip.decompress(shipped.read_bytes()))
    whole = Session().get_component("data_loader").load_service_model(service, "service-2")
    for name, shape in found["shapes"].items():
        members = whole["shapes"][name].get("members", {})
        assert list(shape.get("members", {})) == list(members)
    assert found["operations"].keys() == whole["operations"].keys()
    assert found["metadata"] == whole["metadata"]
