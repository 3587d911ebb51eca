"""How a new version takes over, as synthesized: snapshots, versions, canaries."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.blueprint import BLUEPRINT, prefix
from tests.infra.conftest import Assembly, synthesize, written

ROOT = Path(__file__).parents[2]
VERSION = "AWS::Lambda::Version"
ALIAS = "AWS::Lambda::Alias"
GROUP = "AWS::CodeDeploy::DeploymentGroup"

PUBLISHED = (BLUEPRINT.http, BLUEPRINT.sockets.function)

each_published = pytest.mark.parametrize("name", PUBLISHED)
each_function = pytest.mark.parametrize("spec", BLUEPRINT.functions, ids=lambda spec: spec.name)


@each_function
def test_only_the_apis_start_from_snapshots_and_only_where_the_stage_says_so(stage, spec):
    """Nobody waits for the others to start."""
    wanted = stage.stage.snap_start and spec.name in PUBLISHED
    snapshot = {"ApplyOn": "PublishedVersions"}
    assert stage.function(spec.name).get("SnapStart") == (snapshot if wanted else None)


def test_a_stage_without_snapshots_and_canaries_publishes_nothing(dev):
    """The newest code is what runs."""
    assert (dev.resources("backend", VERSION), dev.resources("backend", ALIAS)) == ({}, {})


def alias_of(stage, name):
    """Give the logical id and the resource of a function's alias."""
    found = stage.resources("backend", ALIAS).items()
    (alias,) = [
        (id_, one) for id_, one in found if stage.name_of(one["Properties"]["FunctionName"]) == name
    ]
    return alias


@each_published
def test_a_function_is_published_as_live(prod, name):
    """One version, the newest, behind one name."""
    _, alias = alias_of(prod, name)
    assert alias["Properties"]["Name"] == "live"
    version, _ = alias["Properties"]["FunctionVersion"]["Fn::GetAtt"]
    published = prod.resources("backend", VERSION)[version]["Properties"]["FunctionName"]
    assert prod.name_of(published) == name
    assert len(prod.resources("backend", VERSION)) == len(PUBLISHED)


def test_requests_go_to_the_published_version(prod):
    """The code that was just uploaded answers nobody before it is published."""
    alias, _ = alias_of(prod, BLUEPRINT.http)
    (integration,) = prod.of_api("http", "Integration").values()
    assert integration["Properties"]["IntegrationUri"] == {"Ref": alias}


def test_frames_go_to_the_published_version(prod):
    """And to no other, whichever route they take."""
    alias, _ = alias_of(prod, BLUEPRINT.sockets.function)
    uris = [
        one["Properties"]["IntegrationUri"]
        for one in prod.of_api("sockets", "Integration").values()
        if one["Properties"]["IntegrationType"] == "AWS_PROXY"
    ]
    assert [written(uri).partition("/functions/")[2] for uri in uris] == [f"<{alias}>/invocations"]


def test_an_old_version_is_deleted(prod):
    """Its snapshot would be billed for as long as it is kept."""
    for version in prod.resources("backend", VERSION).values():
        assert (version["DeletionPolicy"], version["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_a_new_version_gets_a_tenth_of_the_requests_first(prod):
    """For five minutes, where the stage wants canaries."""
    ((group, resource),) = prod.resources("backend", GROUP).items()
    configuration = resource["Properties"]["DeploymentConfigName"]
    assert configuration == "CodeDeployDefault.LambdaCanary10Percent5Minutes"
    _, alias = alias_of(prod, BLUEPRINT.http)
    moved = alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"]
    assert moved == {"Ref": group}


def test_alarms_take_a_canary_back(prod):
    """Those of the API's faults and of the functions' errors, both within its five minutes."""
    (group,) = prod.resources("backend", GROUP).values()
    alarms = prod.template("backend")["Resources"]
    names = {
        alarms[one["Name"]["Ref"]]["Properties"]["AlarmName"]
        for one in group["Properties"]["AlarmConfiguration"]["Alarms"]
    }
    assert names == {prefix("prod") + name for name in ("api-faults", "function-errors")}
    assert group["Properties"]["AutoRollbackConfiguration"] == {
        "Enabled": True,
        "Events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"],
    }


@pytest.mark.slow
def test_a_deploy_at_once_asks_no_alarm(prod, tmp_path):
    """CodeDeploy begins nothing while one sounds, also not what mends it."""
    stage, place = replace(prod.stage, at_once=True), tmp_path / "prod"
    synthesize(stage, place)
    (group,) = Assembly(stage, place).resources("backend", GROUP).values()
    properties = group["Properties"]
    assert properties["DeploymentConfigName"] == "CodeDeployDefault.LambdaAllAtOnce"
    assert properties["AlarmConfiguration"]["Enabled"] is False


def test_the_runbook_knows_the_name_of_the_deployments(prod):
    """CodeDeploy lists those of an application and a group that are both named."""
    (group,) = prod.resources("backend", GROUP).values()
    name = group["Properties"]["DeploymentGroupName"]
    assert f"--deployment-group-name {name} " in (ROOT / "docs" / "runbook.md").read_text()


def test_what_takes_a_canary_back_is_seen_while_it_lasts(prod):
    """Two bad minutes of three are enough."""
    alarms = prod.properties("backend", "AWS::CloudWatch::Alarm", "AlarmName")
    for name in ("api-faults", "function-errors"):
        alarm = alarms[prefix("prod") + name]
        assert alarm["Period"] * alarm["DatapointsToAlarm"] < 5 * 60
