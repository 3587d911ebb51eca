"""`dunlin doctor`: what is missing for a deploy is a line, with what to do; and so is a refusal."""

import json
import sys
from dataclasses import replace

import pytest
from moto import mock_aws
from moto.backends import get_backend

from infra.blueprint import BLUEPRINT
from infra.cloud.stages import DEV, PROD
from infra.operating import cdk, doctor, machine, quotas, standing
from infra.operating.account import Account
from tests.infra.operating.accounts import (
    ACCOUNT,
    Amazon,
    backend,
    client,
    denied,
    endpoint,
    refer,
)

ONCALL = replace(DEV, on_call="oncall@shop.example")
MAILING = replace(DEV, mail_domain="shop.example")
EDGE = "us-east-1"
COUNT = len(BLUEPRINT.tables)


@pytest.fixture
def amazon(monkeypatch):
    """An account that CDK has bootstrapped; what moto does not know, a test may change."""
    granted = Amazon()
    monkeypatch.delenv("AWS_REGION", raising=False)
    with mock_aws(), endpoint(granted.answer) as url:
        refer(monkeypatch, url)
        granted.make_stack("CDKToolkit", BootstrapVersion="33")
        yield granted


def lines(stage=DEV):
    """What is found in the account, as it is printed."""
    return [str(one) for one in doctor.account_findings(Account(stage.region), stage)]


def about(what, stage=DEV):
    """The lines about one thing, without the others."""
    found = lines(stage)
    return [one for one in found if one[9:].startswith(what)] or found


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Stands for the folder with node and cdk; `install(name, version)` puts one there."""
    monkeypatch.setattr(cdk, "TOOLS", tmp_path)

    def install(name, version):
        tool = tmp_path / name
        tool.write_text(f"#!/bin/sh\necho '{version}'\n")
        tool.chmod(0o755)

    return install


PINNED = json.loads(machine.PIN.read_text())["dependencies"]["aws-cdk"]


def test_a_machine_and_an_account_that_are_ready(amazon, tools, dunlin):
    """Nothing has failed; that a stage like `dev` mails nothing and tells nobody is said."""
    tools("node", "v24.1.0")
    tools("cdk", f"{PINNED} (build 0123456)")
    done = dunlin("doctor", "--stage", "dev")
    assert (done.code, done.err) == (0, "")
    assert [line[:9].strip() for line in done.lines if line[0] != " "][:-1] == [
        *["ok"] * 9,
        *["ok", "ok", "warning", "ok", "warning"],
    ], done.out


def test_tools_that_are_missing_are_a_failure(tools):
    """With the command that brings them."""
    _, node, command_line = map(str, machine.findings())
    assert node.splitlines() == [
        "failed   node: it is not there, or does not start",
        "         make install",
    ]
    assert command_line.startswith(f"failed   cdk: it does not start, and {PINNED} is pinned")


def test_another_cdk_than_the_pinned_one_is_a_failure(tools):
    """3.0.0 was once published by accident."""
    tools("cdk", "3.0.0 (build 0123456)")
    assert f"failed   cdk: 3.0.0, and {PINNED} is pinned" in str(list(machine.findings())[-1])


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("cpython-313.3.13.9.final", "and 3.13.9 to compile for Lambda"),
        ("cpython-314.3.14.0.final", "and no 3.13: what ships holds no byte code"),
    ],
)
def test_a_python_that_compiles_is_looked_for(tmp_path, monkeypatch, said, line):
    """Without one it works, and starts more slowly."""
    python = tmp_path / "python3.13"
    python.write_text(f"#!/bin/sh\necho {said}\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    first = next(machine.findings())
    assert line in first.text
    assert str(first.state) == ("ok" if "3.13.9" in line else "warning")


@pytest.mark.parametrize(("name", "said"), [("prod", "Give stage prod"), ("prdo", "no stage")])
def test_a_stage_that_cannot_be_deployed_is_a_failure(tools, dunlin, name, said):
    """What it lacks is named, and nobody is asked."""
    done = dunlin("doctor", "--stage", name)
    assert done.code == 1
    assert done.lines[-2].startswith("failed   stage: ")
    assert said in done.lines[-2]


def test_without_a_region_nothing_is_asked(amazon, monkeypatch):
    """It says how to name one."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    (line,) = lines()
    assert line.splitlines() == [
        "failed   region: none is named",
        "         export AWS_REGION=eu-west-1, or where it shall be.",
    ]


def test_the_region_is_found_where_cdk_finds_it(amazon, monkeypatch):
    """`AWS_REGION` comes before `AWS_DEFAULT_REGION`."""
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    assert about("region") == ["ok       region: eu-north-1"]


def test_a_stage_elsewhere_is_a_warning(amazon):
    """It is looked at where it is; commands would ask somewhere else."""
    here, elsewhere = about("region", replace(DEV, region="eu-north-1"))
    assert here == "ok       region: eu-north-1"
    assert elsewhere.startswith(
        "warning  region: the stage is in eu-north-1, and you work in eu-west-1\n"
    )


