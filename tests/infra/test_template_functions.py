"""What acts, as synthesized, keeps what the threats ask of it (threats.md, L2 and L6)."""

import zipfile

import pytest

from infra.blueprint import BLUEPRINT, prefix
from tests.infra.conftest import many, written

FUNCTION = "AWS::Lambda::Function"
LOGS = "AWS::Logs::LogGroup"

each_function = pytest.mark.parametrize("spec", BLUEPRINT.functions, ids=lambda spec: spec.name)


def rights_of(stage, spec):
    """Give each action with the resource on which the function's role allows it."""
    role = stage.function(spec.name)["Role"]["Fn::GetAtt"][0]
    policies = stage.resources("backend", "AWS::IAM::Policy").values()
    return {
        (action, written(resource))
        for policy in policies
        if {"Ref": role} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in many(statement["Action"])
        for resource in many(statement["Resource"])
    }


def granted(stage, spec):
    """Give each action and resource that the blueprint grants."""
    return {
        (action, f"arn:<Partition>:{path}")
        for grant in spec.grants
        if grant.resource != BLUEPRINT.edge.name or stage.stage.edge
        for action in grant.actions
        for path in paths(stage, grant, action)
    }


def paths(stage, grant, action):
    """Give what follows the partition in the ARN of all on which a grant allows an action."""
    name, here = prefix(stage.name) + grant.resource, f"{stage.region}:<AccountId>"
    match action.partition(":")[0]:
        case "dynamodb":
            table = f"dynamodb:{here}:table/{name}"
            return [f"{table}/index/{index}" for index in grant.indexes] or [table]
        case "s3":
            of_objects = "" if action == "s3:ListBucket" else "/*"
            return [f"s3:::{name}-<AccountId>-<Region>{of_objects}"]
        case "secretsmanager":
            return [f"secretsmanager:{here}:secret:{name}-??????"]
        case "ses":
            domain = stage.stage.mail_domain
            return [f"ses:{here}:identity/{domain}"] if domain else []
        case "sqs":
            return [f"sqs:{here}:{name}"]
        case "execute-api":
            return [f"execute-api:{here}:<{stage.api('sockets')}>/live/*/@connections/*"]


def followed(stage, spec):
    """Give what Lambda's pollers do with the streams of a function, and with what it gives up."""
    streams = [stream for stream in BLUEPRINT.streams if stream.function == spec.name]
    here = f"arn:<Partition>:sqs:{stage.region}:<AccountId>:{prefix(stage.name)}"
    return {
        *(
            (f"dynamodb:{action}", f"<{stage.stream(stream.table)}>")
            for stream in streams
            for action in ("DescribeStream", "GetRecords", "GetShardIterator")
        ),
        *(("dynamodb:ListStreams", "*") for _ in streams),
        *(("sqs:SendMessage", here + stream.dead) for stream in streams),
    }


def polled(stage, spec):
    """Give what Lambda's pollers do, in the function's name, with the queues that it is given."""
    return {
        (
            f"sqs:{action}",
            f"arn:<Partition>:sqs:{stage.region}:<AccountId>:{prefix(stage.name)}{s.queue}",
        )
        for s in BLUEPRINT.sources
        if s.function == spec.name
        for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")
    }


@each_function
def test_a_role_may_do_what_the_blueprint_grants_and_nothing_else(stage, spec):
    """L2: beyond its grants a function may only write its log and traces, and be given messages."""
    log_group = stage.function(spec.name)["LoggingConfig"]["LogGroup"]["Ref"]
    given = polled(stage, spec) | followed(stage, spec)
    assert rights_of(stage, spec) == granted(stage, spec) | given | {
        ("logs:CreateLogStream", f"<{log_group}.Arn>"),
        ("logs:PutLogEvents", f"<{log_group}.Arn>"),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
    }


def test_no_two_functions_share_a_role(stage):
    """L2: what one function may do, no other may by accident."""
    functions = stage.resources("backend", FUNCTION).values()
    roles = [function["Properties"]["Role"]["Fn::GetAtt"][0] for function in functions]
    assert len(set(roles)) == len(roles) == len(BLUEPRINT.functions)


