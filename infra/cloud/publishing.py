"""How a new version of a function takes over: at once, or with a tenth of the requests first."""

from collections.abc import Sequence

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage


def publish(scope: Construct, function: lambda_.Function, stage: Stage) -> lambda_.Alias | None:
    """Give the alias `live` of the newest version, where the stage publishes versions."""
    if not (stage.snap_start or stage.canary):
        return None
    return lambda_.Alias(scope, "Live", alias_name="live", version=function.current_version)


def shift(
    scope: Construct, live: lambda_.Alias, stage: Stage, alarms: Sequence[cloudwatch.Alarm]
) -> None:
    """Give each new version a tenth of the requests for five minutes; an alarm takes them back.

    A stage that is deployed `at_once` passes that over: CodeDeploy begins nothing while an alarm
    sounds, also not what mends it.
    """
    ways = codedeploy.LambdaDeploymentConfig
    way = ways.ALL_AT_ONCE if stage.at_once else ways.CANARY_10_PERCENT_5_MINUTES
    application = codedeploy.LambdaApplication(
        scope, "Deployments", application_name=f"{stage.prefix}api"
    )
    group = codedeploy.LambdaDeploymentGroup(
        scope,
        "Canary",
        alias=live,
        application=application,
        deployment_group_name=f"{stage.prefix}api",
        deployment_config=way,
        alarms=alarms,
        ignore_alarm_configuration=stage.at_once,
    )
    acknowledge(
        group,
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AWSCodeDeployRoleForLambdaLimited]",
        reason="What CodeDeploy needs is CodeDeploy's to know. It may look at alarms and move "
        "aliases, and is no role of a function of ours.",
    )
