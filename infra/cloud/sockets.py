"""The WebSocket API: its routes go to one function, but `ping`, which the gateway answers."""

import json

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.blueprint import BLUEPRINT
from infra.cloud.api_stage import logged, throttled
from infra.cloud.rules import acknowledge
from infra.cloud.stages import Stage

PING = "ping"

# No query, which carries the ticket, and no frame.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "ip": "$context.identity.sourceIp",
    "connectionId": "$context.connectionId",
    "eventType": "$context.eventType",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latency": "$context.integrationLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationError": "$context.integrationErrorMessage",
}
_STAGE = "live"
_OK = "200"


class SocketsApi(Construct):
    """The door of sockets, at `address`; alarms know it by its `id`, roles by its `arns`.

    Functions are told the address, so the API is there before them, and its routes after.
    """

    def __init__(self, scope: Construct, *, stage: Stage) -> None:
        super().__init__(scope, "websockets")
        api = apigatewayv2.CfnApi(
            self,
            "Api",
            name=f"{stage.prefix}{BLUEPRINT.sockets.name}",
            protocol_type="WEBSOCKET",
            route_selection_expression="$request.body.action",
        )
        acknowledge(
            self,
            "AwsSolutions-APIG4",
            reason="The function authorizes: a socket opens with a ticket that holds once, and "
            "each frame asks anew who its account is and what it may.",
        )
        deployed = apigatewayv2.CfnStage(
            self,
            "Stage",
            api_id=api.ref,
            stage_name=_STAGE,
            auto_deploy=True,
            default_route_settings=throttled(stage),
            access_log_settings=logged(self, BLUEPRINT.sockets.name, ACCESS_LOG, stage),
        )
        deployed.add_resource_dependency(_allow_logs(self))
        self.id = api.ref
        self.address = f"{api.ref}.execute-api.{cdk.Aws.REGION}.{cdk.Aws.URL_SUFFIX}/{_STAGE}"

    @property
    def connections(self) -> str:
        """The ARN of all its open sockets."""
        return self._arn(f"{_STAGE}/*/@connections/*")

    def answer(self, function: lambda_.IFunction) -> None:
        """Have a function answer the routes of the blueprint, and the gateway the pings."""
        function.add_permission(
            "Sockets",
            principal=iam.ServicePrincipal("apigateway.amazonaws.com"),
            source_arn=self._arn("*"),
            scope=self,
        )
        target = self._integrate(function)
        for key in BLUEPRINT.sockets.routes:
            self._route(key, target)
        self._answer_pings()

    def _integrate(self, function: lambda_.IFunction) -> apigatewayv2.CfnIntegration:
        invocation = cdk.Stack.of(self).format_arn(
            service="apigateway",
            account="lambda",
            resource="path",
            resource_name=f"2015-03-31/functions/{function.function_arn}/invocations",
        )
        return apigatewayv2.CfnIntegration(
            self,
            "Function",
            api_id=self.id,
            integration_type="AWS_PROXY",
            integration_uri=invocation,
        )

    def _route(
        self, key: str, target: apigatewayv2.CfnIntegration, response: str | None = None
    ) -> apigatewayv2.CfnRoute:
        return apigatewayv2.CfnRoute(
            self,
            f"Route{key.lstrip('$').title()}",
            api_id=self.id,
            route_key=key,
            authorization_type="NONE",
            route_response_selection_expression=response,
            target=f"integrations/{target.ref}",
        )

    def _answer_pings(self) -> None:
        mock = apigatewayv2.CfnIntegration(
            self,
            "Mock",
            api_id=self.id,
            integration_type="MOCK",
            request_templates={_OK: json.dumps({"statusCode": 200})},
            template_selection_expression=_OK,
        )
        apigatewayv2.CfnIntegrationResponse(
            self,
            "Pong",
            api_id=self.id,
            integration_id=mock.ref,
            integration_response_key="$default",
            response_templates={_OK: BLUEPRINT.sockets.pong},
            template_selection_expression=_OK,
        )
        route = self._route(PING, mock, response="$default")
        apigatewayv2.CfnRouteResponse(
            self, "PongRoute", api_id=self.id, route_id=route.ref, route_response_key="$default"
        )

    def _arn(self, path: str) -> str:
        return cdk.Stack.of(self).format_arn(
            service="execute-api", resource=self.id, resource_name=path
        )


def _allow_logs(scope: Construct) -> apigateway.CfnAccount:
    """Let API Gateway write logs: for sockets it does so by a role of the whole account.

    The role stays when the stage goes: other stages of the account may write by it.
    """
    role = iam.Role(
        scope,
        "Writer",
        description="Writes the access logs of API Gateway.",
        assumed_by=iam.ServicePrincipal("apigateway.amazonaws.com"),
        managed_policies=[
            iam.ManagedPolicy.from_aws_managed_policy_name(
                "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
            )
        ],
    )
    role.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
    acknowledge(
        role,
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/"
        "AmazonAPIGatewayPushToCloudWatchLogs]",
        reason="What API Gateway needs to write logs is API Gateway's to know. It is no role of a "
        "function of ours.",
    )
    return apigateway.CfnAccount(scope, "Account", cloud_watch_role_arn=role.role_arn)
