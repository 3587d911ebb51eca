"""What is deployed, read from the account as AWS itself would: functions and what invokes them."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from moto.awslambda.utils import get_backend

from infra.blueprint import Source, Stream
from infra.rehearsal import gateways, policies
from infra.rehearsal.kinds import Place, Refused

_RATE = re.compile(r"rate\((\d+) minutes?\)")
_POLLING = ("sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
_FOLLOWING = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
_SCHEDULER = "events.amazonaws.com"


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
class Following:
    """A table's stream that a function follows."""

    stream: Stream
    reports_failures: bool


@dataclass(frozen=True)
class Ticking:
    """A function that a rule invokes, every so many seconds."""

    rule: str
    function: str
    period: float


@dataclass(frozen=True)
class Deployed:
    """All of it. `apis` and `sockets` are functions by the address that API Gateway gave."""

    functions: dict[str, Function] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    followings: tuple[Following, ...] = ()
    tickings: tuple[Ticking, ...] = ()
    apis: dict[str, str] = field(default_factory=dict)
    sockets: dict[str, str] = field(default_factory=dict)


def read(at: Place) -> Deployed:
    """Read what is deployed. Raises Refused where AWS would refuse to invoke something."""
    apis, sockets = dict(gateways.http(at)), dict(gateways.sockets(at))
    listed = at.client("lambda").list_functions()["Functions"]
    names = {one["FunctionName"] for one in listed} | set(apis.values()) | set(sockets.values())
    functions = {name: _function(at, name) for name in sorted(names)}
    return Deployed(
        functions,
        tuple(_readings(at, functions)),
        tuple(_followings(at, functions)),
        tuple(_tickings(at)),
        apis,
        sockets,
    )


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
    for one in _mappings(at, "sqs"):
        name, queue = gateways.named(one["FunctionArn"]), one["EventSourceArn"]
        _require(functions[name], _POLLING, queue)
        yield Reading(
            Source(
                queue=queue.rpartition(":")[2],
                function=name,
                batch=one["BatchSize"],
                concurrency=one["ScalingConfig"]["MaximumConcurrency"],
            ),
            "ReportBatchItemFailures" in one.get("FunctionResponseTypes", []),
        )


def _followings(at: Place, functions: dict[str, Function]) -> Iterator[Following]:
    for one in _mappings(at, "dynamodb"):
        function, arn = functions[gateways.named(one["FunctionArn"])], one["EventSourceArn"]
        dead = one["DestinationConfig"]["OnFailure"]["Destination"]
        _require(function, _FOLLOWING, arn)
        _require(function, ("dynamodb:ListStreams",), "*")
        _require(function, ("sqs:SendMessage",), dead)
        if (one["ParallelizationFactor"], one["BisectBatchOnFunctionError"]) != (1, True):
            raise Refused(f"{function.name} follows {arn} as the rehearsal cannot")
        stream = Stream(
            table=arn.split("/")[1],
            function=function.name,
            batch=one["BatchSize"],
            retries=one["MaximumRetryAttempts"],
            max_age=one["MaximumRecordAgeInSeconds"],
            dead=dead.rpartition(":")[2],
        )
        yield Following(stream, "ReportBatchItemFailures" in one["FunctionResponseTypes"])


def _mappings(at: Place, service: str) -> list[dict[str, Any]]:
    """What functions are given of a service."""
    found = at.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return [one for one in found if one["EventSourceArn"].split(":")[2] == service]


def _require(function: Function, actions: Iterable[str], resource: str) -> None:
    """Raise Refused unless a function's role allows what AWS does in its name."""
    for action in actions:
        if not policies.allows(json.loads(function.role), action, resource):
            raise Refused(f"The role of {function.name} does not allow {action} on {resource}")


def _tickings(at: Place) -> Iterator[Ticking]:
    events = at.client("events")
    for rule in events.list_rules()["Rules"]:
        rate = _RATE.fullmatch(rule["ScheduleExpression"])
        if rate is None or rule["State"] != "ENABLED":
            raise Refused(f"Rule {rule['Name']} has no rate that the rehearsal knows")
        for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]:
            name = gateways.admitted(at, target["Arn"], _SCHEDULER, rule["Arn"])
            yield Ticking(rule["Name"], name, 60.0 * int(rate[1]))
