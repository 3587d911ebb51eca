"""The synthesized cloud, shared by the tests that read it."""

import fcntl
import json
import os
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from infra.blueprint import BLUEPRINT


def written(value):
    """Write out an ARN as a template joins it: `arn:<Partition>:...`."""
    if isinstance(value, str):
        return value
    if "Ref" in value:
        return f"<{value['Ref'].removeprefix('AWS::')}>"
    if "Fn::GetAtt" in value:
        return "<{}.{}>".format(*value["Fn::GetAtt"])
    separator, parts = value["Fn::Join"]
    return separator.join(written(part) for part in parts)


def many(value):
    """Give the list that IAM allows to be written as its only member."""
    return value if isinstance(value, list) else [value]


@dataclass(frozen=True)
class Assembly:
    """What CDK wrote for one stage."""

    name: str
    folder: Path

    def read(self, file: str) -> dict[str, Any]:
        """Read one JSON file of the assembly."""
        return json.loads((self.folder / file).read_text())

    def template(self, stack: str) -> dict[str, Any]:
        """Read the template of stack `data` or `backend`."""
        return self.read(f"dunlin-{self.name}-{stack}.template.json")

    def metadata(self, stack: str) -> dict[str, Any]:
        """Read what CDK notes beside a template."""
        return self.read(f"dunlin-{self.name}-{stack}.metadata.json")

    def resources(self, stack: str, kind: str) -> dict[str, dict[str, Any]]:
        """Give a stack's resources of one type, by logical id."""
        found = self.template(stack)["Resources"]
        return {id_: resource for id_, resource in found.items() if resource["Type"] == kind}

    def properties(self, stack: str, kind: str, key: str) -> dict[str, dict[str, Any]]:
        """Give the properties of a stack's resources of one type, by one of those properties."""
        found = (resource["Properties"] for resource in self.resources(stack, kind).values())
        return {written(properties[key]): properties for properties in found}

    def function(self, name: str) -> dict[str, Any]:
        """Give the properties of a function, by the name that it has in the blueprint."""
        return self.properties("backend", "AWS::Lambda::Function", "FunctionName")[
            f"dunlin-{self.name}-{name}"
        ]

    def name_of(self, function: dict[str, Any]) -> str:
        """Give the blueprint's name of the function that a template refers to."""
        id_ = function.get("Ref") or function["Fn::GetAtt"][0]
        properties = self.template("backend")["Resources"][id_]["Properties"]
        return str(properties["FunctionName"]).removeprefix(f"dunlin-{self.name}-")


@pytest.fixture(scope="session")
def assemblies(tmp_path_factory):
    """Both kinds of stage, synthesized once a run even when several workers ask."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "assemblies"
    with (root / "assemblies.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            synthesize(root / "unfinished")
            (root / "unfinished").rename(folder)
    return folder


def small_bundles(folder):
    """Give a zip for each entry point: what is in it does not matter to a template."""
    bundles = {}
    for handler in {spec.handler for spec in BLUEPRINT.functions}:
        bundles[handler] = folder / f"{handler}.zip"
        with zipfile.ZipFile(bundles[handler], "w") as archive:
            archive.writestr(zipfile.ZipInfo("which"), handler)
    return bundles


def synthesize(folder):
    """Run the CDK app for `dev` and for a `prod` that its operator filled in."""
    # jsii takes a second to start: only who asks for the cloud pays.
    from infra.cloud import stages  # noqa: PLC0415 - as said
    from infra.cloud.app import create_app  # noqa: PLC0415 - as said

    prod = replace(
        stages.PROD,
        admin_email="admin@shop.example",
        link_base="https://shop.example",
        mail_domain="shop.example",
        allowed_origins=("https://shop.example", "https://www.shop.example"),
    )
    folder.mkdir()
    bundles = small_bundles(folder)
    for stage in (stages.DEV, prod):
        create_app(stage=stage, outdir=str(folder / stage.name), bundles=bundles).synth()


@pytest.fixture(scope="session")
def dev(assemblies):
    """Stand for the stage that anybody deploys first."""
    return Assembly("dev", assemblies / "dev")


@pytest.fixture(scope="session")
def prod(assemblies):
    """Stand for the stage that keeps its data."""
    return Assembly("prod", assemblies / "prod")


@pytest.fixture(params=["dev", "prod"])
def stage(request):
    """Each kind of stage in turn."""
    return request.getfixturevalue(request.param)
