"""The WebSocket API, as synthesized (threats.md, G3 and L8)."""

import json

from infra.blueprint import BLUEPRINT, prefix
from infra.local.sockets import events

NAME = BLUEPRINT.sockets.name


def properties(stage, kind, key):
    """Give the properties of the API's resources of one type, by one of those properties."""
    found = [one["Properties"] for one in stage.of_api(NAME, kind).values()]
    return {one[key]: one for one in found}


def test_frames_are_told_apart_by_their_action(stage):
    """As the twin does it."""
    api = stage.template("backend")["Resources"][stage.api(NAME)]["Properties"]
    assert (api["ProtocolType"], api["RouteSelectionExpression"]) == (
        "WEBSOCKET",
        "$request.body.action",
    )


def test_every_route_of_the_blueprint_goes_to_its_function(stage):
    """And only pings do not."""
    integrations = stage.of_api(NAME, "Integration")
    (function,) = [
        id_
        for id_, one in integrations.items()
        if one["Properties"]["IntegrationType"] == "AWS_PROXY"
    ]
    routes = properties(stage, "Route", "RouteKey")
    assert set(routes) == {*BLUEPRINT.sockets.routes, events.PING}
    for key in BLUEPRINT.sockets.routes:
        assert routes[key]["Target"]["Fn::Join"][1][1] == {"Ref": function}


def test_a_ping_is_answered_without_a_function(stage):
    """By a mock, whose answer the route passes back."""
    route = properties(stage, "Route", "RouteKey")[events.PING]
    mock = route["Target"]["Fn::Join"][1][1]["Ref"]
    integration = stage.template("backend")["Resources"][mock]["Properties"]
    (answer,) = stage.of_api(NAME, "IntegrationResponse").values()
    assert integration["IntegrationType"] == "MOCK"
    chosen = integration["TemplateSelectionExpression"]
    assert json.loads(integration["RequestTemplates"][chosen]) == {"statusCode": 200}
    chosen = answer["Properties"]["TemplateSelectionExpression"]
    assert answer["Properties"]["ResponseTemplates"][chosen] == BLUEPRINT.sockets.pong
    assert route["RouteResponseSelectionExpression"] == "$default"
    assert len(stage.of_api(NAME, "RouteResponse")) == 1


def test_frames_are_throttled(stage):
    """L8: what is too much is refused before it costs."""
    (deployed,) = stage.of_api(NAME, "Stage").values()
    throttle = deployed["Properties"]["DefaultRouteSettings"]
    assert throttle["ThrottlingBurstLimit"] >= throttle["ThrottlingRateLimit"] > 0


def test_the_access_log_shows_neither_ticket_nor_frame(stage):
    """G3, L8: the log names what these variables hold."""
    (deployed,) = stage.of_api(NAME, "Stage").values()
    line = json.loads(deployed["Properties"]["AccessLogSettings"]["Format"])
    assert set(line.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.identity.sourceIp",
        "$context.connectionId",
        "$context.eventType",
        "$context.routeKey",
        "$context.status",
        "$context.integrationLatency",
        "$context.integrationStatus",
        "$context.integrationErrorMessage",
    }


def test_the_account_may_write_logs_before_the_stage_asks_it_to(stage):
    """API Gateway refuses a stage with a log where the account has no role for it."""
    ((account, resource),) = stage.resources("backend", "AWS::ApiGateway::Account").items()
    role, _ = resource["Properties"]["CloudWatchRoleArn"]["Fn::GetAtt"]
    (deployed,) = stage.of_api(NAME, "Stage").values()
    assert account in deployed["DependsOn"]
    kept = stage.template("backend")["Resources"][role]
    assert kept["DeletionPolicy"] == "Retain"


def test_only_this_api_invokes_the_function(stage):
    """G8: nobody else's gateway can pretend to be a socket."""
    (permission,) = [
        one["Properties"]
        for one in stage.resources("backend", "AWS::Lambda::Permission").values()
        if stage.name_of(one["Properties"]["FunctionName"]) == BLUEPRINT.sockets.function
    ]
    assert {"Ref": stage.api(NAME)} in permission["SourceArn"]["Fn::Join"][1]


def test_the_api_has_the_stage_s_name(stage):
    """So that it is found in the console."""
    api = stage.template("backend")["Resources"][stage.api(NAME)]["Properties"]
    assert api["Name"] == prefix(stage.name) + NAME
