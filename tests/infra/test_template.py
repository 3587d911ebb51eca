"""The synthesized cloud as a whole, and its API, keep what the threats ask (threats.md, L)."""

import json
import re

from infra.blueprint import BLUEPRINT, prefix


def test_the_access_log_shows_nothing_private(stage):
    """L8: no path, no query, no header, no claim: the log names what these variables hold."""
    ((_, deployed),) = stage.of_api("http", "Stage").items()
    properties = deployed["Properties"]
    line = json.loads(properties["AccessLogSettings"]["Format"])
    assert set(line.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.identity.sourceIp",
        "$context.httpMethod",
        "$context.routeKey",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationStatus",
        "$context.integrationErrorMessage",
    }


def test_the_api_is_throttled(stage):
    """L8: what is too much is refused before it costs."""
    stages = stage.properties("backend", "AWS::ApiGatewayV2::Stage", "StageName")
    throttle = stages["$default"]["DefaultRouteSettings"]
    assert throttle["ThrottlingBurstLimit"] >= throttle["ThrottlingRateLimit"] > 0


def test_every_request_goes_to_the_http_function(stage):
    """The one route is the catch-all, and its integration speaks the payload that Mangum reads."""
    (found,) = stage.of_api("http", "Route").values()
    route = found["Properties"]["RouteKey"]
    (integration,) = stage.of_api("http", "Integration").values()
    function = stage.name_of(integration["Properties"]["IntegrationUri"])
    assert (route, function, integration["Properties"]["PayloadFormatVersion"]) == (
        "$default",
        BLUEPRINT.http,
        "2.0",
    )


def test_code_and_data_are_deployed_apart(stage):
    """The code's stack reads no export of the data's, so neither holds the other's update up."""
    assert "Fn::ImportValue" not in json.dumps(stage.template("backend"))


def test_data_are_deployed_first(stage):
    """Code never meets a table that is not there yet."""
    artifacts = stage.read("manifest.json")["artifacts"]
    assert f"dunlin-{stage.name}-data" in artifacts[f"dunlin-{stage.name}-backend"]["dependencies"]


def test_the_stacks_are_deployed_where_the_stage_says(stage):
    """A stage without a region is deployed wherever whoever deploys works."""
    artifacts = stage.read("manifest.json")["artifacts"]
    for stack in ("data", "backend"):
        place = artifacts[f"dunlin-{stage.name}-{stack}"]["environment"]
        assert place == f"aws://unknown-account/{stage.stage.region or 'unknown-region'}"


def test_operators_are_told_what_they_need(stage):
    """Where it is, whom `dunlin` asks, what to look at, and who is told of alarms."""
    outputs = stage.template("backend")["Outputs"]
    assert set(outputs) == {
        "Url",
        "SocketsUrl",
        "ApiFunction",
        "OperatorsFunction",
        "Dashboard",
        "Topic",
    }
    functions = stage.properties("backend", "AWS::Lambda::Function", "FunctionName")
    assert {outputs["ApiFunction"]["Value"], outputs["OperatorsFunction"]["Value"]} < set(functions)


def test_what_can_be_tagged_is_tagged(stage):
    """The bill can be told apart by application and by stage."""
    manifest = stage.read("manifest.json")["artifacts"]
    for stack in stage.stacks:
        tags = manifest[f"dunlin-{stage.name}-{stack}"]["properties"]["tags"]
        assert tags == {"app": "dunlin", "stage": stage.name}
        resources = stage.template(stack)["Resources"].values()
        tagged = {
            r["Type"]: r["Properties"]["Tags"] for r in resources if "Tags" in r["Properties"]
        }
        assert all("dunlin" in str(tags) and stage.name in str(tags) for tags in tagged.values())


def test_nothing_is_deployed_that_only_serves_the_deploy(stage):
    """No custom resources: their functions would have rights that no grant of ours names."""
    kinds = {
        resource["Type"]
        for stack in stage.stacks
        for resource in stage.template(stack)["Resources"].values()
    }
    assert {
        kind for kind in kinds if kind.startswith(("Custom::", "AWS::CloudFormation::"))
    } == set()
    functions = stage.resources("backend", "AWS::Lambda::Function")
    assert len(functions) == len(BLUEPRINT.functions)