def test_no_function_s_role_has_managed_policies(stage):
    """L2: a policy that AWS manages may grow without us. Only AWS's own services have some."""
    roles = stage.resources("backend", "AWS::IAM::Role").values()
    managed = [
        written(policy).rpartition("/")[2]
        for role in roles
        for policy in role["Properties"].get("ManagedPolicyArns", [])
    ]
    canary = ["AWSCodeDeployRoleForLambdaLimited"] * stage.stage.canary
    assert sorted(managed) == sorted(["AmazonAPIGatewayPushToCloudWatchLogs", *canary])


@each_function
def test_a_function_has_the_size_and_the_time_of_the_blueprint(dev, spec):
    """L6: neither memory nor time are left to a default."""
    properties = dev.function(spec.name)
    assert (properties["MemorySize"], properties["Timeout"]) == (spec.memory, spec.timeout)


def test_the_http_function_ends_before_the_api_gives_up(stage):
    """L6: the client gets our answer, not API Gateway's."""
    assert stage.function(BLUEPRINT.http)["Timeout"] < 29


@each_function
def test_a_function_is_traced(stage, spec):
    """L6: a slow request can be followed."""
    assert stage.function(spec.name)["TracingConfig"] == {"Mode": "Active"}


@each_function
def test_a_function_runs_on_arm_and_python_3_13(stage, spec):
    """What the bundle is built for is what runs it."""
    properties = stage.function(spec.name)
    assert (properties["Architectures"], properties["Runtime"]) == (["arm64"], "python3.13")


@each_function
def test_a_function_is_shipped_with_the_bundle_of_its_entry_point(stage, spec):
    """Two functions with one entry point share a bundle, and no other has it."""
    key = stage.function(spec.name)["Code"]["S3Key"]
    with zipfile.ZipFile(stage.folder / f"asset.{key}") as shipped:
        assert shipped.read("which").decode() == spec.handler


@each_function
def test_a_function_takes_nothing_from_what_the_account_may_run_at_once(stage, spec):
    """L6: nothing is reserved, so that it deploys in an account as AWS hands it out."""
    assert "ReservedConcurrentExecutions" not in stage.function(spec.name)


@each_function
def test_a_function_has_a_log_of_its_own(stage, spec):
    """L6: under the name where AWS and its tools look for it."""
    log_group = stage.function(spec.name)["LoggingConfig"]["LogGroup"]["Ref"]
    properties = stage.resources("backend", LOGS)[log_group]["Properties"]
    assert properties["LogGroupName"] == f"/aws/lambda/{prefix(stage.name)}{spec.name}"


def test_logs_are_forgotten_in_time(stage):
    """L6: no log is kept for ever."""
    logs = stage.properties("backend", LOGS, "LogGroupName").values()
    assert {log["RetentionInDays"] for log in logs} == {90 if stage.stage.keep_data else 30}


@each_function
def test_a_function_is_told_no_secret(stage, spec):
    """The environment can be read by whoever may see the function."""
    told = stage.function(spec.name)["Environment"]["Variables"]
    assert set(told) == {
        "STAGE",
        "RESOURCE_PREFIX",
        "QUEUE_BASE",
        "BUCKET_SUFFIX",
        "SOCKETS_URL",
        "SOCKETS_ENDPOINT",
        "APP_NAME",
        "ADMIN_EMAIL",
        "ALLOWED_ORIGINS",
        "LINK_BASE",
        "MAIL_FROM",
        "AUTO_VERIFY",
        *(["BEHIND_EDGE"] if stage.stage.edge else []),
    }


@each_function
def test_a_function_is_told_where_queues_and_buckets_are(stage, spec):
    """A queue's URL and a bucket's name follow from what it is told, without asking AWS."""
    told = stage.function(spec.name)["Environment"]["Variables"]
    assert written(told["QUEUE_BASE"]) == "https://sqs.<Region>.<URLSuffix>/<AccountId>/"
    assert written(told["BUCKET_SUFFIX"]) == "-<AccountId>-<Region>"


@each_function
def test_a_function_is_told_where_sockets_are(stage, spec):
    """G16: where they are opened, and where they are posted to, whatever an event says of it."""
    told = stage.function(spec.name)["Environment"]["Variables"]
    address = f"<{stage.api('sockets')}>.execute-api.<Region>.<URLSuffix>/live"
    assert written(told["SOCKETS_URL"]) == f"wss://{address}"
    assert written(told["SOCKETS_ENDPOINT"]) == f"https://{address}"
