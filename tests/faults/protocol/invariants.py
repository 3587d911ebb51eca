"""What must hold when nothing is left to happen."""

from collections.abc import Iterator

from tests.faults.protocol.world import ENDED, STOP, Row, World


def violation(world: World) -> str | None:
    """The first thing that is wrong, or None."""
    return next(_violations(world), None)


def _violations(world: World) -> Iterator[str]:
    yield from world.violations
    for row in world.rows.values():
        yield from _of_job(world, row)
    for job in {*world.effects, *world.external} - world.committed:
        if world.effects[job] or world.external[job]:
            yield f"phantom {job}"
    for time in world.plan.occurrences:
        if f"cron-{time}" not in world.committed:
            yield f"occurrence {time} lost"
    for key, job in world.locks.items():
        yield f"lock {key} of {job} remains"
    yield from _of_callers(world)


def _of_job(world: World, row: Row) -> Iterator[str]:
    job, succeeded = row.job, row.state == "SUCCEEDED"
    if row.state not in ENDED:
        yield f"lost {job} in {row.state}"
    if row.wake is not None:
        yield f"{job} is {row.state} and in the index"
    if world.effects[job] != succeeded:
        yield f"{world.effects[job]} effects of {job} in {row.state}"
    if row.left:
        yield f"{row.left} children left at {job}"
    if world.external[job] > 1 or (world.plan.external and succeeded > world.external[job]):
        yield f"{world.external[job]} effects of {job} elsewhere"
    if row.state == "CANCELLED" and row.chunks and f"{STOP}{job}" not in world.committed:
        yield f"children of {job} go on"
    if succeeded and world.plan.follow.get(job, job) not in world.committed:
        yield f"chain broken after {job}"
    if succeeded and job in world.plan.poison:
        yield f"{job} survived its poison"


def _of_callers(world: World) -> Iterator[str]:
    for caller, count in world.business.items():
        if count > 1:
            yield f"{caller} wrote {count} times"
    for caller, job in world.answers.items():
        if not world.business[caller] or job not in world.committed:
            yield f"{caller} was promised {job}"