def test_stacks_stay_far_from_what_cloudformation_takes(stage):
    """500 resources a stack, and a template of a megabyte: features to come fit in."""
    for stack in stage.stacks:
        template = stage.template(stack)
        assert len(template["Resources"]) < 500 / 2
        assert len(json.dumps(template)) < 1_000_000 / 2


def test_synthesis_asks_aws_nothing(stage):
    """Nothing has to be looked up, and no account or region is written down."""
    manifest = stage.read("manifest.json")
    assert "missing" not in manifest
    assert not re.search(r"aws://(?!unknown)", json.dumps(manifest))


def test_every_rule_is_kept_or_acknowledged(stage):
    """L1: cdk-nag and CloudFormation's own rules have nothing to say."""
    assert stage.read("validation-report.json")["pluginReports"] == []


def test_acknowledged_rules_are_these(stage):
    """L1: an exception more is a decision, made here as well."""
    acknowledged = {
        (path.removeprefix(f"/dunlin-{stage.name}-"), rule.removeprefix("Annotation::"))
        for stack in stage.stacks
        for path, notes in stage.metadata(stack).items()
        for note in notes
        if note["type"] == "aws:cdk:acknowledged-rules"
        for rule in note["data"]
    }
    limited = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
    arn = f"arn:<AWS::Partition>:s3:::{prefix(stage.name)}"
    writes = (
        "arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    )
    region = stage.stage.region or "<AWS::Region>"
    connections = (
        f"arn:<AWS::Partition>:execute-api:{region}:<AWS::AccountId>:<{stage.api('sockets')}>"
        "/live/*/@connections/*"
    )
    workers = ("worker-fast", "worker-slow")
    objects = {
        "payloads": ("api", "letters", "operators", *workers),
        "uploads": ("api", *workers),
        "files": ("api", *workers),
    }
    assert acknowledged == {
        ("data/payloads", "AwsSolutions-S1"),
        ("data/uploads", "AwsSolutions-S1"),
        ("data/files-bucket", "AwsSolutions-S1"),
        ("data/fast-dead", "Serverless-SQSRedrivePolicy"),
        ("data/slow-dead", "Serverless-SQSRedrivePolicy"),
        ("data/cursors", "AwsSolutions-SMG4"),
        ("data/refresh", "AwsSolutions-SMG4"),
        ("data/tokens", "AwsSolutions-SMG4"),
        ("backend/http/Api", "AwsSolutions-APIG4"),
        ("backend/websockets", "AwsSolutions-APIG4"),
        ("backend/websockets/Writer", f"AwsSolutions-IAM4[Policy::{writes}]"),
        *(
            (f"backend/{spec.name}/Role", f"AwsSolutions-IAM5[Resource::{connections}]")
            for spec in BLUEPRINT.functions
            if any(grant.resource == BLUEPRINT.sockets.name for grant in spec.grants)
        ),
        ("backend/clock/Minutes", "Serverless-EventBusDLQ"),
        ("backend/clock/Function", "Serverless-LambdaAsyncFailureDestination"),
        *(
            (
                f"backend/{name}/Role",
                f"AwsSolutions-IAM5[Resource::{arn}{bucket}-<AWS::AccountId>-<AWS::Region>/*]",
            )
            for bucket, names in objects.items()
            for name in names
        ),
        *(
            (f"backend/{door}", "Serverless-LambdaEventSourceMappingDestination")
            for door in (
                "worker-fast/fast",
                "worker-slow/slow",
                "letters/fast-dead",
                "letters/slow-dead",
            )
        ),
        *(
            (f"backend/{spec.name}/{place}", rule)
            for spec in BLUEPRINT.functions
            for place, rule in (
                ("Role", "AwsSolutions-IAM5[Resource::*]"),
                ("Function", "AwsSolutions-L1"),
                ("Function", "Serverless-LambdaDLQ"),
                ("Function", "Serverless-LambdaLatestVersion"),
            )
        ),
        *(
            (path, rule)
            for path, rule, there in (
                ("data/edge", "AwsSolutions-SMG4", stage.stage.edge),
                ("edge/Distribution", "AwsSolutions-CFR1", stage.stage.edge),
                ("edge/Distribution", "AwsSolutions-CFR3", stage.stage.edge),
                ("backend/api/Canary", f"AwsSolutions-IAM4[Policy::{limited}]", stage.stage.canary),
                (
                    "backend/watch/Topic/on-call@shop.example",
                    "Serverless-SNSRedrivePolicy",
                    stage.stage.on_call,
                ),
            )
            if there
        ),
    }
