"""The runbook and the alarms speak of each other, and its commands are real."""

import re
import shlex
import sys
from pathlib import Path

import pytest
from botocore.session import Session

from infra import cli
from infra.blueprint import prefix
from tests.infra.test_stage import lambda_answering

TEXT = (Path(__file__).parents[2] / "docs" / "runbook.md").read_text()
BLOCKS = "\n".join(re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL))
COMMANDS = [shlex.split(line, comments=True) for line in BLOCKS.splitlines() if line]
INLINE = [shlex.split(command) for command in re.findall(r"`(dunlin [^`]+)`", TEXT)]

each_dunlin_command = pytest.mark.parametrize(
    "command", [one for one in COMMANDS + INLINE if one[0] == "dunlin"], ids=" ".join
)
each_aws_command = pytest.mark.parametrize(
    "command", [one for one in COMMANDS if one[0] == "aws"], ids=" ".join
)


def sections():
    """Give the name of each section about an alarm."""
    return re.findall(r"^### (\S+)$", TEXT.split("## Alarms")[1], re.MULTILINE)


def alarms(stage):
    """Give what each alarm says, by its name without the stage."""
    found = stage.properties("backend", "AWS::CloudWatch::Alarm", "AlarmName")
    return {
        name.removeprefix(prefix(stage.name)): alarm["AlarmDescription"]
        for name, alarm in found.items()
    }


def test_every_alarm_has_a_section_and_every_section_an_alarm(stage):
    """Once each."""
    assert sorted(sections()) == sorted(alarms(stage))


def test_every_alarm_names_its_section(stage):
    """The mail says where to read on."""
    for name, said in alarms(stage).items():
        assert said.endswith(f" What to do: docs/runbook.md#{name}")


@pytest.mark.parametrize("name", sections())
def test_a_section_says_what_it_means_where_to_look_and_what_to_do(name):
    """In that order."""
    section = TEXT.split(f"### {name}\n")[1].split("\n## ")[0].split("\n### ")[0]
    assert re.search(r"\*\*Means.*(\*\*Look:|look, )(.|\n)*(\*\*Do:|do:\*\*)", section, re.DOTALL)


def test_every_reference_leads_to_a_section():
    """Within the runbook."""
    assert set(re.findall(r"\]\(#([\w-]+)\)", TEXT)) <= set(sections())


@each_dunlin_command
def test_a_dunlin_command_of_the_runbook_is_one(monkeypatch, capsys, command):
    """It reaches the operators' function of the stage, which here refuses: no usage error."""
    monkeypatch.setattr(sys, "argv", command)
    refusal = {"error": {"code": "x", "detail": "Not so."}}
    with lambda_answering(monkeypatch, 200, refusal) as asked:
        with pytest.raises(SystemExit, match="1"):
            cli.main()
        assert asked[0][0].endswith("/dunlin-prod-operators/invocations")


@each_aws_command
def test_an_aws_command_of_the_runbook_is_one(command):
    """Its service, operation and parameters are AWS's own."""
    _, service, operation, *arguments = command
    if (service, operation) == ("logs", "tail"):  # made of several operations
        assert {a for a in arguments if a.startswith("--")} <= {"--since", "--filter-pattern"}
        return
    service = {"deploy": "codedeploy"}.get(service, service)
    model = Session().get_service_model(service)
    name = {dashed(one): one for one in model.operation_names}[operation]
    members = model.operation_model(name).input_shape.members
    known = {f"--{dashed(member)}" for member in members}
    asked = {argument for argument in arguments if argument.startswith("--")}
    assert asked <= known


def dashed(name):
    """Write a name of the API as the command line does."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def test_what_the_runbook_names_is_there(prod):
    """Functions, queues, tables, secrets, logs and rules of the stage that it speaks of."""
    deployed = "".join(str(prod.template(stack)) for stack in prod.stacks)
    named = set(re.findall(r"dunlin-prod-[\w-]+", TEXT))
    assert {name for name in named if f"{name}'" not in deployed} == set()


def test_the_runbook_counts_what_is_billed(prod):
    """As many alarms as there are, and as many metrics out of logs."""
    metrics = {
        one["MetricName"]
        for filter_ in prod.resources("backend", "AWS::Logs::MetricFilter").values()
        for one in filter_["Properties"]["MetricTransformations"]
    }
    found = prod.resources("backend", "AWS::CloudWatch::Alarm").values()
    stats = [
        one.get("MetricStat") for alarm in found for one in alarm["Properties"].get("Metrics", ())
    ]
    simple = [alarm for alarm in found if "MetricName" in alarm["Properties"]]
    watched = len(simple) + len([one for one in stats if one])
    assert f"A stage has {len(alarms(prod))} alarms, which look at {watched} metrics" in TEXT
    assert f"The {len(metrics)} metrics that are counted out of logs" in TEXT
