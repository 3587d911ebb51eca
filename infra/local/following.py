"""How Lambda follows a stream: which batch is next, what a failure makes of it, what is given up.

Time is told to it, so that the twin and tests in virtual time use it alike. A batch that failed as
a whole comes again in halves, which costs no attempt: a change that always fails ends up alone.
"""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table

from infra.blueprint import Stream
from infra.local import engine, sources
from infra.local.engine import streams
from infra.local.engine.streams import Change
from infra.local.inbox import Inbox
from infra.local.places import function_arn

_LONGEST_WAIT = 60.0  # seconds between two attempts; they begin with one, and double


@dataclass(frozen=True, slots=True)
class Batch:
    """Some changes in a row, which have failed together so many times, and are due at a moment."""

    changes: tuple[Change, ...]
    failures: int = 0
    due: float = 0.0

    @property
    def event(self) -> dict[str, Any]:
        """The event that a function gets for it."""
        return {"Records": [change.to_json() for change in self.changes]}


class Follower:
    """One stream of the blueprint, as its function follows it: one batch at a time, in order."""

    def __init__(self, stream: Stream, *, prefix: str, region: str, account: str) -> None:
        self.stream = stream
        self.table = prefix + stream.table
        self._function = function_arn(prefix + stream.function)
        self._place = (account, region)
        self._dead = Inbox(prefix + stream.dead, region, account)
        self._parts: list[Batch] = []

    def next(self, now: float) -> Batch | None:
        """The batch that is to be handed out now, if there is one. It stays until it is settled."""
        while self._parts or self._read():
            batch = self._parts[0]
            if old := self._too_old(batch, now):
                self._give_up(batch, old, "RecordAgeExceeded", now)
            elif batch.failures > self.stream.retries:
                self._give_up(batch, batch.changes, "RetryAttemptsExhausted", now)
            else:
                return batch if batch.due <= now else None
        return None

    def next_moment(self) -> float | None:
        """When the next batch is due, in seconds of the epoch; None when there is no change."""
        return self._parts[0].due if self._parts else None

    def settle(self, batch: Batch, answer: Any, now: float) -> None:
        """Move on by a function's answer: the first change that it names, and all after it, stay.

        What names a change that is not in the batch has done none of it.
        """
        ids = [str(change.number) for change in batch.changes]
        left = sources.left_over(answer, ids)
        done = next((place for place, id_ in enumerate(ids) if id_ in left), len(ids))
        if not done:
            self.fail(batch, now)
            return
        rest = Batch(batch.changes[done:])
        self._replace(batch.changes[:done], rest)

    def fail(self, batch: Batch, now: float) -> None:
        """Have a batch come again: in halves, or if it is one change, after a while."""
        changes = batch.changes
        half = len(changes) // 2
        if half:
            self._parts[:1] = [Batch(changes[:half]), Batch(changes[half:])]
            return
        wait = min(2.0**batch.failures, _LONGEST_WAIT)
        self._parts[:1] = [Batch(changes, batch.failures + 1, now + wait)]

    def _read(self) -> bool:
        """Take the next changes out of the stream. Says whether there are any."""
        with engine.lock:
            table = self._table()
            found = streams.changes(table)[: self.stream.batch] if table else []
        if found:
            self._parts = [Batch(tuple(found))]
        return bool(found)

    def _too_old(self, batch: Batch, now: float) -> tuple[Change, ...]:
        return tuple(one for one in batch.changes if one.at + self.stream.max_age < now)

    def _replace(self, done: Iterable[Change], rest: Batch) -> None:
        """Take out of the stream what is done, so that the rest of its batch is next."""
        self._parts[:1] = [rest] if rest.changes else []
        with engine.lock:
            for change in done:
                streams.drop(change.table, change.number)

    def _give_up(self, batch: Batch, lost: tuple[Change, ...], why: str, now: float) -> None:
        """Tell the dead letters where the changes stood, as Lambda does; not what they were."""
        self._dead.put(json.dumps(self._obituary(replace(batch, changes=lost), why, now)))
        self._replace(lost, replace(batch, changes=batch.changes[len(lost) :]))

    def _obituary(self, batch: Batch, why: str, now: float) -> dict[str, Any]:
        first, last = batch.changes[0], batch.changes[-1]
        return {
            "requestContext": {
                "requestId": str(uuid.uuid4()),
                "functionArn": self._function,
                "condition": why,
                "approximateInvokeCount": batch.failures,
            },
            "version": "1.0",
            "timestamp": _stamp(now),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-00000000000000000000-00000000",
                "startSequenceNumber": str(first.number),
                "endSequenceNumber": str(last.number),
                "approximateArrivalOfFirstRecord": _stamp(first.at),
                "approximateArrivalOfLastRecord": _stamp(last.at),
                "batchSize": len(batch.changes),
                "streamArn": streams.arn(first.table),
            },
        }

    def _table(self) -> Table | None:
        account, region = self._place
        found: Table | None = dynamodb_backends[account][region].tables.get(self.table)
        return found


def _stamp(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
    return moment.replace("+00:00", "Z")
