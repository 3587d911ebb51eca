"""Functions: each with a log group and a role of its own that holds exactly its grants."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.blueprint import BLUEPRINT, Function, Grant
from infra.cloud.stages import Stage

ROOT = Path(__file__).parents[2]

RUNTIME_REASON = "3.13 is the newest Python that the suite runs on."
ACKNOWLEDGED = (
    cdk.Acknowledgment(id="AwsSolutions-L1", reason=RUNTIME_REASON),
    cdk.Acknowledgment(id="Serverless-LambdaLatestVersion", reason=RUNTIME_REASON),
    cdk.Acknowledgment(
        id="Serverless-LambdaDLQ",
        reason="Invoked synchronously only: whoever invokes it is told of a failure.",
    ),
)


def code() -> lambda_.AssetCode:
    """Name what is shipped: the handler package, without its dependencies.

    A deployed function therefore cannot start yet; the bundle with the packages of
    `infra/locks/ship.txt` is work to come.
    """
    return lambda_.Code.from_asset(
        str(ROOT),
        exclude=["/*", "!/handler", "__pycache__", ".*"],
        ignore_mode=cdk.IgnoreMode.GIT,  # the default mode reads these patterns as "nothing"
    )


class Door(Construct):
    """One function of the blueprint, as `function`."""

    def __init__(
        self, scope: Construct, spec: Function, *, stage: Stage, code: lambda_.Code
    ) -> None:
        super().__init__(scope, spec.name)
        name = stage.prefix + spec.name
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/lambda/{name}",
            retention=stage.log_retention,
            removal_policy=stage.removal,
        )
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            description=spec.description,
            code=code,
            handler=spec.handler,
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=spec.memory * stage.memory_factor,
            timeout=cdk.Duration.seconds(spec.timeout),
            environment=stage.environment,
            log_group=log_group,
            role=_role(self, spec, stage, log_group),
            tracing=lambda_.Tracing.ACTIVE,
        )
        cdk.Validations.of(self.function).acknowledge(*ACKNOWLEDGED)


def _role(door: Door, spec: Function, stage: Stage, log_group: logs.LogGroup) -> iam.Role:
    role = iam.Role(
        door,
        "Role",
        description=f"What {stage.prefix}{spec.name} may do.",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    role.add_to_policy(
        iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[log_group.log_group_arn],
        )
    )
    for grant in spec.grants:
        if grant.resource == BLUEPRINT.sender.name and not stage.mail_domain:
            continue  # nothing is mailed
        role.add_to_policy(
            iam.PolicyStatement(actions=list(grant.actions), resources=_arns(door, grant, stage))
        )
    cdk.Validations.of(role).acknowledge(
        cdk.Acknowledgment(
            id="AwsSolutions-IAM5[Resource::*]",
            reason="xray:PutTraceSegments and xray:PutTelemetryRecords, which tracing needs, "
            "know no resources.",
        )
    )
    return role


def _arns(scope: Construct, grant: Grant, stage: Stage) -> list[str]:
    """Written out by name, since a reference would tie each deploy of code to the data stack."""
    name = stage.prefix + grant.resource
    if all(action.startswith("secretsmanager:") for action in grant.actions):
        return [
            _arn(
                scope,
                "secretsmanager",
                "secret",
                f"{name}-??????",
                cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
        ]
    if grant.resource == BLUEPRINT.sender.name:
        form = cdk.ArnFormat.SLASH_RESOURCE_NAME
        return [_arn(scope, "ses", "identity", stage.mail_domain, form)]
    paths = [f"{name}/index/{index}" for index in grant.indexes] or [name]
    return [
        _arn(scope, "dynamodb", "table", path, cdk.ArnFormat.SLASH_RESOURCE_NAME) for path in paths
    ]


def _arn(scope: Construct, service: str, resource: str, name: str, form: cdk.ArnFormat) -> str:
    return cdk.Stack.of(scope).format_arn(
        service=service, resource=resource, resource_name=name, arn_format=form
    )
