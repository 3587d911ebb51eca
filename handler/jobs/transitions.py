"""How a job's row may change: each transition is one conditional update (jobs.md, "States").

Written as DynamoDB takes them. A refused transition shows the row as it stands, so that whoever
asked can tell its own earlier request, whose answer was lost, from somebody else's.
"""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from botocore.exceptions import ClientError

from handler.core.patience import patiently, row_refused
from handler.core.records import RawRow
from handler.core.writes import Refused
from handler.jobs.indexes import GRACE, buried, hinted, waking
from handler.jobs.models import JobRow, key_of, typed
from handler.jobs.states import State

DAY = 24 * 3600
KEPT = {State.SUCCEEDED: 7 * DAY, State.CANCELLED: 7 * DAY, State.DEAD: 90 * DAY}
"""How long an ended job is remembered, in seconds: long enough for a dead one to be redriven."""
_OPEN = "attribute_not_exists(#cancel) AND "
_FREE = (
    "((#state IN (:queued, :retrying) AND #due <= :now) OR (#state = :waiting AND #left <= :zero))"
)
_MINE = "#state = :running AND #fence = :fence"
_ABANDONED = _MINE + " AND #lease < :now"
_IDLE = "#state IN (:queued, :retrying, :waiting)"
_STATES = {f":{state.value}": typed(state.value) for state in State} | {":zero": typed(0)}
_INDEXED = ("shelf", "wake")
_HELD = ("lease", "runner")


@dataclass(frozen=True, slots=True)
class Change:
    """A transition: under which condition, and what it sets, adds and removes."""

    condition: str
    given: dict[str, Any] = field(default_factory=dict)
    sets: dict[str, Any] = field(default_factory=dict)
    adds: dict[str, int] = field(default_factory=dict)
    removes: tuple[str, ...] = ()

    def arguments(self, job_id: str) -> dict[str, Any]:
        """The arguments of UpdateItem, and of an Update in a transaction."""
        parts = []
        if self.sets:
            parts.append("SET " + ", ".join(f"#{name} = :to_{name}" for name in self.sets))
        if self.adds:
            parts.append("ADD " + ", ".join(f"#{name} :by_{name}" for name in self.adds))
        if self.removes:
            parts.append("REMOVE " + ", ".join(f"#{name}" for name in self.removes))
        used = _names(self.condition)
        names = {*used, *self.sets, *self.adds, *self.removes}
        return {
            "TableName": JobRow.Meta.table_name,
            "Key": key_of(job_id),
            "UpdateExpression": " ".join(parts),
            "ConditionExpression": self.condition,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": {
                **{name: value for name, value in _STATES.items() if name in used.values},
                **{f":{name}": typed(value) for name, value in self.given.items()},
                **{f":to_{name}": typed(value) for name, value in self.sets.items()},
                **{f":by_{name}": typed(value) for name, value in self.adds.items()},
            },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


class _Used(frozenset[str]):
    """The attributes that an expression names, and its values."""

    values: frozenset[str]


@lru_cache(maxsize=256)
def _names(expression: str) -> _Used:
    used = _Used(re.findall(r"#(\w+)", expression))
    used.values = frozenset(re.findall(r":\w+", expression))
    return used


def apply(job_id: str, change: Change) -> JobRow:
    """Make a transition in one call; returns the row as it then is.

    Raises Stale with the row that stood there, Unavailable.
    """
    arguments = {**change.arguments(job_id), "ReturnValues": "ALL_NEW"}
    try:
        return JobRow.from_raw_data(patiently("UpdateItem", arguments)["Attributes"])
    except ClientError as error:
        raise refused(row_refused(error)) from error


class Stale(Refused):
    """The job is not as a transition expects. `row` is how it stands, or None."""

    row: JobRow | None


def refused(row: RawRow | None) -> Stale:
    """The refusal of a transition, with what stood there."""
    return Stale(JobRow.from_raw_data(row) if row else None)


def claim(runner: str, lease: int, now: int) -> Change:
    """Take a job that nobody runs and that is due."""
    return Change(
        _OPEN + _FREE,
        {"now": now},
        {"state": State.RUNNING, "lease": lease, "runner": runner, "started": now},
        {"fence": 1, "attempts": 1},
    )


def take_over(row: JobRow, runner: str, lease: int, now: int) -> Change:
    """Take a job whose runner has died: its lease is over."""
    return Change(
        _OPEN + _ABANDONED,
        {"fence": row.fence, "now": now},
        {"lease": lease, "runner": runner, "started": now},
        {"fence": 1, "attempts": 1, "crashes": 1},
    )


