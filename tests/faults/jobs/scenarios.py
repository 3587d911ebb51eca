"""What is played: what callers do, what handlers do besides, and how it ends."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from handler.jobs import GiveUp, RetryLater
from infra.local.pump import Crash
from tests.faults.jobs.doings import (
    Act,
    Hook,
    asked_to_stop,
    asked_to_stop_and_dead,
    asked_to_stop_and_deaf,
    asked_to_stop_and_failing,
    asked_to_stop_and_given_up,
    belongs,
    cancels,
    causes,
    clears_calendar,
    fails,
    forgets,
    forgets_account,
    knows,
    once,
    redrives,
    redrives_all,
    starts,
    tells_progress,
    unreadable,
    uploads,
)
from tests.sample_jobs import Charge, Happened, Plain, Steps, Tally, Whole

DONE, DEAD, CANCELLED = "succeeded", "dead", "cancelled"


@dataclass(frozen=True)
class Scenario:
    """A small story.

    `acts` are done by callers, each so many seconds after the last one. `ends` says how each job
    ends when nothing breaks, by its name and key, and `also` how else it may end when something
    does. `chunk` is how many children a transaction takes.
    """

    acts: tuple[tuple[float, Act], ...]
    ends: Mapping[str, str]
    also: frozenset[tuple[str, str]] = frozenset()
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    chunk: int = 98
    cron: str | None = None


def also(**ends: str) -> frozenset[tuple[str, str]]:
    """Other ends of tallies, by their keys."""
    return frozenset((f"tally {key}", end) for key, end in ends.items())


A, B, C = Tally(key="a"), Tally(key="b"), Tally(key="c")
PARTS = {f"part w {number}": DONE for number in range(4)}
WHOLE = {"whole w": DONE}
ANY_FAMILY = {
    *(PARTS | WHOLE).items(),
    *((name, CANCELLED) for name in PARTS),
    ("jobs.cancel_children", DONE),
}

SCENARIOS: dict[str, Scenario] = {
    "plain": Scenario(((0, starts(Plain(key="p", answer=1))),), {"plain p": DONE}),
    "transaction": Scenario(((0, causes(A)),), {"tally a": DONE}),
    "retry": Scenario(((0, causes(Tally(key="a", failures=2))),), {"tally a": DONE}),
    "dead": Scenario(((0, starts(Plain(key="p", failures=9))),), {"plain p": DEAD}),
    "later": Scenario(
        ((0, causes(A)),), {"tally a": DONE}, hooks={"a": once(fails(RetryLater, 1000))}
    ),
    "short delay": Scenario(((0, causes(A, delay=30)),), {"tally a": DONE}),
    "long delay": Scenario(((0, causes(A, delay=2000)),), {"tally a": DONE}),
    "calendar": Scenario(
        ((0, lambda world: world.pump.tick()), (200, clears_calendar)),
        {"hourly": DONE},
        cron="*/2 * * * *",
    ),
    "cancel, queued": Scenario(
        ((0, causes(A, delay=100)), (10, cancels("tally a"))),
        {"tally a": CANCELLED},
        also(a=DONE),
    ),
    "cancel, running": Scenario(
        ((0, causes(A)),), {"tally a": CANCELLED}, also(a=DONE), {"a": once(asked_to_stop)}
    ),
    "cancel, dead worker": Scenario(
        ((0, causes(A)),),
        {"tally a": CANCELLED},
        also(a=DONE),
        {"a": once(asked_to_stop_and_dead)},
    ),
    "cancel, too late": Scenario(
        ((0, causes(A)),),
        {"tally a": DONE},
        also(a=CANCELLED),
        {"a": once(asked_to_stop_and_deaf)},
    ),
    "cancel, failing": Scenario(
        ((0, causes(A)),),
        {"tally a": CANCELLED},
        also(a=DONE),
        {"a": once(asked_to_stop_and_failing)},
    ),
    "fan-in": Scenario(
        ((0, starts(Whole(key="w", parts=3))),),
        {**WHOLE, **{f"part w {number}": DONE for number in range(3)}},
        hooks={"w/1": once(fails(ValueError))},
    ),
    "no children": Scenario(((0, starts(Whole(key="w", parts=0))),), WHOLE),
    "chunks": Scenario(
        ((0, starts(Whole(key="w", parts=4))),),
        WHOLE | PARTS | {"part w 3": DEAD},
        hooks={"w/3": fails(GiveUp, "no")},
        chunk=2,
    ),
    "cancel, parent": Scenario(
        ((0, starts(Whole(key="w", parts=4))), (10, cancels("whole w"))),
        {
            "whole w": CANCELLED,
            **PARTS,
            "part w 3": CANCELLED,
            "jobs.cancel_children": DONE,
        },
        frozenset(ANY_FAMILY),
        {"w/3": once(fails(RetryLater, 30))},
        chunk=2,
    ),
    "cancel, spawning": Scenario(
        ((0, starts(Whole(key="w", parts=3))),),
        {"whole w": CANCELLED},
        frozenset(ANY_FAMILY),
        {"w": once(asked_to_stop_and_deaf)},
        chunk=2,
    ),
    "chain": Scenario(
        ((0, starts(A, then=[Tally(key="b", failures=1), C])),),
        {"tally a": DONE, "tally b": DONE, "tally c": DONE},
    ),
    "unique": Scenario(
        (
            (0, causes(Tally(key="a", failures=1), unique="k")),
            (0, causes(B, unique="k")),
            (200, causes(C, unique="k")),
        ),
        {"tally a": DONE, "tally c": DONE},
        also(b=DONE),
    ),
    "steps": Scenario(
        ((0, starts(Steps(key="s", failures=1))),),
        {"steps s": DONE},
    ),
    "progress": Scenario(((0, causes(A)),), {"tally a": DONE}, hooks={"a": tells_progress}),
    "charge": Scenario(((0, starts(Charge(key="x", failures=1))),), {"charge x": DONE}),
    "redrive": Scenario(
        ((0, causes(A, unique="k")), (5, redrives("tally a")), (0, redrives("tally a"))),
        {"tally a": DONE},
        also(a=DEAD),
        {"a": once(fails(GiveUp, "no"))},
    ),
    "redrive, unique": Scenario(
        (
            (0, causes(A, unique="k")),
            (5, causes(Tally(key="b"), unique="k", delay=100)),
            (5, redrives("tally a")),
            (200, redrives("tally a")),
        ),
        {"tally a": DONE, "tally b": DONE},
        also(a=DEAD),
        {"a": once(fails(GiveUp, "no"))},
    ),
    "redrive, flagged": Scenario(
        ((0, causes(A)), (5, redrives("tally a"))),
        {"tally a": DONE},
        also(a=DEAD) | also(a=CANCELLED),
        {"a": once(asked_to_stop_and_given_up)},
    ),
    "redrive, child": Scenario(
        ((0, starts(Whole(key="w", parts=2))), (5, redrives("part w 0"))),
        WHOLE | {"part w 0": DONE, "part w 1": DONE},
        frozenset({("part w 0", DEAD)}),
        {"w/0": once(fails(GiveUp, "no"))},
    ),
    "redrive, many": Scenario(
        ((0, causes(A, B)), (5, redrives_all("tests.tally"))),
        {"tally a": DONE, "tally b": DONE, "jobs.redrive_dead": DONE},
        also(a=DEAD, b=DEAD),
        {"a": once(fails(GiveUp, "no")), "b": once(fails(GiveUp, "no"))},
    ),
    "cancel, early": Scenario(
        ((0, starts(Whole(key="w", parts=2), delay=30)), (10, cancels("whole w"))),
        {"whole w": CANCELLED},
        frozenset(ANY_FAMILY),
        {f"w/{number}": once(fails(RetryLater, 1000)) for number in range(2)},
    ),
    "unknown": Scenario(
        ((0, starts(Plain(key="p"))), (0, forgets(Plain))),
        {"plain p": DEAD},
        frozenset({("plain p", DONE)}),
    ),
    "mixed": Scenario(
        ((0, starts(Plain(key="p"))), (0, forgets(Plain)), (200, knows(Plain))), {"plain p": DONE}
    ),
    "poison": Scenario(
        ((0, causes(A, B)),),
        {"tally a": DONE, "tally b": DEAD},
        hooks={"b": fails(Crash)},
    ),
    "poison, child": Scenario(
        ((0, starts(Whole(key="w", parts=1))),),
        WHOLE | {"part w 0": DEAD},
        hooks={"w/0": fails(Crash)},
    ),
    "forget": Scenario(
        ((0, belongs(Plain(key="p"))), (0, belongs(Plain(key="q"), delay=100)), (5, starts(A))),
        {"tally a": DONE},
        frozenset((f"plain {key}", end) for key in "pq" for end in (DONE, CANCELLED)),
        {"a": forgets_account},
    ),
    "arrival": Scenario(
        ((0, uploads),),
        {"files.check_upload k": DONE, "jobs.object_created k": DONE, "object_seen k": DONE},
    ),
    "event": Scenario(
        ((0, starts(Happened(key="e"))),),
        {
            "happened e": DONE,
            "first_listener e": DONE,
            "second_listener e": DONE,
        },
    ),
    "beside": Scenario(
        ((0, starts(Plain(answer="y" * 900, key="p"))),),
        {"plain": DONE},
    ),
    "object": Scenario(
        ((0, starts(Plain(answer="y" * 310_000, key="p"))),),
        {"plain": DONE},
    ),
    "unreadable": Scenario(((0, unreadable),), {"jobs.poison_message": DEAD}),
}
