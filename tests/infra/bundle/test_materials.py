"""The bill of materials beside each zip."""

import hashlib
import json
from importlib import metadata
from pathlib import Path

import cyclonedx
import jsonschema_rs
import pytest
from packaging.utils import canonicalize_name

from infra.bundle.pins import read_pins
from infra.bundle.places import LOCK
from infra.bundle.targets import here as this_machine
from tests.infra.bundle.conftest import ALL
from tests.infra.bundle.test_content import packages, places

SCHEMAS = Path(cyclonedx.__file__).parent / "schema" / "_res"
ADDRESS = "http://cyclonedx.org/schema/"


@pytest.fixture(params=ALL)
def name(request):
    """Each zip in turn."""
    return request.param


@pytest.fixture
def bill(here, name):
    """Its bill of materials."""
    return json.loads(here[name].with_suffix(".cdx.json").read_text())


def versions(bill):
    """Give the packages that it lists."""
    return {one["name"]: one["version"] for one in bill["components"]}


def test_it_is_valid_cyclonedx(bill):
    """By the schema of CycloneDX 1.6."""
    files = [f"{name}.SNAPSHOT.schema.json" for name in ("bom-1.6", "spdx", "jsf-0.82")]
    schemas = [json.loads((SCHEMAS / file).read_text()) for file in files]
    named = [(ADDRESS + file, one) for file, one in zip(files, schemas, strict=True)]
    registry = jsonschema_rs.Registry(named)
    jsonschema_rs.Draft7Validator(schemas[0], registry=registry).validate(bill)


def test_it_lists_what_is_inside(bill, here, name):
    """Every package, and no other."""
    assert versions(bill) == packages(places(here[name]))


def test_every_folder_of_the_zip_is_accounted_for(bill, here, name):
    """Nothing is inside that no listed package brought."""
    holders = metadata.packages_distributions()
    tops = {place.partition("/")[0].partition(".")[0] for place in places(here[name])}
    tops -= {one for one in tops if "-" in one} | {"handler", "__pycache__"}
    listed = set(versions(bill))
    assert not [
        top for top in tops if not listed & {canonicalize_name(o) for o in holders.get(top, [top])}
    ]


def test_packages_are_named_as_everybody_names_them(bill):
    """By their package URL."""
    for one in bill["components"]:
        assert one["purl"] == f"pkg:pypi/{one['name']}@{one['version']}"


def test_the_hash_of_a_package_is_one_of_the_lock(bill):
    """That of the wheel which was taken."""
    locked = {pin.name: pin.hashes for pin in read_pins(LOCK.read_text(), this_machine())}
    for one in bill["components"]:
        (found,) = one["hashes"]
        assert f"sha256:{found['content']}" in locked[one["name"]]


def test_every_package_says_its_licence(bill):
    """As its METADATA do."""
    assert not [one["name"] for one in bill["components"] if not one.get("licenses")]


def test_it_says_which_zip_it_is_of(bill, here, name):
    """By hash."""
    (found,) = bill["metadata"]["component"]["hashes"]
    assert found["content"] == hashlib.sha256(here[name].read_bytes()).hexdigest()


def test_it_tells_what_requires_what(bill):
    """PynamoDB stands on botocore."""
    required = {
        one["ref"].partition("@")[0]: one.get("dependsOn", ()) for one in bill["dependencies"]
    }
    assert any(ref.startswith("pkg:pypi/botocore@") for ref in required["pkg:pypi/pynamodb"])


def test_it_has_no_clock(bill):
    """The same zip has the same."""
    assert "timestamp" not in bill["metadata"]
