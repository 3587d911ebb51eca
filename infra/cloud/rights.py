"""Roles: one per function, which holds exactly its grants and what AWS does on its behalf."""

from collections.abc import Mapping
from dataclasses import dataclass

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

FOLLOWING = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
"""What they do with the streams of a function, whose list, `dynamodb:ListStreams`, has no name."""

TELLING = ("sqs:SendMessage",)
"""What Lambda does, in the name of a function, with a change that it gives up."""

_POSTING = "execute-api"
_LISTING = ("s3:ListBucket",)
"""What is done with a bucket; all else with the objects in it."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What AWS names: the address of the sockets, and ARNs.

    `connections` is the ARN of the open sockets; `streams` holds those of tables, by short name.
    """

    sockets: str
    connections: str
    streams: Mapping[str, str]


def add_role(
    scope: Construct,
    spec: Function,
    *,
    stage: Stage,
    log_group: logs.LogGroup,
    around: Surroundings,
) -> iam.Role:
    """Add the role of a function: it writes one log, uses its grants, reads what it is given."""
    role = iam.Role(
        scope,
        "Role",
        description=f"What {stage.prefix}{spec.name} may do.",
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    )
    _allow(role, ("logs:CreateLogStream", "logs:PutLogEvents"), [log_group.log_group_arn])
    for grant in spec.grants:
        if grant.resource not in _absent(stage):
            _allow_grant(role, grant, stage, around)
    for source in BLUEPRINT.sources:
        if source.function == spec.name:
            _allow(role, POLLING, [queue_arn(scope, source.queue, stage)])
    _allow_streams(role, spec, stage, around.streams)
    acknowledge(
        role,
        "AwsSolutions-IAM5[Resource::*]",
        reason="xray:PutTraceSegments and xray:PutTelemetryRecords, which tracing needs, know no "
        "resources, and no more does dynamodb:ListStreams, which Lambda's pollers need.",
    )
    return role


def _allow_grant(role: iam.Role, grant: Grant, stage: Stage, around: Surroundings) -> None:
    _allow(role, grant.actions, _resources(role, grant, stage, around))
    if _service(grant) == "s3" and grant.actions != _LISTING:
        _acknowledge_objects(role, grant, stage)
    if _service(grant) == _POSTING:
        _acknowledge_connections(role, around.connections)


def _allow_streams(role: iam.Role, spec: Function, stage: Stage, arns: Mapping[str, str]) -> None:
    """Let Lambda's pollers read what a function follows, and tell the dead letters of failures."""
    followed = [stream for stream in BLUEPRINT.streams if stream.function == spec.name]
    if not followed:
        return
    _allow(role, FOLLOWING, [arns[stream.table] for stream in followed])
    _allow(role, ("dynamodb:ListStreams",), ["*"])
    dead = sorted({stream.dead for stream in followed})
    _allow(role, TELLING, [queue_arn(role, queue, stage) for queue in dead])


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


def _acknowledge_connections(role: iam.Role, arn: str) -> None:
    joined = cdk.Stack.of(role).resolve(arn)["Fn::Join"][1]
    name = "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in joined)
    acknowledge(
        role,
        f"AwsSolutions-IAM5[Resource::{name}]",
        reason="Which sockets will be open is not known yet: all of this API, and no other.",
    )


def _service(grant: Grant) -> str:
    (service,) = {action.partition(":")[0] for action in grant.actions}
    return service


def _resources(scope: Construct, grant: Grant, stage: Stage, around: Surroundings) -> list[str]:
    if _service(grant) == _POSTING:
        return [around.connections]
    return _ARNS[_service(grant)](scope, grant, stage)


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