def succeed(row: JobRow, now: int, result: dict[str, Any]) -> Change:
    """End well; `result` holds the attributes that keep the result."""
    return _ended(_MINE, {"fence": row.fence}, State.SUCCEEDED, now, by=row.fence, **result)


def die(row: JobRow, now: int, error: str, message: str, *, abandoned: bool = False) -> Change:
    """End for good without success: by its runner, or where its runner is dead."""
    given = {"fence": row.fence, **({"now": now} if abandoned else {})}
    return _ended(
        _ABANDONED if abandoned else _MINE,
        given,
        State.DEAD,
        now,
        by=row.fence,
        error=error,
        message=message,
        **buried(row.id, row.name, error, now),
    )


def retry(row: JobRow, due: int, now: int, error: str, message: str) -> Change:
    """Try again later, unless somebody wants it cancelled."""
    return _again(row, due, now, {"error": error, "message": message})


def release(row: JobRow, due: int, now: int) -> Change:
    """Go on later as if this attempt had not been."""
    return _again(row, due, now, {}, attempts=-1)


def _again(row: JobRow, due: int, now: int, told: dict[str, str], **adds: int) -> Change:
    sets = {"state": State.RETRYING, "by": row.fence, "due": due, **told}
    sets |= waking(row.id, due, now)
    return Change(_OPEN + _MINE, {"fence": row.fence}, sets, adds, _HELD)


def spawn(row: JobRow, now: int, *, chunk: int, count: int, total: int | None) -> Change:
    """Count a chunk of children in; with the last one (`total` of all) begin to wait for them."""
    sets: dict[str, Any] = {"chunks": chunk + 1}
    if total is not None:
        sets |= {"state": State.WAITING, "by": row.fence, "attempts": 0, "children": total}
        sets |= hinted(row.id, now + GRACE)
    expected = (
        "(attribute_not_exists(#chunks) OR #chunks = :chunk)"
        if chunk == 0
        else ("#chunks = :chunk")
    )
    given = {"fence": row.fence, "chunk": chunk}
    removes = _HELD if total is not None else ()
    return Change(f"{_OPEN}{_MINE} AND {expected}", given, sets, {"left": count}, removes)


def join() -> Change:
    """One child less, in the transaction of its end."""
    return Change("attribute_exists(#id)", adds={"left": -1})


def cancel(row: JobRow, now: int) -> Change:
    """End what nobody runs, and nobody has run since it was read.

    Its parent and its children are then those that were read, and the same transaction sees to.
    """
    unmoved = "(attribute_not_exists(#fence) OR #fence = :fence)"
    return _ended(f"{_IDLE} AND {unmoved}", {"fence": row.fence}, State.CANCELLED, now)


def cancel_own(row: JobRow, now: int) -> Change:
    """End what its runner was asked to stop."""
    return _ended(_MINE, {"fence": row.fence}, State.CANCELLED, now, by=row.fence)


def cancel_abandoned(row: JobRow, now: int) -> Change:
    """End what was to be cancelled when its runner died."""
    given = {"fence": row.fence, "now": now}
    return _ended("attribute_exists(#cancel) AND " + _ABANDONED, given, State.CANCELLED, now)


def ask_to_stop() -> Change:
    """Tell whoever runs it that it is to be cancelled; success still wins."""
    return Change("#state = :running", sets={"cancel": True})


def progress(row: JobRow, percent: int, note: str) -> Change:
    """Say how far it is. The answer tells whether it is to stop."""
    return Change(_MINE, {"fence": row.fence}, {"progress": percent, "note": note})


def push(wake: str, place: dict[str, str]) -> Change:
    """Move a job in the due index, if nothing else has moved it."""
    return Change("#wake = :seen", {"seen": wake}, dict(place))


def redrive(row: JobRow, due: int, now: int) -> Change:
    """Begin anew with what is dead. It has left its parent, which went on without it."""
    return Change(
        "#state = :dead",
        sets={"state": State.QUEUED, "due": due, "attempts": 0, "crashes": 0}
        | waking(row.id, due, now),
        removes=("cancel", "ended", "epitaph", "error", "expires_at", "grave", "message", "parent"),
    )


def still_mine(row: JobRow) -> dict[str, Any]:
    """The arguments of a ConditionCheck that the job is this runner's."""
    made = Change(_MINE, {"fence": row.fence}).arguments(row.id)
    return {name: value for name, value in made.items() if name != "UpdateExpression"}


def _ended(condition: str, given: dict[str, Any], state: State, now: int, **sets: Any) -> Change:
    kept = {"state": state, "ended": now, "expires_at": now + KEPT[state]}
    return Change(condition, given, kept | sets, {}, (*_INDEXED, *_HELD))
