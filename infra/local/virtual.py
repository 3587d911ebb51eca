"""Virtual time, for tests that run functions in this process: contexts and SQS by a given clock."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from unittest import mock

from moto.sqs import models

from infra.blueprint import BLUEPRINT
from infra.local import environment
from infra.local.engine import streams
from infra.local.places import function_arn

EPOCH = datetime.fromtimestamp(0, UTC)
MILLISECOND = timedelta(milliseconds=1)


class Clock(Protocol):
    """A clock that moves when it is told to."""

    now: datetime

    def pass_(self, *, seconds: float) -> None:
        """Let time pass."""


@dataclass(frozen=True, kw_only=True)
class Context(environment.Context):
    """What Lambda tells a function, by the virtual clock."""

    clock: Clock

    def get_remaining_time_in_millis(self) -> int:
        """How long the function may still run, never below 0."""
        return max(0, round(self.deadline * 1000) - milliseconds(self.clock))


def context(clock: Clock, function: str, *, seconds: float | None = None) -> Context:
    """A new invocation's context; it has so many seconds, by default what the blueprint says."""
    limit = BLUEPRINT.function(function).timeout if seconds is None else seconds
    return Context(
        aws_request_id=str(uuid.uuid4()),
        deadline=milliseconds(clock) / 1000 + limit,
        function_name=function,
        function_version="$LATEST",
        memory_limit_in_mb=str(BLUEPRINT.function(function).memory),
        invoked_function_arn=function_arn(function),
        log_group_name=f"/aws/lambda/{function}",
        log_stream_name="virtual",
        clock=clock,
    )


def milliseconds(clock: Clock) -> int:
    """A clock's time in milliseconds of the epoch."""
    return (clock.now - EPOCH) // MILLISECOND


@contextmanager
def following(clock: Clock) -> Iterator[None]:
    """Have moto's SQS, and streams, take their time from a clock within this block."""

    def seconds() -> float:
        return milliseconds(clock) / 1000

    def millis() -> float:
        return float(milliseconds(clock))

    with (
        mock.patch.object(models, "unix_time", seconds),
        mock.patch.object(models, "unix_time_millis", millis),
        mock.patch.object(streams, "now", seconds),
    ):
        yield