def test_credentials_that_are_refused_end_it(amazon, monkeypatch):
    """With what to do."""
    with endpoint(denied) as url:
        refer(monkeypatch, url, ["STS"])
        _, last = lines()
    assert last.startswith("failed   credentials: Denied: No.\n         aws sso login")


def test_no_credentials_end_it(amazon, monkeypatch, tmp_path):
    """As a line."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    _, last = lines()
    assert last.startswith("failed   credentials: Unable to locate credentials\n")


def test_the_root_of_the_account_is_a_warning(amazon, monkeypatch):
    """Nobody should work as one who may do anything."""
    caller = {"Arn": "arn:aws:iam::123456789012:root", "Account": "123456789012"}
    body = "".join(f"<{name}>{value}</{name}>" for name, value in caller.items())
    form = "<R><GetCallerIdentityResult>{}</GetCallerIdentityResult></R>"
    with endpoint(lambda *_: (200, form.format(body))) as url:
        refer(monkeypatch, url, ["STS"])
        assert about("credentials")[0].startswith("warning  credentials: account 123456789012, ")


def test_a_region_that_is_not_bootstrapped_is_a_failure(amazon):
    """An edge needs a second one; the command is told."""
    stage = replace(DEV, edge=True)
    assert about("bootstrap", stage) == [
        "ok       bootstrap of eu-west-1: version 33",
        f"failed   bootstrap of {EDGE}: it is missing\n         cdk bootstrap aws://ACCOUNT/{EDGE}",
    ]


def test_a_bootstrap_that_is_too_old_is_a_failure(amazon):
    """The version that is needed is that of the stacks."""
    amazon.make_stack("CDKToolkit", BootstrapVersion="5")
    (line,) = about("bootstrap")
    assert line.startswith("failed   bootstrap of eu-west-1: version 5, and 6 is needed\n")


def test_the_bootstrap_that_is_needed_is_what_the_stacks_ask_for(stage):
    """CDK writes it beside each template."""
    stacks = [
        stage.read("manifest.json")["artifacts"][f"dunlin-{stage.name}-{name}"]
        for name in stage.stacks
    ]
    asked = {one["properties"]["requiresBootstrapStackVersion"] for one in stacks}
    assert asked == {standing.BOOTSTRAP}


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("UPDATE_COMPLETE", "ok       stack dunlin-dev-data: UPDATE_COMPLETE"),
        ("REVIEW_IN_PROGRESS", "ok       stack dunlin-dev-data: not there yet"),
        ("UPDATE_ROLLBACK_COMPLETE", "ok       stack dunlin-dev-data: UPDATE_ROLLBACK_COMPLETE"),
        ("ROLLBACK_COMPLETE", "failed   stack dunlin-dev-data: ROLLBACK_COMPLETE\n"),
        ("DELETE_FAILED", "failed   stack dunlin-dev-data: DELETE_FAILED\n"),
        ("UPDATE_IN_PROGRESS", "failed   stack dunlin-dev-data: UPDATE_IN_PROGRESS\n"),
        ("UPDATE_ROLLBACK_FAILED", "failed   stack dunlin-dev-data: UPDATE_ROLLBACK_FAILED\n"),
    ],
)
def test_a_stack_that_cannot_be_updated_is_a_failure(amazon, state, line):
    """With the way out."""
    amazon.make_stack("dunlin-dev-data", state=state)
    assert about("stack dunlin-dev-data")[0].startswith(line)


def test_the_way_out_names_the_stack(amazon):
    """As a command to copy."""
    amazon.make_stack("dunlin-dev-data", state="UPDATE_ROLLBACK_FAILED")
    advice = str(about("stack dunlin-dev-data")[0]).split("\n")[1].strip()
    assert advice == "aws cloudformation continue-update-rollback --stack-name dunlin-dev-data"


@pytest.mark.parametrize(("granted", "state"), [(1_000, "ok"), (10, "warning")])
def test_environments_at_once_are_counted(amazon, granted, state):
    """An account that is new has ten: it works, and jobs throttle the API."""
    amazon.concurrency = granted
    (line,) = about("Lambda")
    assert line.startswith(f"{state:9}Lambda: {granted} environments at once, of which the")
    assert ("--quota-code L-B99A9384 --desired-value 1000" in line) == (state == "warning")


def test_what_the_queues_may_take_is_what_is_deployed(stage):
    """The sum of the concurrency of all event sources; a stream has one for each of its shards."""
    sources = stage.resources("backend", "AWS::Lambda::EventSourceMapping").values()
    limits = [
        one["Properties"]["ScalingConfig"]["MaximumConcurrency"]
        for one in sources
        if "StartingPosition" not in one["Properties"]
    ]
    assert sum(limits) == quotas.TAKEN


@pytest.mark.parametrize(("granted", "state"), [(COUNT, "ok"), (COUNT - 1, "failed")])
def test_tables_are_counted(amazon, granted, state):
    """Those that are there, and those that will be made."""
    amazon.tables = granted
    (line,) = about("DynamoDB")
    assert line.startswith(f"{state:9}DynamoDB: ")


def test_tables_that_are_all_there_need_no_quota(amazon):
    """A deploy will make none."""
    key = {"AttributeName": "id", "AttributeType": "S"}
    for table in BLUEPRINT.tables:
        client("dynamodb").create_table(
            TableName=DEV.prefix + table.name,
            AttributeDefinitions=[key],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
    amazon.tables = 0
    assert about("DynamoDB") == [f"ok       DynamoDB: {COUNT} tables, the stage's among them"]


def test_mail_that_nobody_gets_is_a_warning(amazon):
    """In SES's sandbox; and the domain will be made known to it."""
    amazon.production = False
    sandbox, domain = about("mail", MAILING)
    assert sandbox.startswith("warning  mail: SES sends to verified addresses only")
    assert domain == "ok       mail: shop.example will be made known to SES"


