"""docs/deploy.md and the workflow: their commands are real."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml
from botocore.client import BaseClient
from botocore.session import Session

from infra import cli
from tests.infra.operating.test_doctor import FULL, about, amazon  # noqa: F401 - a fixture
from tests.infra.test_runbook import dashed

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "deploy.md").read_text()
BLOCKS = re.findall(r"^ *```sh\n(.*?)^ *```", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = [shlex.split(line, comments=True) for block in BLOCKS for line in block.splitlines()]
INLINE = [shlex.split(command) for command in re.findall(r"`((?:dunlin|make) [^`]+)`", TEXT)]
WORKFLOW = (ROOT / ".github" / "workflows" / "deploy.yml").read_text()
FLAGS = {"--query", "--output"}  # of the command line itself
MADE_UP = {"s3", "configure"}  # commands that are no service of the API


def commands(name):
    """Give each command of the page that begins so, as a parameter."""
    found = [one for one in COMMANDS + INLINE if one and one[0] == name]
    return pytest.mark.parametrize("command", found, ids=" ".join)


@commands("dunlin")
def test_a_dunlin_command_of_the_page_is_one(command):
    """Its words are understood."""
    assert callable(cli._parser().parse_args(command[1:]).command)


@commands("make")
def test_a_make_command_of_the_page_is_one(command):
    """It names a target."""
    done = subprocess.run([*command, "--dry-run"], cwd=ROOT, capture_output=True, check=False)  # noqa: S603 - the page's own words
    assert done.returncode == 0


@commands("aws")
def test_an_aws_command_of_the_page_is_one(command):
    """Its service, operation and options are AWS's own."""
    _, service, operation, *arguments = command
    if service in MADE_UP:
        return
    model = Session().get_service_model(service)
    if operation == "wait":
        operation = {"table-exists": "describe-table"}[arguments[0]]
    name = {dashed(one): one for one in model.operation_names}[operation]
    shapes = model.operation_model(name).input_shape.members
    known = {dashed(member) for member in shapes}
    known |= {f"no-{dashed(member)}" for member, shape in shapes.items() if is_switch(shape)}
    options = {argument for argument in arguments if argument.startswith("--")} - FLAGS
    assert {option.removeprefix("--") for option in options} <= known | {"url", "client-id-list"}


def is_switch(shape):
    """Whether an option is said or denied, and has no value."""
    return shape.type_name == "boolean"


def test_what_the_page_names_is_there(prod):
    """Tables, functions, secrets, logs and stacks of the stage that it speaks of."""
    deployed = "".join(str(prod.template(stack)) for stack in prod.stacks)
    stacks = {f"dunlin-prod-{name}" for name in prod.stacks}
    named = set(re.findall(r"dunlin-prod-[\w-]+", TEXT))
    unique = r"-(restored|123456789012-eu-west-1)$"
    beside = {re.sub(unique, "", name) for name in named - stacks}
    gone = {name for name in beside if f"{name}'" not in deployed and f"{name}-" not in deployed}
    assert gone == set()


def test_tables_whose_rows_expire_are_all_named(prod):
    """They are those that forget their TTL in a restore."""
    tables = prod.properties("data", "AWS::DynamoDB::GlobalTable", "TableName")
    expire = {name for name, one in tables.items() if "TimeToLiveSpecification" in one}
    (said,) = re.findall(r"Tables with rows that expire \((.*?)\)", TEXT, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", said)) == {one.removeprefix("dunlin-prod-") for one in expire}


def block(kind, name):
    """Give the block that is marked so."""
    marked = rf"<!-- {kind}: {name} -->\s*```\w+\n(.*?)^ *```"
    (found,) = re.findall(marked, TEXT, re.MULTILINE | re.DOTALL)
    return found


def test_the_doctor_asks_what_the_policy_of_the_page_allows(amazon, monkeypatch):  # noqa: F811 - a fixture
    """No more, and nothing in it is left over."""
    called, call = set(), BaseClient._make_api_call

    def noting(self, operation, arguments):
        prefix = self.meta.service_model.signing_name
        called.add(f"{prefix}:{operation}")
        return call(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", noting)
    amazon.make_stack("dunlin-dev-backend", Topic="arn:aws:sns:eu-west-1:123456789012:none")
    about("alarms", FULL)
    (doctor,) = [
        one for one in json.loads(block("policy", "deploy"))["Statement"] if one["Sid"] == "Doctor"
    ]
    free = {"sts:GetCallerIdentity"}  # everybody may ask who he is
    assert called - free == set(doctor["Action"])


def test_the_workflow_has_no_right_but_two():
    """To read the code, and to say to AWS who it is; and no key is stored."""
    workflow = yaml.safe_load(WORKFLOW)
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {}
    assert job["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in WORKFLOW


def test_the_workflow_does_what_a_person_does():
    """Installing and building end before there are credentials."""
    (job,) = yaml.safe_load(WORKFLOW)["jobs"].values()
    steps = [one.get("run") or one["uses"].partition("@")[0] for one in job["steps"]]
    assert steps[2:] == [
        "make install",
        ".venv/bin/dunlin bundle",
        "aws-actions/configure-aws-credentials",
        "make doctor",
        "make deploy YES=1",
    ]


def test_the_workflow_deploys_one_stage_at_a_time():
    """A run that is replaced would leave CloudFormation at work."""
    workflow = yaml.safe_load(WORKFLOW)
    assert workflow["concurrency"]["cancel-in-progress"] is False
    (job,) = workflow["jobs"].values()
    assert job["environment"] == job["env"]["STAGE"]
    assert workflow["concurrency"]["group"] == f"deploy-{job['environment']}"
