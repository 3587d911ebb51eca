"""The synthesized cloud keeps what the threats ask of it (threats.md, section L)."""

import json
import re
from pathlib import Path

import pytest

from infra.blueprint import BLUEPRINT, prefix

ROOT = Path(__file__).parents[2]
FUNCTION = "AWS::Lambda::Function"
TABLE = "AWS::DynamoDB::GlobalTable"
LOGS = "AWS::Logs::LogGroup"

each_function = pytest.mark.parametrize("spec", BLUEPRINT.functions, ids=lambda spec: spec.name)
each_table = pytest.mark.parametrize("table", BLUEPRINT.tables, ids=lambda table: table.name)
each_secret = pytest.mark.parametrize("secret", BLUEPRINT.secrets, ids=lambda secret: secret.name)


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


def function_of(stage, spec):
    """Give the properties of a function."""
    return stage.properties("backend", FUNCTION, "FunctionName")[prefix(stage.name) + spec.name]


def table_of(stage, table):
    """Give the properties of a table."""
    return stage.properties("data", TABLE, "TableName")[prefix(stage.name) + table.name]


def rights_of(stage, spec):
    """Give each action with the resource on which the function's role allows it."""
    role = function_of(stage, spec)["Role"]["Fn::GetAtt"][0]
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
        (action, f"arn:<Partition>:{service}:<Region>:<AccountId>:{path}")
        for grant in spec.grants
        for action in grant.actions
        for service, path in paths(stage, grant)
    }


def paths(stage, grant):
    """Give the service and the last part of the ARN of all that a grant speaks of."""
    name = prefix(stage.name) + grant.resource
    if grant.resource == BLUEPRINT.sender.name:
        return [("ses", "identity/shop.example")] if stage.name == "prod" else []
    if grant.resource in {secret.name for secret in BLUEPRINT.secrets}:
        return [("secretsmanager", f"secret:{name}-??????")]
    return [("dynamodb", f"table/{name}/index/{index}") for index in grant.indexes] or [
        ("dynamodb", f"table/{name}")
    ]


