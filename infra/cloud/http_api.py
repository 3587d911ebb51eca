"""The HTTP API: one catch-all route, since FastAPI does the routing."""

from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.cloud.api_stage import logged, throttled
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
        ready = apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=api.api_id,
            stage_name="$default",
            auto_deploy=True,
            default_route_settings=throttled(stage),
            access_log_settings=logged(self, "http", ACCESS_LOG, stage),
        )
        if stage.domain:
            Domain(self, stage=stage, api=api.api_id, ready=ready)
        self.id = api.api_id
        self.url = f"https://{stage.domain}" if stage.domain else api.api_endpoint
