"""What is deployed, read from the account as AWS itself would: functions and what invokes them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from moto.awslambda.utils import get_backend

from infra.blueprint import Source
from infra.rehearsal import policies
from infra.rehearsal.kinds import Place, Refused

_FUNCTION = re.compile(r"arn:aws:lambda:[^:]+:\d+:function:([^:]+(?::[^:]+)?)$")
_RATE = re.compile(r"rate\((\d+) minutes?\)")
_POLLING = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
_SCHEDULER, _GATEWAY = "events.amazonaws.com", "apigateway.amazonaws.com"


@dataclass(frozen=True)
class Function:
    """A function, or a version of it under its alias, `name:alias`."""

    name: str
    arn: str
    handler: str
    memory: int
    timeout: int
    environ: tuple[tuple[str, str], ...]
    code: str
    role: str
    """Its role's statements, as JSON."""


@dataclass(frozen=True)
class Reading:
    """A queue that a function reads."""

    source: Source
    reports_failures: bool


@dataclass(frozen=True)
class Ticking:
    """A function that a rule invokes, every so many seconds."""

    rule: str
    function: str
    period: float


@dataclass(frozen=True)
class Deployed:
    """All of it. `apis` are functions by the address that API Gateway gave."""

    functions: dict[str, Function]
    readings: tuple[Reading, ...]
    tickings: tuple[Ticking, ...]
    apis: dict[str, str]


def read(at: Place) -> Deployed:
    """Read what is deployed. Raises Refused where AWS would refuse to invoke something."""
    apis = dict(_apis(at))
    listed = at.client("lambda").list_functions()["Functions"]
    names = {one["FunctionName"] for one in listed} | set(apis.values())
    functions = {name: _function(at, name) for name in sorted(names)}
    return Deployed(functions, tuple(_readings(at, functions)), tuple(_tickings(at)), apis)


def code(at: Place, function: Function) -> bytes:
    """Give the zip of a function."""
    found: bytes = get_backend(at.account, at.region).get_function(function.arn).code_bytes
    return found


def _function(at: Place, name: str) -> Function:
    name, _, alias = name.partition(":")
    qualified = {"Qualifier": alias} if alias else {}
    told = at.client("lambda").get_function_configuration(FunctionName=name, **qualified)
    role = policies.statements(at, told["Role"].rpartition("/")[2])
    return Function(
        name=f"{name}:{alias}" if alias else name,
        arn=told["FunctionArn"],
        handler=told["Handler"],
        memory=told["MemorySize"],
        timeout=told["Timeout"],
        environ=tuple(told["Environment"]["Variables"].items()),
        code=told["CodeSha256"],
        role=json.dumps(role),
    )


def _readings(at: Place, functions: dict[str, Function]) -> Iterator[Reading]:
    for one in at.client("lambda").list_event_source_mappings()["EventSourceMappings"]:
        name, queue = _named(one["FunctionArn"]), one["EventSourceArn"]
        for action in _POLLING:
            if not policies.allows(json.loads(functions[name].role), action, queue):
                raise Refused(f"The role of {name} does not allow {action} on {queue}")
        yield Reading(
            Source(
                queue=queue.rpartition(":")[2],
                function=name,
                batch=one["BatchSize"],
                concurrency=one["ScalingConfig"]["MaximumConcurrency"],
            ),
            "ReportBatchItemFailures" in one.get("FunctionResponseTypes", []),
        )


def _tickings(at: Place) -> Iterator[Ticking]:
    events = at.client("events")
    for rule in events.list_rules()["Rules"]:
        rate = _RATE.fullmatch(rule["ScheduleExpression"])
        if rate is None or rule["State"] != "ENABLED":
            raise Refused(f"Rule {rule['Name']} has no rate that the rehearsal knows")
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            name = _admitted(at, target["Arn"], _SCHEDULER, rule["Arn"])
            yield Ticking(rule["Name"], name, 60.0 * int(rate[1]))


def _apis(at: Place) -> Iterator[tuple[str, str]]:
    gateway = at.client("apigatewayv2")
    for api in gateway.get_apis()["Items"]:
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
        yield api["ApiEndpoint"], _admitted(at, answering["IntegrationUri"], _GATEWAY, source)


def _admitted(at: Place, function: str, service: str, source: str) -> str:
    """Give the name in a function's ARN. Raises Refused if it does not let the service in."""
    name = _named(function)
    if not policies.admits(at, function, service, source):
        raise Refused(f"{name} has no permission for {service} from {source}")
    return name


def _named(arn: Any) -> str:
    found = _FUNCTION.match(arn)
    if found is None:
        raise Refused(f"{arn} is no function's")
    return found[1]
