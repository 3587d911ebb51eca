"""The HTTP API: one catch-all route, since FastAPI does the routing."""

import json

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.cloud.domain import Domain
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage

# Neither query nor headers nor path: they carry tokens, names and one-time links.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "method": "$context.httpMethod",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latency": "$context.responseLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
}


class HttpApi(Construct):
    """The public door: throttled, logged, at `url`; alarms know it by its `id`."""

    def __init__(self, scope: Construct, *, stage: Stage, function: lambda_.IFunction) -> None:
        super().__init__(scope, "http")
        api = apigatewayv2.HttpApi(
            self,
            "Api",
            api_name=f"{stage.prefix}http",
            create_default_stage=False,
            disable_execute_api_endpoint=bool(stage.domain),
            default_integration=integrations.HttpLambdaIntegration("Function", function),
        )
        acknowledge(
            api,
            "AwsSolutions-APIG4",
            reason="The function authorizes: what is public and who may do what stand in its "
            "routes, one place for the laptop and the cloud.",
        )
        ready = _add_stage(self, api, stage)
        if stage.domain:
            Domain(self, stage=stage, api=api.api_id, ready=ready)
        self.id = api.api_id
        self.url = f"https://{stage.domain}" if stage.domain else api.api_endpoint


def _add_stage(scope: Construct, api: apigatewayv2.HttpApi, stage: Stage) -> apigatewayv2.CfnStage:
    log_group = logs.LogGroup(
        scope,
        "Logs",
        log_group_name=f"/aws/vendedlogs/{stage.prefix}http",
        retention=stage.log_retention,
        removal_policy=stage.removal,
    )
    return apigatewayv2.CfnStage(
        scope,
        "Stage",
        api_id=api.api_id,
        stage_name="$default",
        auto_deploy=True,
        default_route_settings=apigatewayv2.CfnStage.RouteSettingsProperty(
            throttling_rate_limit=stage.requests_per_second,
            throttling_burst_limit=stage.burst,
        ),
        access_log_settings=apigatewayv2.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=json.dumps(ACCESS_LOG)
        ),
    )