@pytest.mark.parametrize(("verified", "state"), [(True, "ok"), (False, "warning")])
def test_a_mail_domain_is_verified_or_a_warning(amazon, verified, state):
    """By its DKIM records."""
    amazon.identities["shop.example"] = verified
    production, domain = about("mail", MAILING)
    assert production == "ok       mail: SES sends to everybody"
    assert domain.startswith(f"{state:9}mail: shop.example is ")


def test_no_mail_domain_says_what_follows(amazon):
    """Where data are kept, nobody can register."""
    (line,) = about("mail", PROD)
    assert "nothing is mailed, and nobody can register" in line


@pytest.fixture
def zone(amazon):
    """The id of the hosted zone of shop.example."""
    made = client("route53").create_hosted_zone(Name="shop.example", CallerReference="x")
    return made["HostedZone"]["Id"].rpartition("/")[2]


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({}, "ok       domain: api.shop.example, in the hosted zone shop.example"),
        (
            {"hosted_zone_name": "x.example"},
            "failed   domain: the hosted zone is shop.example, and",
        ),
        ({"domain": "api.other.example"}, "failed   domain: api.other.example is not within"),
        ({"hosted_zone_id": "Z0"}, "failed   domain: there is no hosted zone Z0\n"),
    ],
)
def test_the_zone_of_a_domain_is_looked_up(zone, given, line):
    """Records for the name can be written in it."""
    own = {
        "domain": "api.shop.example",
        "hosted_zone_id": zone,
        "hosted_zone_name": "shop.example",
    }
    (found,) = about("domain", replace(DEV, **(own | given)))
    assert found.startswith(line)


def test_a_private_zone_is_a_failure(zone):
    """Nobody outside finds names in it."""
    get_backend("route53")[ACCOUNT]["aws"].zones[zone].private_zone = True
    own = {"hosted_zone_id": zone, "hosted_zone_name": "shop.example"}
    (line,) = about("domain", replace(DEV, domain="api.shop.example", **own))
    assert line.startswith("failed   domain: the hosted zone shop.example is private")


def test_an_on_call_who_is_not_there_yet_will_be_asked(amazon):
    """Before the first deploy."""
    assert about("alarms", ONCALL) == [
        "ok       alarms: oncall@shop.example will be asked to confirm"
    ]


@pytest.mark.parametrize(
    ("state", "line"),
    [
        ("arn", "ok       alarms: oncall@shop.example is told"),
        ("PendingConfirmation", "warning  alarms: oncall@shop.example has not confirmed yet"),
        (None, "warning  alarms: oncall@shop.example is not subscribed"),
    ],
)
def test_an_on_call_must_have_confirmed(amazon, state, line):
    """Else alarms reach nobody."""
    topic = client("sns").create_topic(Name="dunlin-dev-alarms")["TopicArn"]
    amazon.make_stack("dunlin-dev-backend", Topic=topic)
    if state:
        asked = {"TopicArn": topic, "Protocol": "email", "Endpoint": ONCALL.on_call}
        client("sns").subscribe(**asked)
    for subscription in backend("sns").subscriptions.values():
        if state != "arn":
            subscription.arn = state
    assert about("alarms", ONCALL)[0].startswith(line)


ASKED = ["CLOUDFORMATION", "LAMBDA", "DYNAMODB", "SESV2", "ROUTE_53", "SNS"]
FULL = replace(
    ONCALL,
    mail_domain="shop.example",
    domain="api.shop.example",
    hosted_zone_id="Z0",
    hosted_zone_name="shop.example",
)
"""A stage that has all that is looked at."""


def test_whatever_is_refused_is_a_line(amazon, monkeypatch):
    """Of a deploying role that may look at nothing: no trace, and no failure that is none."""
    with endpoint(denied) as url:
        refer(monkeypatch, url, ASKED)
        found = lines(FULL)
    assert [line[:9].strip() for line in found] == [*["ok"] * 2, *["warning"] * 7]
    for line in found[2:]:
        assert "not known: " in line
        assert "Traceback" not in line


def test_no_network_is_a_line(amazon, monkeypatch):
    """For each thing that could not be asked."""
    refer(monkeypatch, "http://127.0.0.1:9", ["LAMBDA"])
    (line,) = about("Lambda")
    assert line.startswith("warning  Lambda: not known: Could not connect to the endpoint URL")