@each_function
def test_a_role_may_do_what_the_blueprint_grants_and_nothing_else(stage, spec):
    """L2: beyond its grants a function may only write its own log and its traces."""
    log_group = function_of(stage, spec)["LoggingConfig"]["LogGroup"]["Ref"]
    assert rights_of(stage, spec) == granted(stage, spec) | {
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


def test_no_role_has_managed_policies(stage):
    """L2: a policy that AWS manages may grow without us."""
    roles = stage.resources("backend", "AWS::IAM::Role").values()
    assert [role for role in roles if "ManagedPolicyArns" in role["Properties"]] == []


@each_table
def test_a_table_is_billed_on_demand_below_a_ceiling(stage, table):
    """L4: a flood of requests costs at most the ceiling."""
    properties = table_of(stage, table)
    replica = properties["Replicas"][0]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["WriteOnDemandThroughputSettings"]["MaxWriteRequestUnits"] > 0
    assert replica["ReadOnDemandThroughputSettings"]["MaxReadRequestUnits"] > 0


@each_table
def test_an_index_has_the_ceilings_of_its_table(stage, table):
    """L4: an index without a ceiling would be the way around the table's."""
    properties = table_of(stage, table)
    replica = properties["Replicas"][0]
    writes = properties["WriteOnDemandThroughputSettings"]
    reads = replica["ReadOnDemandThroughputSettings"]
    indexes = properties.get("GlobalSecondaryIndexes", [])
    replicated = replica.get("GlobalSecondaryIndexes", [])
    assert [i["WriteOnDemandThroughputSettings"] for i in indexes] == [writes] * len(table.indexes)
    assert [i["ReadOnDemandThroughputSettings"] for i in replicated] == [reads] * len(table.indexes)


@each_table
def test_a_table_can_be_put_back_to_any_second(stage, table):
    """L4: point-in-time recovery is on in every stage."""
    recovery = table_of(stage, table)["Replicas"][0]["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True}


@each_table
def test_rows_expire_where_the_blueprint_says(stage, table):
    """L4: a table with a TTL has it switched on, the others have none."""
    ttl = table_of(stage, table).get("TimeToLiveSpecification")
    assert ttl == ({"AttributeName": table.ttl, "Enabled": True} if table.ttl else None)


@each_table
def test_only_production_refuses_to_delete_a_table(stage, table):
    """L4: data of users outlive a mistake, those of a try do not cost for ever."""
    protected = table_of(stage, table)["Replicas"][0]["DeletionProtectionEnabled"]
    assert protected is (stage.name == "prod")


def test_in_production_data_outlive_their_stack(prod):
    """L4: neither a deletion nor a replacement of a resource takes data along."""
    resources = prod.template("data")["Resources"].values()
    kept = {
        (resource["DeletionPolicy"], resource["UpdateReplacePolicy"])
        for resource in resources
        if resource["Type"] != "AWS::SES::EmailIdentity"  # remembers nothing
    }
    assert kept == {("Retain", "Retain")}


def test_elsewhere_data_go_with_their_stack(dev):
    """A stage for trying leaves nothing behind to pay for."""
    resources = dev.template("data")["Resources"].values()
    assert {resource["DeletionPolicy"] for resource in resources} == {"Delete"}


def test_only_production_refuses_to_delete_the_data_stack(stage):
    """`cdk destroy` stops before the stack that remembers."""
    artifacts = stage.read("manifest.json")["artifacts"]
    properties = artifacts[f"dunlin-{stage.name}-data"]["properties"]
    assert properties.get("terminationProtection", False) is (stage.name == "prod")


@each_secret
def test_a_drawn_secret_is_a_key_ring_with_one_random_key(stage, secret):
    """Its first value is `{"1": <64 letters and digits>}`; the others begin without a value."""
    secrets = stage.properties("data", "AWS::SecretsManager::Secret", "Name")
    drawn = {
        "SecretStringTemplate": "{}",
        "GenerateStringKey": "1",
        "ExcludePunctuation": True,
        "PasswordLength": 64,
    }
    found = secrets[prefix(stage.name) + secret.name].get("GenerateSecretString")
    assert found == (drawn if secret.drawn else None)


def test_no_secret_has_a_value_in_the_template(stage):
    """Whoever reads the template learns no key."""
    secrets = stage.properties("data", "AWS::SecretsManager::Secret", "Name").values()
    assert [secret for secret in secrets if "SecretString" in secret] == []


@each_function
def test_a_function_has_the_size_and_the_time_of_the_blueprint(dev, spec):
    """L6: neither memory nor time are left to a default."""
    properties = function_of(dev, spec)
    assert (properties["MemorySize"], properties["Timeout"]) == (spec.memory, spec.timeout)


def test_the_http_function_ends_before_the_api_gives_up(stage):
    """L6: the client gets our answer, not API Gateway's."""
    assert function_of(stage, BLUEPRINT.function(BLUEPRINT.http))["Timeout"] < 29


@each_function
def test_a_function_is_traced(stage, spec):
    """L6: a slow request can be followed."""
    assert function_of(stage, spec)["TracingConfig"] == {"Mode": "Active"}


@each_function
def test_a_function_runs_on_arm_and_python_3_13(stage, spec):
    """What the bundle is built for is what runs it."""
    properties = function_of(stage, spec)
    assert (properties["Architectures"], properties["Runtime"]) == (["arm64"], "python3.13")


@each_function
def test_a_function_has_a_log_of_its_own(stage, spec):
    """L6: under the name where AWS and its tools look for it."""
    log_group = function_of(stage, spec)["LoggingConfig"]["LogGroup"]["Ref"]
    properties = stage.resources("backend", LOGS)[log_group]["Properties"]
    assert properties["LogGroupName"] == f"/aws/lambda/{prefix(stage.name)}{spec.name}"


def test_logs_are_forgotten_in_time(stage):
    """L6: no log is kept for ever."""
    logs = stage.properties("backend", LOGS, "LogGroupName").values()
    assert {log["RetentionInDays"] for log in logs} == {90 if stage.name == "prod" else 30}


@each_function
def test_a_function_is_told_no_secret(stage, spec):
    """The environment can be read by whoever may see the function."""
    told = function_of(stage, spec)["Environment"]["Variables"]
    assert set(told) == {
        "STAGE",
        "RESOURCE_PREFIX",
        "APP_NAME",
        "ADMIN_EMAIL",
        "ALLOWED_ORIGINS",
        "LINK_BASE",
        "MAIL_FROM",
        "AUTO_VERIFY",
    }


def test_mails_come_from_the_domain_of_the_stage(prod):
    """A stage with a mail domain has its identity in SES."""
    identities = prod.resources("data", "AWS::SES::EmailIdentity").values()
    assert [one["Properties"]["EmailIdentity"] for one in identities] == ["shop.example"]


def test_the_access_log_shows_nothing_private(stage):
    """L8: no path, no query, no header, no claim: the log names what these variables hold."""
    (properties,) = stage.properties("backend", "AWS::ApiGatewayV2::Stage", "StageName").values()
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
    (route,) = stage.properties("backend", "AWS::ApiGatewayV2::Route", "RouteKey")
    (integration,) = stage.resources("backend", "AWS::ApiGatewayV2::Integration").values()
    function = integration["Properties"]["IntegrationUri"]["Fn::GetAtt"][0]
    name = stage.template("backend")["Resources"][function]["Properties"]["FunctionName"]
    assert (route, name, integration["Properties"]["PayloadFormatVersion"]) == (
        "$default",
        prefix(stage.name) + BLUEPRINT.http,
        "2.0",
    )


def test_only_the_api_may_invoke_and_only_the_http_function(stage):
    """The operators' door has no URL and no event source."""
    (permission,) = stage.resources("backend", "AWS::Lambda::Permission").values()
    function = permission["Properties"]["FunctionName"]["Fn::GetAtt"][0]
    name = stage.template("backend")["Resources"][function]["Properties"]["FunctionName"]
    assert (name, permission["Properties"]["Principal"]) == (
        prefix(stage.name) + BLUEPRINT.http,
        "apigateway.amazonaws.com",
    )


def test_the_artifact_is_the_handler_and_nothing_else(stage):
    """L12: no tests, no .git, no .env, no byte code, no infrastructure, but the data it reads."""
    (asset,) = stage.folder.glob("asset.*")
    shipped = {path.relative_to(asset) for path in asset.rglob("*") if path.is_file()}
    kinds = {".gz", ".html", ".py", ".txt"}
    files = (path for path in (ROOT / "handler").rglob("*") if path.suffix in kinds)
    assert shipped == {path.relative_to(ROOT) for path in files}


def test_code_and_data_are_deployed_apart(stage):
    """The code's stack reads no export of the data's, so neither holds the other's update up."""
    assert "Fn::ImportValue" not in json.dumps(stage.template("backend"))


def test_data_are_deployed_first(stage):
    """Code never meets a table that is not there yet."""
    artifacts = stage.read("manifest.json")["artifacts"]
    assert f"dunlin-{stage.name}-data" in artifacts[f"dunlin-{stage.name}-backend"]["dependencies"]


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
        for stack in ("data", "backend")
        for path, notes in stage.metadata(stack).items()
        for note in notes
        if note["type"] == "aws:cdk:acknowledged-rules"
        for rule in note["data"]
    }
    assert acknowledged == {
        ("data/cursors", "AwsSolutions-SMG4"),
        ("data/refresh", "AwsSolutions-SMG4"),
        ("data/tokens", "AwsSolutions-SMG4"),
        ("backend/http/Api", "AwsSolutions-APIG4"),
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
    }
