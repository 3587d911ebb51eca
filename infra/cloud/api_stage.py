"""What the stages of both APIs have in common: their throttles, and a log of requests."""

import json
from collections.abc import Mapping

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.cloud.stages import Stage

_Stage = apigatewayv2.CfnStage


def throttled(stage: Stage) -> _Stage.RouteSettingsProperty:
    """At most so many requests as the stage's data say."""
    return _Stage.RouteSettingsProperty(
        throttling_rate_limit=stage.requests_per_second, throttling_burst_limit=stage.burst
    )


def logged(
    scope: Construct, name: str, line: Mapping[str, str], stage: Stage
) -> _Stage.AccessLogSettingsProperty:
    """Such a line of each request in a log of that name, which is made in the scope."""
    log_group = logs.LogGroup(
        scope,
        "Logs",
        log_group_name=f"/aws/vendedlogs/{stage.prefix}{name}",
        retention=stage.log_retention,
        removal_policy=stage.removal,
    )
    return _Stage.AccessLogSettingsProperty(
        destination_arn=log_group.log_group_arn, format=json.dumps(line)
    )
