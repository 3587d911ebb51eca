"""API Gateway's HTTP and WebSocket APIs."""

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, kind


@kind("AWS::ApiGatewayV2::Api")
class Api(Kind):
    """An API, at an address of API Gateway's."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        made = at.client("apigatewayv2").create_api(**p.rest())
        return Made(made["ApiId"], {"ApiId": made["ApiId"], "ApiEndpoint": made["ApiEndpoint"]})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it with all that is in it."""
        at.client("apigatewayv2").delete_api(ApiId=made.id)


@kind("AWS::ApiGatewayV2::Integration")
class Integration(Kind):
    """What answers requests."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        api = p.take("ApiId")
        made = at.client("apigatewayv2").create_integration(ApiId=api, **p.rest())
        return Made(made["IntegrationId"], {"api": api})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Let something else answer."""
        at.client("apigatewayv2").update_integration(
            ApiId=p.take("ApiId"), IntegrationId=made.id, **p.rest()
        )
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("apigatewayv2").delete_integration(
            ApiId=made.attributes["api"], IntegrationId=made.id
        )


@kind("AWS::ApiGatewayV2::Route")
class Route(Kind):
    """Which requests an integration answers."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        api = p.take("ApiId")
        made = at.client("apigatewayv2").create_route(ApiId=api, **p.rest())
        return Made(made["RouteId"], {"api": api})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("apigatewayv2").delete_route(ApiId=made.attributes["api"], RouteId=made.id)


@kind("AWS::ApiGatewayV2::Stage")
class Stage(Put):
    """How an API is reached: with which limits, logged where."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        given = p.rest()
        at.client("apigatewayv2").create_stage(**given)
        return Made(given["StageName"], {"api": given["ApiId"]})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Change it."""
        at.client("apigatewayv2").update_stage(**p.rest())
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("apigatewayv2").delete_stage(ApiId=made.attributes["api"], StageName=made.id)


@kind("AWS::ApiGatewayV2::IntegrationResponse")
class IntegrationResponse(Kind):
    """What a mock answers."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        of = {"ApiId": p.take("ApiId"), "IntegrationId": p.take("IntegrationId")}
        made = at.client("apigatewayv2").create_integration_response(**of, **p.rest())
        return Made(made["IntegrationResponseId"], of)

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("apigatewayv2").delete_integration_response(
            IntegrationResponseId=made.id, **made.attributes
        )


@kind("AWS::ApiGatewayV2::RouteResponse")
class RouteResponse(Kind):
    """That a route passes back what its integration answers."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        of = {"ApiId": p.take("ApiId"), "RouteId": p.take("RouteId")}
        made = at.client("apigatewayv2").create_route_response(**of, **p.rest())
        return Made(made["RouteResponseId"], of)

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("apigatewayv2").delete_route_response(RouteResponseId=made.id, **made.attributes)


@kind("AWS::ApiGateway::Account")
class Account(Put):
    """By which role API Gateway writes logs in this account and region. It stays when it goes."""

    def create(self, at: Place, p: Properties) -> Made:
        """Name the role, which has to be there. moto cannot keep it, and writes no logs."""
        at.client("iam").get_role(RoleName=p.take("CloudWatchRoleArn").rpartition("/")[2])
        return Made("account", {"Id": "account"})

    def delete(self, at: Place, made: Made) -> None:
        """Leave it: CloudFormation does so too, since others may need it."""
