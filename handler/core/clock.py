"""The time. Everything asks here, so that a test can set it."""

from collections.abc import Callable
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


source: Callable[[], datetime] = _system


def now() -> datetime:
    """The current time, aware, in UTC."""
    return source()


def epoch() -> int:
    """The current time in whole seconds since 1970, as DynamoDB's TTL counts."""
    return int(source().timestamp())
