"""Idempotency keys: a creation that is sent again answers what it answered first.

A key is taken by one write before the work begins. The answer is stored in the transaction that
does the work, so there is no moment in which the work is done and its answer unknown. A refusal or
a crash stores nothing: the key is given back, or falls free when the invocation's time is over.
"""

import hashlib
import json
import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pynamodb.attributes import UnicodeAttribute

from handler.core import aws, clock, writes
from handler.core.attributes import IntegerAttribute
from handler.core.errors import Conflict, Unavailable, Unprocessable
from handler.core.records import Record, table
from handler.core.transactions import Transaction, contributor
from handler.core.writes import Refused

_KEPT = 24 * 3600  # seconds (parameters.md, "Idempotency"; Stripe)
_LOCK_MAX = 30  # seconds: longer than any request may take (API Gateway's limit)


class IdempotencyInProgress(Conflict):
    """The first request with this key is still at work."""

    detail = "The first request with this key is still running. Try again."

    def headers(self) -> dict[str, str]:
        """When to try again."""
        return {"Retry-After": "1"}


class IdempotencyMismatch(Unprocessable):
    """The key was used before, with another body."""

    detail = "This key was used with another body."


class IdempotencyRecord(Record):
    """One key of one caller on one route. Without an answer it is a lock."""

    class Meta:
        table_name = table("idempotency")

    key = UnicodeAttribute(hash_key=True)
    fingerprint = UnicodeAttribute()
    locked_until = IntegerAttribute()
    expires_at = IntegerAttribute()
    answer = UnicodeAttribute(null=True)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept and replayed."""

    status: int
    headers: dict[str, str]
    body: str


class Render(Protocol):
    """Turns what an endpoint returns into its answer."""

    def __call__(self, value: Any) -> Answer:
        """Render a value."""
        ...


class Claim:
    """A key that is ours to answer."""

    def __init__(self, record: IdempotencyRecord) -> None:
        self._record = record
        self._ours = IdempotencyRecord.write_id == record.write_id
        self._open = self._ours & IdempotencyRecord.answer.does_not_exist()
        self._kept = False

    @contextmanager
    def answered_by(self, render: Render) -> Iterator[None]:
        """Within this block a transaction that names its result stores the answer with it."""

        def contribute(writes: Transaction, result: Any) -> None:
            text = json.dumps(asdict(render(result)))
            actions = [IdempotencyRecord.answer.set(text)]
            writes.update(self._record, actions, self._open, lambda _: IdempotencyInProgress())
            self._kept = True

        token = contributor.set(contribute)
        try:
            yield
        except Exception:
            with suppress(Unavailable):  # the lock then ends by itself; the first error matters
                writes.remove(self._record, self._open)  # an answer stays: its work may be done
            raise
        finally:
            contributor.reset(token)

    @property
    def kept(self) -> bool:
        """Whether a transaction has stored the answer."""
        return self._kept


def claim(scope: tuple[str, ...], key: str, content: Any) -> Claim | Answer:
    """Take a key for this content, or return the answer that was given to it before.

    Raises IdempotencyInProgress, IdempotencyMismatch, Unavailable.
    """
    now = clock.epoch()
    record = IdempotencyRecord(
        key=_digest([*scope, key]),
        fingerprint=_digest(content),
        locked_until=math.ceil(clock.now().timestamp() + _seconds_of_work()),
        expires_at=now + _KEPT,
    )
    free = (
        IdempotencyRecord.key.does_not_exist()
        | (IdempotencyRecord.expires_at <= now)
        | (IdempotencyRecord.answer.does_not_exist() & (IdempotencyRecord.locked_until <= now))
    )
    try:
        writes.put(record, free)
    except Refused as refused:
        return _earlier(refused.row, record.fingerprint)
    return Claim(record)


def _seconds_of_work() -> float:
    """How long this invocation can last, with the last second that `aws.deadline` keeps."""
    return min(_LOCK_MAX, max(0, aws.seconds_left()) + 1)


def _earlier(row: IdempotencyRecord | None, fingerprint: str) -> Answer:
    if row is not None and row.fingerprint != fingerprint:
        raise IdempotencyMismatch
    if row is None or row.answer is None:
        raise IdempotencyInProgress
    return Answer(**json.loads(row.answer))


def _digest(content: Any) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
