"""Roles: one per function, which holds exactly its grants and what AWS does on its behalf."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.blueprint import BLUEPRINT, Function, Grant
from infra.cloud.buckets import bucket_arn
from infra.cloud.queues import queue_arn
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage

POLLING = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""What Lambda's pollers do with the queues of a function, in its name."""

_LISTING = ("s3:ListBucket",)
"""What is done with a bucket; all else with the objects in it."""


def add_role(
    scope: Construct, spec: Function, *, stage: Stage, log_group: logs.LogGroup
) -> iam.Role:
    """Add the role of a function: it writes one log, uses its grants, and reads its queues."""
    role = iam.Role(
        scope,
        "Role",
        description=f"What {stage.prefix}{spec.name} may do.",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    _allow(role, ("logs:CreateLogStream", "logs:PutLogEvents"), [log_group.log_group_arn])
    for grant in spec.grants:
        if grant.resource in _absent(stage):
            continue
        _allow(role, grant.actions, _ARNS[_service(grant)](scope, grant, stage))
        if _service(grant) == "s3" and grant.actions != _LISTING:
            _acknowledge_objects(role, grant, stage)
    for source in BLUEPRINT.sources:
        if source.function == spec.name:
            _allow(role, POLLING, [queue_arn(scope, source.queue, stage)])
    acknowledge(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        reason="xray:PutTraceSegments and xray:PutTelemetryRecords, which tracing needs, know no "
        "resources.",
    )
    return role


def _absent(stage: Stage) -> set[str]:
    """What the stage does not have, though the blueprint does."""
    mailed = set() if stage.mail_domain else {BLUEPRINT.sender.name}
    return mailed if stage.edge else mailed | {BLUEPRINT.edge.name}


def _allow(role: iam.Role, actions: tuple[str, ...], resources: list[str]) -> None:
    role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=resources))


def _acknowledge_objects(role: iam.Role, grant: Grant, stage: Stage) -> None:
    bucket = f"{stage.prefix}{grant.resource}-<AWS::AccountId>-<AWS::Region>"
    acknowledge(
        role,
        f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::{bucket}/*]",
        reason="Which objects there will be is not known yet: all of this bucket, and no other.",
    )


def _service(grant: Grant) -> str:
    (service,) = {action.partition(":")[0] for action in grant.actions}
    return service


def _tables(scope: Construct, grant: Grant, stage: Stage) -> list[str]:
    name = stage.prefix + grant.resource
    paths = [f"{name}/index/{index}" for index in grant.indexes] or [name]
    return [_arn(scope, "dynamodb", "table", path) for path in paths]


def _secrets(scope: Construct, grant: Grant, stage: Stage) -> list[str]:
    name = f"{stage.prefix}{grant.resource}-??????"
    return [_arn(scope, "secretsmanager", "secret", name, cdk.ArnFormat.COLON_RESOURCE_NAME)]


def _identities(scope: Construct, _grant: Grant, stage: Stage) -> list[str]:
    return [_arn(scope, "ses", "identity", stage.mail_domain)]


def _queues(scope: Construct, grant: Grant, stage: Stage) -> list[str]:
    return [queue_arn(scope, grant.resource, stage)]


def _objects(scope: Construct, grant: Grant, stage: Stage) -> list[str]:
    bucket = bucket_arn(scope, grant.resource, stage)
    return [bucket if grant.actions == _LISTING else f"{bucket}/*"]


# Written out by name, since a reference would tie each deploy of code to the data stack.
_ARNS = {
    "dynamodb": _tables,
    "s3": _objects,
    "secretsmanager": _secrets,
    "ses": _identities,
    "sqs": _queues,
}


def _arn(
    scope: Construct,
    service: str,
    resource: str,
    name: str,
    form: cdk.ArnFormat = cdk.ArnFormat.SLASH_RESOURCE_NAME,
) -> str:
    return cdk.Stack.of(scope).format_arn(
        service=service, resource=resource, resource_name=name, arn_format=form
    )
