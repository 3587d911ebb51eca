"""What callers do in a scenario, and what handlers do besides."""

import json
from collections.abc import Callable
from typing import Any

from handler.core.auth import Caller, Role
from handler.jobs import (
    GiveUp,
    Job,
    Run,
    definitions,
    enqueue,
    forget,
    gateway,
    service,
    transaction,
)
from handler.jobs.schemas import RedriveIn
from infra.local.pump import Crash
from tests.faults.jobs.ledger import text
from tests.faults.jobs.surroundings import UNREADABLE
from tests.faults.jobs.world import World
from tests.sample_jobs import OUTSIDE, tally

Act = Callable[[World], Any]
Hook = Callable[[World, Run], object]
OPERATOR = Caller("operators", Role.ADMIN)


def starts(job: Job, **options: Any) -> Act:
    """Enqueue a job, and keep what was promised."""

    def act(world: World) -> None:
        world.promised.append(enqueue(job, **options).id)

    return act


def causes(*jobs: Job, **options: Any) -> Act:
    """Enqueue jobs in the transaction of what causes them."""

    def act(world: World) -> None:
        with transaction() as writes:
            for job in jobs:
                tally(writes, f"cause of {job.key}")  # type: ignore[attr-defined]
            handles = [writes.enqueue(job, **options) for job in jobs]
        world.promised += [handle.id for handle in handles]

    return act


def ids(world: World, label: str) -> list[str]:
    """The jobs of a label."""
    return [text(row, "id") for row in world.jobs() if label_of(row) == label]


def label_of(row: Any) -> str:
    """A job's name and what tells it from its like."""
    given = text(row, "arguments", "{}")
    words = [text(row, "name").removeprefix("tests.")]
    for name in ("key", "number"):
        _, found, rest = given.partition(f'"{name}":')
        if found:
            words.append(rest.split(",")[0].strip('"}'))
    return " ".join(words)


def cancels(label: str) -> Act:
    """Cancel a job, if it is there."""
    return lambda world: [service.cancel_job(OPERATOR, id_) for id_ in ids(world, label)]


def redrives(label: str) -> Act:
    """Redrive a job, if it is there."""
    return lambda world: [service.redrive_job(OPERATOR, id_) for id_ in ids(world, label)]


def redrives_all(name: str) -> Act:
    """Redrive all dead jobs of a name, by a job of its own."""
    return lambda _world: service.redrive_matching(OPERATOR, RedriveIn(name=name))


def belongs(job: Job, **options: Any) -> Act:
    """Enqueue a job of an account that will be forgotten."""
    return lambda _world: enqueue(job, owner="ann", **options)


def forgets_account(_world: World, run: Run) -> None:
    """Cancel and delete the jobs of an account."""
    forget("ann", run)


def uploads(_world: World) -> None:
    """S3 tells of a new object."""
    told = {"bucket": {"name": "dunlin-local-payloads"}, "object": {"key": "k", "sequencer": "1"}}
    event = {"eventName": "ObjectCreated:Put", "eventTime": "2026-03-01T12:00:00Z"}
    record = event | {"eventSource": "aws:s3", "s3": told}
    gateway.send_body("fast", json.dumps({"Records": [record]}))


def once(hook: Hook) -> Hook:
    """Do it in the first run only."""

    def hooked(world: World, run: Run) -> None:
        OUTSIDE[f"hook of {run.id}"] += 1
        if OUTSIDE[f"hook of {run.id}"] == 1:
            hook(world, run)

    return hooked


def fails(error: type[BaseException], *arguments: Any) -> Hook:
    """Raise it."""

    def hook(_world: World, _run: Run) -> None:
        raise error(*arguments)

    return hook


def asked_to_stop(world: World, run: Run) -> None:
    """Somebody cancels the job while it runs, and it sees that."""
    world.call(lambda: service.cancel_job(OPERATOR, run.id))
    run.checkpoint()


def asked_to_stop_and_dead(world: World, run: Run) -> None:
    """Somebody cancels the job while it runs, and its sandbox dies."""
    world.call(lambda: service.cancel_job(OPERATOR, run.id))
    raise Crash


def asked_to_stop_and_deaf(world: World, run: Run) -> None:
    """Somebody cancels the job while it runs, and it goes on."""
    world.call(lambda: service.cancel_job(OPERATOR, run.id))


def asked_to_stop_and_failing(world: World, run: Run) -> None:
    """Somebody cancels the job while it runs, and it fails."""
    world.call(lambda: service.cancel_job(OPERATOR, run.id))
    raise ValueError("a secret word")


def tells_progress(world: World, run: Run) -> None:
    """Half of it is done, and nobody wants it cancelled."""
    run.progress(50, "half")
    world.time.pass_(seconds=2)
    run.checkpoint()


def unreadable(world: World) -> None:
    """Somebody sends what is no message."""
    gateway.send_body("fast", UNREADABLE)


def clears_calendar(world: World) -> None:
    """Nothing is on the calendar any more."""
    world.put_on_calendar(None)


def asked_to_stop_and_given_up(world: World, run: Run) -> None:
    """Somebody cancels the job while it runs, and it gives up."""
    world.call(lambda: service.cancel_job(OPERATOR, run.id))
    raise GiveUp("no")


def forgets(kind: type[Job]) -> Act:
    """From now on all functions are of a release that does not know a job."""
    return lambda _world: definitions._definitions.pop(kind.definition.name)


def knows(kind: type[Job]) -> Act:
    """From now on all functions are of a release that knows it."""
    return lambda _world: definitions._definitions.update({kind.definition.name: kind.definition})
