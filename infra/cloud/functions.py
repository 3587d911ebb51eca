"""Functions: each with a log group and a role of its own."""

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.blueprint import BLUEPRINT, Function
from infra.cloud.rights import Surroundings, add_role
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage

RUNTIME_REASON = "3.13 is the newest Python that the suite runs on."
NEXT_MINUTE = "The next minute does what this one failed to."
_UNTIL_THE_NEXT = lambda_.VersionOptions(removal_policy=cdk.RemovalPolicy.DESTROY)
"""Lambda keeps versions, and bills their snapshots, until somebody deletes them."""


class Door(Construct):
    """One function of the blueprint, as `function`, and its log, as `logs`."""

    def __init__(
        self,
        scope: Construct,
        spec: Function,
        *,
        stage: Stage,
        code: lambda_.Code,
        around: Surroundings,
    ) -> None:
        super().__init__(scope, spec.name)
        self.logs = _add_log(self, stage.prefix + spec.name, stage)
        self.function = _add_function(self, spec, stage, code, around)
        _acknowledge_rules(self.function, spec)


def _add_function(
    door: Door, spec: Function, stage: Stage, code: lambda_.Code, around: Surroundings
) -> lambda_.Function:
    return lambda_.Function(
        door,
        "Function",
        function_name=stage.prefix + spec.name,
        description=spec.description,
        code=code,
        handler=spec.handler,
        runtime=lambda_.Runtime.PYTHON_3_13,
        architecture=lambda_.Architecture.ARM_64,
        memory_size=spec.memory * stage.memory_factor,
        timeout=cdk.Duration.seconds(spec.timeout),
        environment=stage.environment(around.sockets),
        log_group=door.logs,
        role=add_role(door, spec, stage=stage, log_group=door.logs, around=around),
        tracing=lambda_.Tracing.ACTIVE,
        recursive_loop=_recursive_loop(spec),
        snap_start=_snap_start(spec, stage),
        current_version_options=_UNTIL_THE_NEXT,
    )


def _acknowledge_rules(function: lambda_.Function, spec: Function) -> None:
    for rule in ("AwsSolutions-L1", "Serverless-LambdaLatestVersion"):
        acknowledge(function, rule, reason=RUNTIME_REASON)
    acknowledge(function, "Serverless-LambdaDLQ", reason=_why_failures_are_not_kept(spec))


def _add_log(scope: Construct, name: str, stage: Stage) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        "Logs",
        log_group_name=f"/aws/lambda/{name}",
        retention=stage.log_retention,
        removal_policy=stage.removal,
    )


def _snap_start(spec: Function, stage: Stage) -> lambda_.SnapStartConf | None:
    """Only where somebody waits for the start."""
    answers = spec.name in {BLUEPRINT.http, BLUEPRINT.sockets.function}
    return lambda_.SnapStartConf.ON_PUBLISHED_VERSIONS if stage.snap_start and answers else None


def _recursive_loop(spec: Function) -> lambda_.RecursiveLoop | None:
    """A job may enqueue another: Lambda would stop the chain after about 16. Ours has a limit."""
    sends = any("sqs:SendMessage" in grant.actions for grant in spec.grants)
    return lambda_.RecursiveLoop.ALLOW if sends and _reads_a_queue(spec) else None


def _reads_a_queue(spec: Function) -> bool:
    return any(source.function == spec.name for source in BLUEPRINT.sources)


def _why_failures_are_not_kept(spec: Function) -> str:
    if _reads_a_queue(spec):
        return "Its queues keep what failed."
    if any(stream.function == spec.name for stream in BLUEPRINT.streams):
        return "Dead letters tell where in the stream it failed."
    if spec.name == BLUEPRINT.clock:
        return NEXT_MINUTE
    return "Invoked synchronously only: whoever invokes it is told of a failure."
