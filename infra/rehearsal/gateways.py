"""The APIs that are deployed, and the functions behind them, held as API Gateway holds them."""

import re
from collections.abc import Iterator
from typing import Any

from infra.blueprint import BLUEPRINT
from infra.local.sockets.events import PING
from infra.rehearsal import policies
from infra.rehearsal.kinds import Place, Refused

_FUNCTION = re.compile(r"arn:aws:lambda:[^:]+:\d+:function:([^:]+(?::[^:]+)?)$")
_GATEWAY = "apigateway.amazonaws.com"


def http(at: Place) -> Iterator[tuple[str, str]]:
    """The functions behind HTTP APIs, by the addresses of these."""
    gateway = at.client("apigatewayv2")
    for api in _apis(at, "HTTP"):
        id_ = api["ApiId"]
        stages = [one["StageName"] for one in gateway.get_stages(ApiId=id_)["Items"]]
        (route,) = gateway.get_routes(ApiId=id_)["Items"]
        if (stages, route["RouteKey"]) != (["$default"], "$default"):
            raise Refused(f"API {id_} has not its one stage, or not its one route")
        target = route["Target"].partition("/")[2]
        answering = gateway.get_integration(ApiId=id_, IntegrationId=target)
        if answering["PayloadFormatVersion"] != "2.0":
            raise Refused(f"API {id_} sends events of another format")
        source = at.arn("execute-api", f"{id_}/$default/$default")
        yield api["ApiEndpoint"], admitted(at, answering["IntegrationUri"], _GATEWAY, source)


def admitted(at: Place, function: str, service: str, source: str) -> str:
    """Give the name in a function's ARN. Raises Refused if it does not let the service in."""
    name = named(function)
    if not policies.admits(at, function, service, source):
        raise Refused(f"{name} has no permission for {service} from {source}")
    return name


def named(arn: str) -> str:
    """Give the name, and the alias, in a function's ARN. Raises Refused for another ARN."""
    found = _FUNCTION.match(arn)
    if found is None:
        raise Refused(f"{arn} is no function's")
    return found[1]


def sockets(at: Place) -> Iterator[tuple[str, str]]:
    """The functions behind WebSocket APIs, by the addresses of these, without a scheme."""
    gateway = at.client("apigatewayv2")
    for api in _apis(at, "WEBSOCKET"):
        id_ = api["ApiId"]
        (stage,) = [one["StageName"] for one in gateway.get_stages(ApiId=id_)["Items"]]
        routes = {one["RouteKey"]: one for one in gateway.get_routes(ApiId=id_)["Items"]}
        _require_pong(at, id_, routes.pop(PING))
        if set(routes) != set(BLUEPRINT.sockets.routes):
            raise Refused(f"API {id_} has the routes {sorted(routes)}")
        behind = {key: _integration(at, id_, one)["IntegrationUri"] for key, one in routes.items()}
        names = {
            admitted(at, _invoked(uri), _GATEWAY, at.arn("execute-api", f"{id_}/{stage}/{key}"))
            for key, uri in behind.items()
        }
        if len(names) != 1:
            raise Refused(f"API {id_} leads to several functions: {sorted(names)}")
        yield f"{api['ApiEndpoint'].partition('//')[2]}/{stage}", names.pop()


def _require_pong(at: Place, api: str, route: dict[str, Any]) -> None:
    """Raise Refused unless pings are answered by a mock, and as the twin answers them."""
    mock = _integration(at, api, route)
    answers = at.client("apigatewayv2").get_integration_responses(
        ApiId=api, IntegrationId=mock["IntegrationId"]
    )
    told = [text for one in answers["Items"] for text in one["ResponseTemplates"].values()]
    if (mock["IntegrationType"], told) != ("MOCK", [BLUEPRINT.sockets.pong]):
        raise Refused(f"API {api} answers pings with {told}")


def _integration(at: Place, api: str, route: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = at.client("apigatewayv2").get_integration(
        ApiId=api, IntegrationId=route["Target"].partition("/")[2]
    )
    return found


def _invoked(uri: str) -> str:
    """The function in the URI of an invocation."""
    return uri.partition("/functions/")[2].removesuffix("/invocations")


def _apis(at: Place, protocol: str) -> list[dict[str, Any]]:
    found = at.client("apigatewayv2").get_apis()["Items"]
    return [api for api in found if api["ProtocolType"] == protocol]
