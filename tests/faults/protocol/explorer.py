"""One random schedule of a scenario: who goes next, what breaks, when time passes.

At each request an actor may crash before or after it, lose its answer, or find that it never
arrived; messages are dropped and doubled; time passes while a worker stands still. All is drawn
from the seed, so that a schedule can be repeated.
"""

import random
from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass
from typing import Any

from tests.faults.protocol import invariants
from tests.faults.protocol.actors import Steps
from tests.faults.protocol.scenarios import SCENARIOS, SKEWS, Scenario
from tests.faults.protocol.stage import Stage
from tests.faults.protocol.worker import Protocol
from tests.faults.protocol.world import LEASE, LOOK_AHEAD, VISIBILITY, Message, Row

Event = tuple[Callable[[Any], None], Any]


@dataclass(frozen=True)
class Budget:
    """How much may go wrong, and within how many events all must have ended."""

    faults: int = 2
    doubles: int = 1
    freezes: bool = True
    events: int = 1000


HASTE = (1, 0.3, 0.1)  # how likely what happens once happens now: else all is over at the start
PACES = (8, 8, 8, 1, 1)  # some are slow enough to be taken for dead
TELL = 80  # lines of a schedule, when it is told
CALM, FEW, MANY = Budget(0, 0, freezes=False), Budget(), Budget(5, 3, events=3000)


class Schedule(Stage):
    """A scenario, played once."""

    def __init__(
        self, scenario: Scenario, seed: int, budget: Budget = FEW, of: type[Protocol] = Protocol
    ) -> None:
        super().__init__(of(scenario.plan), budget.faults)
        self.world.lenient = scenario.skew
        self.scenario, self.budget, self.doubles = scenario, budget, budget.doubles
        self.random = random.Random(seed)  # noqa: S311
        self.haste = self.random.choice(HASTE)
        self.callers = list(scenario.jobs)
        self.cancel, self.redrives = scenario.cancel, 2 * bool(scenario.redrive)

    def violation(self) -> str | None:
        """Play to the end, and say what went wrong."""
        for _ in range(self.budget.events):
            events = self._events()
            if self.world.violations or not events:
                return invariants.violation(self.world)
            act, what = self.random.choice(events)
            act(what)
        return "never ends"

    def _events(self) -> list[Event]:
        events: list[Event] = []
        faulty = self.faults and self._now()
        for actor in self.actors:
            events += [(self.step, actor)] * actor.pace
            if faulty:
                faults = self.crash_before, self.crash_after, self.lose_answer, self.fail
                some = faults if actor.pace > 1 else [self.random.choice(faults)]
                events += [(fault, actor) for fault in some]
        self._add_deliveries(events)
        self._add_ticks(events)
        self._add_time(events)
        if not events or self._now():
            self._add_script(events)
        return events

    def _now(self) -> bool:
        return self.random.random() < self.haste

    def _add_deliveries(self, events: list[Event]) -> None:
        if self.count("worker") >= 4:
            return
        for message in self.world.queue:
            if message.visible <= self.world.now:
                events += [(self._deliver, message)] * 3
                if self.faults:
                    events.append((self._drop, message))
            elif self.doubles and message.received:
                events.append((self._double, message))

    def _add_ticks(self, events: list[Event]) -> None:
        if self.count("tick") < 2:
            events += [(self._tick, row) for time, row in self._wakes() if time <= self.world.now]
        now, mark = self.world.now, self.world.mark
        due = any(mark < time <= now for time in self.scenario.plan.occurrences)
        if due and self.count("cron") < 2:
            events.append((self._cron, None))

    def _wakes(self) -> list[tuple[int, Row]]:
        """From when on a tick sees which row."""
        rows = [row for row in self.world.rows.values() if row.wake is not None]
        return [(row.wake - LOOK_AHEAD * (row.kind == "later"), row) for row in rows]

    def _add_script(self, events: list[Event]) -> None:
        events += [(self._call, job) for job in self.callers] * 3
        if self.cancel in self.world.rows:
            events.append((self._cancel, self.cancel))
        row = self.world.rows.get(self.scenario.redrive)
        if self.redrives and row and (row.state == "DEAD" or row.redriven):
            events.append((self._redrive, row.job))

    def _add_time(self, events: list[Event]) -> None:
        world, now = self.world, self.world.now
        times = [message.visible for message in world.queue]
        times += [time for time, _ in self._wakes()]
        ahead = [time for time in (*times, *world.plan.occurrences) if time > now]
        if ahead and (self.budget.freezes or not events):
            events += [(self._pass_time, min(ahead))] * (1 if self.actors else 4)
            if self.actors:
                events.append((self._pass_time, now + LEASE + 1))

    def _pass_time(self, now: int) -> None:
        self.tell(f"it is {now}")
        self.world.now = now

    def _begin(self, kind: str, steps: Steps) -> None:
        self.start(kind, steps, self.random.choice(PACES))

    def _skew(self) -> int:
        return self.random.choice(SKEWS) if self.scenario.skew else 0

    def _call(self, job: str) -> None:
        self.callers.remove(job)
        self._begin("api", self.world.api(f"caller of {job}", job, **self.scenario.jobs[job]))

    def _cancel(self, job: str) -> None:
        self.cancel = None
        self._begin("canceller", self.world.canceller(job))

    def _redrive(self, job: str) -> None:
        self.redrives -= 1
        self._begin("redriver", self.world.redriver(job))

    def _tick(self, row: Row) -> None:
        self._begin("tick", self.world.tick(copy(row), self._skew()))

    def _cron(self, _nothing: None) -> None:
        self._begin("cron", self.world.cron(self._skew()))

    def _deliver(self, message: Message) -> None:
        others = [one for one in self.world.queue if one is not message]
        ready = [one for one in others if one.visible <= self.world.now]
        batch = [message, *ready[: self.scenario.batch - 1]]
        for one in batch:
            one.received, one.visible = True, self.world.now + VISIBILITY
        self._begin("worker", self.world.worker(batch, self._skew()))

    def _double(self, message: Message) -> None:
        self.doubles -= 1
        self.tell(f"a message of {message.job} comes twice")
        self._deliver(message)

    def _drop(self, message: Message) -> None:
        self.faults -= 1
        self.tell(f"a message of {message.job} is dropped")
        self.world.queue.remove(message)


@dataclass(frozen=True)
class Finding:
    """A schedule after which something is wrong, and how to play it again."""

    scenario: str
    seed: int
    budget: Budget
    mutant: str
    violation: str
    told: tuple[str, ...]

    def __str__(self) -> str:
        told = "\n  ".join(self.told[:TELL])
        return (
            f"{self.mutant}, {self.scenario}, seed {self.seed}, {self.budget.faults} faults:"
            f" {self.violation}\n  {told}"
        )


def find(
    name: str, seeds: Iterable[int], budget: Budget = FEW, of: type[Protocol] = Protocol
) -> Finding | None:
    """The first schedule of a scenario after which something is wrong."""
    for seed in seeds:
        schedule = Schedule(SCENARIOS[name], seed, budget, of)
        if violation := schedule.violation():
            told = tuple(schedule.told())
            return Finding(name, seed, budget, of.__name__, violation, told)
    return None
