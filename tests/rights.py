"""Holds every call that a function makes in tests against what the blueprint grants it.

In the cloud and in the twin such a call is refused. Here it is carried out and remembered, and the
test in which it was made fails at its end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from handler.core import aws
from infra.blueprint import BLUEPRINT, prefix
from infra.local import grants
from tests import recording

_SERVICES = {"dynamodb": "dynamodb", "s3": "s3", "secretsmanager": "secretsmanager"}
_SERVICES |= {"sesv2": "ses", "sqs": "sqs", "apigatewaymanagementapi": "execute-api"}
_EFFECTS = prefix("local") + "limits"
"""The table in which the sample jobs and those of docs/jobs.md leave their effects."""
_acting: ContextVar[str | None] = ContextVar("acting", default=None)


@contextmanager
def acting(function: str | None) -> Iterator[None]:
    """Within this block calls are those of that function; with None they are the test's own."""
    token = _acting.set(function)
    try:
        yield
    finally:
        _acting.reset(token)


@contextmanager
def watched() -> Iterator[None]:
    """Fail at the end if a function did what it may not."""
    refused: set[tuple[str, grants.Need]] = set()

    def look(params: dict[str, Any], model: Any, **_: Any) -> None:
        function = _acting.get()
        if function is None:
            return
        service = _SERVICES[model.service_model.service_name]
        # To sign a form botocore asks where its bucket would be created; S3, whether one may put.
        operation = "PutObject" if model.name == "CreateBucket" else model.name
        wanted = grants.needs(service, operation, params, prefix("local"))
        for need in wanted:
            recording.note(function, need)
        granted = BLUEPRINT.function(function)
        refused.update(
            (function, need)
            for need in grants.missing(granted, prefix("local"), wanted)
            if not (function.startswith("worker") and need.resource == _EFFECTS)
        )

    for service in _SERVICES:
        events = aws.client(service).meta.events
        events.register(f"provide-client-params.{service}.*", look, unique_id="rights")
    yield
    for service in _SERVICES:
        events = aws.client(service).meta.events
        events.unregister(f"provide-client-params.{service}.*", unique_id="rights")
    assert not refused, f"not granted: {sorted(refused)}"
