"""The synthesized cloud, shared by the tests that read it."""

import fcntl
import json
import os
import sys
import zipfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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


@cache
def parsed(file):
    """Read a JSON file, once: many tests look at few templates."""
    return json.loads(file.read_text())


@dataclass(frozen=True)
class Assembly:
    """What CDK wrote for one stage, whose data are these."""

    stage: Any
    folder: Path

    @property
    def name(self) -> str:
        """The name of the stage."""
        return self.stage.name

    @property
    def region(self) -> str:
        """Where it is, as ARNs write it."""
        return self.stage.region or "<Region>"

    @property
    def stacks(self) -> tuple[str, ...]:
        """The short names of its stacks, in the order in which they are deployed."""
        return ("data", "backend", "edge") if self.stage.edge else ("data", "backend")

    def read(self, file: str) -> dict[str, Any]:
        """Read one JSON file of the assembly."""
        return parsed(self.folder / file)

    def template(self, stack: str) -> dict[str, Any]:
        """Read the template of stack `data`, `backend` or `edge`."""
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

    def api(self, name: str) -> str:
        """Give the logical id of the HTTP API, `http`, or of that of `sockets`."""
        found = self.resources("backend", "AWS::ApiGatewayV2::Api").items()
        (id_,) = [id_ for id_, api in found if api["Properties"]["Name"].endswith(f"-{name}")]
        return id_

    def of_api(self, name: str, kind: str) -> dict[str, dict[str, Any]]:
        """Give the resources of one type that belong to an API, by logical id."""
        api = {"Ref": self.api(name)}
        found = self.resources("backend", f"AWS::ApiGatewayV2::{kind}").items()
        return {id_: one for id_, one in found if one["Properties"]["ApiId"] == api}

    def stream(self, table: str) -> str:
        """Give the name of the parameter that holds the ARN of a table's stream."""
        note = f"dunlin-{self.name}-{table}-stream"
        found = self.template("backend")["Parameters"].items()
        (name,) = [name for name, parameter in found if parameter.get("Default") == note]
        return name

    def name_of(self, function: dict[str, Any]) -> str:
        """Give the blueprint's name of the function, or of the alias, that a template refers to."""
        id_ = function.get("Ref") or function["Fn::GetAtt"][0]
        properties = self.template("backend")["Resources"][id_]["Properties"]
        if "FunctionVersion" in properties:
            return self.name_of(properties["FunctionName"])
        return str(properties["FunctionName"]).removeprefix(f"dunlin-{self.name}-")


def small_bundles(folder):
    """Give a zip for each entry point: what is in it does not matter to a template."""
    bundles = {}
    for handler in {spec.handler for spec in BLUEPRINT.functions}:
        bundles[handler] = folder / f"{handler}.zip"
        with zipfile.ZipFile(bundles[handler], "w") as archive:
            archive.writestr(zipfile.ZipInfo("which"), handler)
    return bundles


def variants():
    """Give the kinds of stage: `dev`, `prod` filled in, with a domain, with all that there is."""
    # jsii takes a second to start: only who asks for the cloud pays.
    from infra.cloud import stages  # noqa: PLC0415 - as said

    prod = replace(
        stages.PROD,
        admin_email="admin@shop.example",
        link_base="https://shop.example",
        on_call="on-call@shop.example",
        mail_domain="shop.example",
        allowed_origins=("https://shop.example", "https://www.shop.example"),
    )
    domain = replace(
        stages.DEV,
        name="domain",
        domain="api.shop.example",
        hosted_zone_id="Z0123456789ABCDEFGHIJ",
        hosted_zone_name="shop.example",
    )
    full = replace(
        prod,
        name="full",
        domain=domain.domain,
        hosted_zone_id=domain.hosted_zone_id,
        hosted_zone_name=domain.hosted_zone_name,
        region="eu-central-1",
        edge=True,
    )
    return {stage.name: stage for stage in (stages.DEV, prod, domain, full)}


def synthesize(stage, folder):
    """Run the CDK app for a stage, with bundles that hold next to nothing."""
    from infra.cloud.app import create_app  # noqa: PLC0415 - as above

    folder.mkdir()
    create_app(stage=stage, outdir=str(folder), bundles=small_bundles(folder)).synth()


@pytest.fixture(scope="session")
def assembled(tmp_path_factory):
    """Give an assembly by its stage's name, synthesized once a run even when many workers ask."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    def assemble(name):
        stage, folder, unfinished = variants()[name], root / name, root / f"{name}-unfinished"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                synthesize(stage, unfinished)
                unfinished.rename(folder)
        return Assembly(stage, folder)

    return assemble


@pytest.fixture(scope="session")
def dev(assembled):
    """Stand for the stage that anybody deploys first."""
    return assembled("dev")


@pytest.fixture(scope="session")
def prod(assembled):
    """Stand for the stage that keeps its data."""
    return assembled("prod")


@pytest.fixture(scope="session")
def domain_only(assembled):
    """Stand for a stage with a domain of its own and nothing before it."""
    return assembled("domain")


@pytest.fixture(scope="session")
def full(assembled):
    """Stand for a stage with a domain of its own and an edge before it."""
    return assembled("full")


@pytest.fixture(params=["dev", "prod", "full"])
def stage(request):
    """Each kind of stage in turn."""
    return request.getfixturevalue(request.param)


class Typed(NamedTuple):
    """What a command exited with, what it printed, and what it complained of."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it printed, line by line."""
        return self.out.splitlines()


@pytest.fixture
def dunlin(monkeypatch, capfd):
    """Types a command, in this process."""
    from infra import cli  # noqa: PLC0415 - as above

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["dunlin", *words])
        capfd.readouterr()  # what was logged before is none of its words
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return Typed(ended.value.code, *capfd.readouterr())

    return call
