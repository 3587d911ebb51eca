"""What must hold when nothing is left to happen, whatever has broken on the way."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from handler.core.errors import AppError, Unavailable
from handler.core.ids import derived_id
from handler.jobs.entries import child_id
from infra.local.pump import Crash
from tests.faults.jobs.doings import label_of
from tests.faults.jobs.expressions import Row
from tests.faults.jobs.ledger import ENDED, label, number, text
from tests.faults.jobs.scenarios import Scenario
from tests.faults.jobs.world import World
from tests.sample_jobs import CHARGES

_EFFECTS = {
    "tests.tally": "{key}",
    "tests.part": "{key}",
    "tests.first_listener": "{key} first",
    "tests.second_listener": "{key} second",
    "tests.hourly": "tests.hourly",
}
_HELD = {"shelf", "wake", "lease", "runner"}
_EVERY = 120  # seconds: how often the calendar's job is due


@dataclass(frozen=True)
class Broken:
    """What has broken: how much, whether anything was refused, whether messages got lost."""

    faults: int
    denied: bool
    chaos: bool


def violations(world: World, scenario: Scenario, broken: Broken) -> Iterator[str]:
    """All that is wrong."""
    yield from world.ledger.violations
    if not broken.denied:
        yield from _of_errors(world)
    rows = world.jobs()
    for row in rows:
        yield from _of_job(world, row)
    yield from _of_effects(world, rows)
    yield from _of_locks(world)
    yield from _of_calendar(world, rows)
    yield from _of_ends(world, scenario, rows, broken.faults)
    for id_ in world.promised:
        if world.job(id_) is None:
            yield f"a caller was promised {id_}"
    poisoned = sum(text(row, "name") == "jobs.poison_message" for row in rows)
    if poisoned != world.unreadable and not (broken.chaos and poisoned < world.unreadable):
        yield f"{poisoned} jobs of {world.unreadable} messages that nobody can read"
    for key, charges in CHARGES.items():
        if len(charges) > 1:
            yield f"{key} had {len(charges)} effects elsewhere"


def _of_errors(world: World) -> Iterator[str]:
    """Nothing fails in a way that nobody has thought of."""
    yield from world.unforeseen
    for failure in world.pump.failures:
        if not isinstance(failure.error, (Crash, Unavailable)):
            yield f"{failure.function} raises {failure.error!r}"
    for error in world.refused:
        if not isinstance(error, (Crash, AppError, Unavailable)):
            yield f"a caller gets {error!r}"


def _of_job(world: World, row: Row) -> Iterator[str]:
    state, id_ = text(row, "state"), text(row, "id")
    if state not in ENDED:
        yield f"{label(row)} is {state} for ever"
    elif held := _HELD & {*row}:
        yield f"{label(row)} is {state} and has {sorted(held)}"
    if number(row, "left") != 0:
        yield f"{label(row)}, {state}: {number(row, 'left')} children left"
    if ("grave" in row) != (state == "dead"):
        yield f"{label(row)} is {state}, and the index of the dead says otherwise"
    goes_on = state == "succeeded" and "after" in row
    if goes_on and world.job(child_id(id_, "then")) is None:
        yield f"the chain breaks after {label(row)}"
    if state == "cancelled" and "chunks" in row and id_ not in _stopped(world):
        yield f"{label(row)} is cancelled, and its children go on"
    if "children" in row:
        yield from _of_parent(world, row)


def _stopped(world: World) -> set[str]:
    """The parents whose children a job cancels."""
    rows = [row for row in world.jobs() if text(row, "name") == "jobs.cancel_children"]
    return {json.loads(text(row, "arguments"))["parent_id"] for row in rows}


def _of_parent(world: World, row: Row) -> Iterator[str]:
    count = number(row, "children")
    children = [world.job(child_id(text(row, "id"), place)) for place in range(count)]
    if not all(children):
        yield f"{label(row)} lacks children"
    if text(row, "state") == "succeeded" and "result" in row:
        results = [int(text(child, "result", "0")) for child in children if child]
        if sum(results) != json.loads(text(row, "result")):
            yield f"{label(row)} summed {text(row, 'result')} of {results}"


def _of_effects(world: World, rows: list[Row]) -> Iterator[str]:
    """The effects of a key are as many as its jobs that succeeded, its causes as its jobs."""
    expected: Counter[str] = Counter()
    unique = any("lock" in row for row in rows)
    for row in rows:
        name = text(row, "name")
        if name in _EFFECTS:
            key = json.loads(text(row, "arguments", "{}")).get("key", "")
            expected[_EFFECTS[name].format(key=key)] += text(row, "state") == "succeeded"
            if name == "tests.tally":
                expected[f"cause of {key}"] += 1
    for counter in world.database.rows("limits"):
        key, spent = text(counter, "key").removeprefix("effect#"), number(counter, "spent")
        if text(counter, "key").startswith("effect#"):
            if key.startswith("cause of ") and unique:
                continue  # one that found a job of its key open has made none
            if spent != expected[key]:
                yield f"{spent} effects of {key}, and not {expected[key]}"
            del expected[key]
    for key, missing in expected.items():
        if missing and not key.startswith("cause of "):
            yield f"no effect of {key}, and not {missing}"


def _of_locks(world: World) -> Iterator[str]:
    for row in world.database.rows("jobs"):
        if text(row, "part") == "lock":
            yield f"{text(row, 'id')} is still that of {text(row, 'job')}"


def _of_calendar(world: World, rows: list[Row]) -> Iterator[str]:
    """Between where the mark began and where it is now, no occurrence is missing."""
    made = {text(row, "id") for row in rows}
    name = "tests.hourly"
    for row in world.database.rows("jobs"):
        if text(row, "part") == "mark":
            first = world.ledger.marks[text(row, "id")]
            wanted = range(first - first % _EVERY + _EVERY, number(row, "at") + 1, _EVERY)
            missing = [at for at in wanted if derived_id(at, name, at) not in made]
            if missing:
                yield f"occurrences {missing} of {list(wanted)} are missing"


def _of_ends(world: World, scenario: Scenario, rows: list[Row], faults: int) -> Iterator[str]:
    found = {(label_of(row), text(row, "state")) for row in rows}
    allowed = {*scenario.ends.items(), *scenario.also}
    if faults > 1:  # more than one job's attempts may stand
        allowed |= {(name, "dead") for name, _ in allowed}
    for name, state in sorted(found - allowed):
        yield f"{name} is {state}"
    if not faults and found != {*scenario.ends.items()}:
        yield f"without faults there are {sorted(found)}"
