"""Plays scenarios: with one fault at a call, or with several, as a seed has it."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from unittest import mock

from handler.jobs import JobCancelled, JobTimeout, definitions, endings, spawning, working
from handler.jobs.endings import Superseded
from infra.local.pump import Odds
from tests import sample_jobs
from tests.faults.jobs import invariants
from tests.faults.jobs.invariants import Broken
from tests.faults.jobs.network import Fault, Sent
from tests.faults.jobs.scenarios import SCENARIOS, Scenario
from tests.faults.jobs.world import World

SOON = 600
"""Seconds for which an unknown name is left alone, instead of an hour."""
CHAOS = Odds(doubled=0.2, again=0.2, dropped=0.15)


@dataclass(frozen=True)
class Schedule:
    """A scenario and what breaks in it: by the numbers of calls, or drawn from the seed."""

    scenario: str
    seed: int = 0
    faults: Mapping[int, Fault] = field(default_factory=dict)
    persistent: bool = False
    chaos: bool = False

    @property
    def broken(self) -> Broken:
        """What the invariants have to know of it."""
        return Broken(
            len(self.faults) + self.chaos, Fault.DENIED in self.faults.values(), self.chaos
        )

    def __str__(self) -> str:
        told = ", ".join(f"{fault.name} at call {number}" for number, fault in self.faults.items())
        more = " with chaos" * self.chaos + " and a persistent caller" * self.persistent
        return f"{self.scenario!r}, seed {self.seed}: {told or 'nothing breaks'}{more}"


@dataclass(frozen=True)
class Played:
    """What came of it."""

    schedule: Schedule
    violations: Sequence[str]
    calls: Sequence[Sent]

    def __str__(self) -> str:
        struck = (number for number in self.schedule.faults if number < len(self.calls))
        where = ", ".join(str(self.calls[number]) for number in struck)
        return "\n  ".join((f"{self.schedule}: {where}", *self.violations))


def play(world: World, schedule: Schedule) -> Played:
    """Play a schedule to its end."""
    scenario, calls = SCENARIOS[schedule.scenario], list[Sent]()
    world.begin(schedule.seed, scenario.cron)
    world.persistent = schedule.persistent

    def choose(sent: Sent) -> Fault | None:
        calls.append(sent)
        world.let_arrive()
        return schedule.faults.get(sent.number)

    world.network.choose = choose
    if schedule.chaos:
        world.pump.chaos(schedule.seed, CHAOS)
    try:
        _perform(world, scenario)
    except (Exception, Superseded, JobCancelled, JobTimeout) as error:  # noqa: BLE001 - is found
        world.ledger.violations.append(f"nobody catches {error!r}")
    found = invariants.violations(world, scenario, schedule.broken)
    return Played(schedule, list(found), calls)


def _perform(world: World, scenario: Scenario) -> None:
    with ExitStack() as stack:
        stack.enter_context(world.quiet())
        for module in (endings, spawning):
            stack.enter_context(mock.patch.object(module, "CHUNK", scenario.chunk))
        stack.enter_context(mock.patch.object(working, "_UNKNOWN", SOON))
        stack.enter_context(mock.patch.dict(definitions._definitions))
        for key, hook in scenario.hooks.items():
            sample_jobs.HOOKS[key] = partial(hook, world)
        for seconds, act in scenario.acts:
            if seconds:
                world.pump.pass_(seconds=seconds)
            world.call(partial(act, world))
        world.settle()


def with_each(calls: Sequence[Sent], name: str, fault: Fault, every: int = 1) -> Iterator[Schedule]:
    """A scenario with a fault at each of its calls, or at every so many."""
    for sent in calls[::every]:
        if sent.concerns(fault):
            yield Schedule(name, 0, {sent.number: fault}, persistent=sent.number % 2 == 0)


def drawn(name: str, seeds: Iterable[int], calls: int) -> Iterator[Schedule]:
    """Schedules of several faults; chaos in every second."""
    for seed in seeds:
        chance = random.Random(f"{name} {seed}")  # noqa: S311 - to be repeatable
        numbers = [chance.randrange(calls * 3 // 2) for _ in range(chance.randint(1, 4))]
        faults = {number: chance.choice(list(Fault)) for number in numbers}
        yield Schedule(name, seed, faults, chance.random() < 0.5, chance.random() < 0.5)


def find(world: World, schedules: Iterable[Schedule]) -> Played | None:
    """The first schedule after which something is wrong."""
    played = (play(world, schedule) for schedule in schedules)
    return next((one for one in played if one.violations), None)
