"""One botocore client per AWS service, with short time-outs, and its failures as ours.

botocore is used without boto3: the resources and transfers on top are not needed (performance.md).
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

import botocore
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader, create_loader
from botocore.parsers import JSONParser, ResponseParserFactory
from botocore.session import Session

from handler.core import snapshots
from handler.core.errors import Unavailable
from handler.core.settings import settings

# parameters.md, "AWS clients": a black hole costs 3 x 2 s, which is well inside a function's time.
_CONFIG = Config(
    connect_timeout=1,
    read_timeout=2,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,  # a list asks 16 shards at once
    parameter_validation=False,  # PynamoDB and this module build the parameters, users do not
    user_agent=f"Botocore/{botocore.__version__} dunlin",  # else put together twice for every call
)
_OTHERS = {
    # What is sent to a queue is a hint that may be lost: it is not worth a third attempt (jobs.md).
    "sqs": Config(retries={"mode": "standard", "total_max_attempts": 2}),
    # A mail that was taken while its answer was lost is sent again: its job repeats it, slowly.
    "sesv2": Config(read_timeout=10, retries={"mode": "standard", "total_max_attempts": 1}),
    # A copy of 100 MB answers when it is done. Forms and URLs are signed for the region's own
    # address: the global one redirects, which a browser does not follow with a form.
    "s3": Config(read_timeout=6, signature_version="s3v4", s3={"addressing_style": "virtual"}),
    # A frame that was posted while its answer was lost would come twice; who posts knows what next.
    "apigatewaymanagementapi": Config(retries={"mode": "standard", "total_max_attempts": 1}),
}
_ELSEWHERE = {"apigatewaymanagementapi": "sockets_endpoint"}
"""Services whose address is a deployment's own, and the setting that says it."""
_LAST_SECOND = 1.0  # seconds of a function's time that are kept for its answer (threats K15)


class LambdaContext(Protocol):
    """The part of Lambda's context object that is used here."""

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run."""
        ...


Meter = list[float]
"""The AWS calls of one request: how long each took, in seconds."""

meter: ContextVar[Meter | None] = ContextVar("meter", default=None)
_deadline: ContextVar[float] = ContextVar("deadline", default=float("inf"))


@contextmanager
def deadline(context: LambdaContext | None) -> Iterator[None]:
    """Within this block no AWS call starts in the last second that the invocation has."""
    if context is None:
        yield
        return
    left = context.get_remaining_time_in_millis() / 1000 - _LAST_SECOND
    token = _deadline.set(time.monotonic() + left)
    try:
        yield
    finally:
        _deadline.reset(token)


_sessions: dict[str, Session] = {}


@cache
def client(service: str) -> BaseClient:
    """The client of a service, made at its first use and kept."""
    session = _sessions[service] = Session()
    session.register_component("data_loader", _loader())
    if service == "dynamodb":
        session.register_component("response_parser_factory", _PlainParserFactory())
    config = _CONFIG.merge(_OTHERS[service]) if service in _OTHERS else _CONFIG
    at = getattr(settings(), _ELSEWHERE[service]) if service in _ELSEWHERE else None
    made = session.create_client(service, config=config, endpoint_url=at)
    if service == "dynamodb":
        _keep_endpoint(made)
    made.meta.events.register_first("request-created.*.*", _refuse_when_late)
    return made


@cache
def _loader() -> Loader:
    """What reads botocore's data: one for all sessions, so that each file is read once."""
    return create_loader()


@snapshots.on_restore
def disconnect() -> None:
    """Drop the connections to every service, and to where credentials come from.

    The next calls make new ones. A connection that outlived its other end would swallow a request.
    """
    for service, session in _sessions.items():
        client(service).close()
        provider = session.get_component("credential_provider").get_provider("container-role")
        provider._fetcher._session.close()  # noqa: SLF001 - botocore has no public way


def _keep_endpoint(client: BaseClient) -> None:
    """Work the endpoint of each operation out once; botocore does it anew for every call.

    By DynamoDB's rules it depends on the client, the operation and tables named by ARN (none here).
    """
    rules = client._ruleset_resolver  # noqa: SLF001 - botocore has no public one
    find = rules.construct_endpoint
    found: dict[str, Any] = {}

    def construct_endpoint(operation_model: Any, **asked: Any) -> Any:
        name = operation_model.name
        if name not in found:
            found[name] = find(operation_model=operation_model, **asked)
        return found[name]

    rules.construct_endpoint = construct_endpoint


def call(service: str, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Do one operation, counted in the request's meter.

    Raises ClientError where AWS refused the request for a reason that the caller may answer (a
    condition that failed, a resource that is not there), and Unavailable for everything else.
    """
    begun = time.perf_counter()
    try:
        answer: dict[str, Any] = client(service)._make_api_call(operation, arguments)  # noqa: SLF001 - as PynamoDB calls it
    except ClientError as error:
        if _passing(error):
            raise Unavailable from error
        raise
    except BotoCoreError as error:
        raise Unavailable from error
    else:
        return answer
    finally:
        spent = meter.get()
        if spent is not None:
            spent.append(time.perf_counter() - begun)


def _passing(error: ClientError) -> bool:
    """Whether it would go through later: throttled, overloaded, broken on their side."""
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    throttled = "Throttl" in code or code in _THROTTLES
    return throttled or status >= 500  # noqa: PLR2004 - HTTP's server errors


_THROTTLES = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
    }
)


def seconds_left() -> float:
    """How long this invocation may still work; infinite outside one."""
    return _deadline.get() - time.monotonic()


def _refuse_when_late(**_: object) -> None:
    if seconds_left() < 0:
        raise Unavailable


class _PlainParser(JSONParser):
    """Takes DynamoDB's JSON as it is.

    botocore walks every attribute of every row through its model, to arrive at the same value
    (binary values aside, which no model here has): four fifths of the cost of a page.
    """

    def _handle_json_body(self, raw_body: bytes, _shape: object) -> Any:
        return json.loads(raw_body) if raw_body else {}


class _PlainParserFactory(ResponseParserFactory):
    def create_parser(self, protocol_name: str) -> Any:
        return _PlainParser() if protocol_name == "json" else super().create_parser(protocol_name)
