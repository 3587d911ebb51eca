"""What is played: the jobs, what their handlers do, and what others do to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.protocol.world import LEASE, Plan


@dataclass(frozen=True)
class Scenario:
    """A small story; `ends` is how it goes when nothing goes wrong."""

    ends: Mapping[str, str]
    jobs: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: {"j": {}})
    plan: Plan = field(default_factory=Plan)
    cancel: str | None = None
    redrive: str | None = None  # by two at once
    skew: bool = False
    batch: int = 1


DONE, DEAD = {"j": "SUCCEEDED"}, {"j": "DEAD"}
ALWAYS = 99
TWO, KEYED = {"j": {}, "n": {}}, {"j": {"key": "k"}, "n": {"key": "k"}}
CHILDREN = {"c1": "SUCCEEDED", "c2": "SUCCEEDED"}
PAIR, THREE = {"j": (("c1", "c2"),)}, {"j": (("c1", "c2"), ("c3",), ("c4",))}
FOUR = {**CHILDREN, "c3": "SUCCEEDED", "c4": "SUCCEEDED"}

SCENARIOS: dict[str, Scenario] = {
    "plain": Scenario(DONE),
    "effect": Scenario(DONE, plan=Plan(fail_after=frozenset("j"))),
    "retry": Scenario(DONE, plan=Plan(fail={"j": 1})),
    "long retry": Scenario(DONE, plan=Plan(fail={"j": 1}, delay=40)),
    "dead": Scenario(DEAD, plan=Plan(fail={"j": ALWAYS})),
    "redrive": Scenario(DONE, plan=Plan(fail={"j": ALWAYS}), redrive="j"),
    "redrive, one attempt": Scenario(DONE, plan=Plan(attempts=1, fail={"j": ALWAYS}), redrive="j"),
    "external": Scenario(DONE, plan=Plan(fail={"j": 1}, external=True)),
    "cancel": Scenario({}, cancel="j"),
    "cancel failing": Scenario({}, plan=Plan(fail={"j": ALWAYS}), cancel="j"),
    "cancel crashed": Scenario({}, plan=Plan(poison=frozenset("j")), cancel="j"),
    "cancel, redrive": Scenario({}, plan=Plan(fail={"j": ALWAYS}), cancel="j", redrive="j"),
    "cancel parent": Scenario({}, plan=Plan(spawn=THREE), cancel="j"),
    "cancel child": Scenario({}, plan=Plan(spawn=PAIR, fail={"c1": 1}), cancel="c1"),
    "fan-in": Scenario(DONE | CHILDREN, plan=Plan(spawn=PAIR, fail={"c1": 1})),
    "no children": Scenario(DONE, plan=Plan(spawn={"j": ((),)})),
    "failing join": Scenario(DONE | FOUR, plan=Plan(spawn=THREE, fail={"j": ALWAYS}), redrive="j"),
    "chunks": Scenario(DONE | FOUR, plan=Plan(spawn=THREE, fail={"c1": 1})),
    "redriven child": Scenario(
        DONE | CHILDREN, plan=Plan(spawn=PAIR, fail={"c1": ALWAYS}), redrive="c1"
    ),
    "cancel, redriven child": Scenario(
        {},
        plan=Plan(attempts=1, spawn={"j": (("c1",),)}, fail={"c1": ALWAYS}),
        cancel="c1",
        redrive="c1",
    ),
    "chain": Scenario(DONE | {"n": "SUCCEEDED"}, plan=Plan(follow={"j": "n"}, fail={"n": 1})),
    "unique": Scenario({}, KEYED, Plan(fail={"j": 1})),
    "unique, cancel": Scenario({}, KEYED, cancel="j"),
    "unique, redrive": Scenario({}, KEYED, Plan(fail={"j": ALWAYS}), redrive="j"),
    "delayed": Scenario(DONE, {"j": {"due": 12}}),
    "later": Scenario(DONE, {"j": {"due": 50}}),
    "later, cancel": Scenario({}, {"j": {"due": 50}}, cancel="j"),
    "release": Scenario(DONE, plan=Plan(release={"j": 6}, fail={"j": 1})),
    "release, cancel": Scenario({}, plan=Plan(release={"j": 6}), cancel="j"),
    "long release": Scenario(DONE, plan=Plan(release={"j": 2}, delay=40)),
    "cron": Scenario(
        {"cron-5": "SUCCEEDED", "cron-30": "SUCCEEDED", "cron-31": "SUCCEEDED"},
        {},
        Plan(occurrences=(5, 30, 31), fail={"cron-5": 1}),
    ),
    "poison": Scenario(DEAD | {"n": "SUCCEEDED"}, TWO, Plan(poison=frozenset("j")), batch=2),
    "poison, redrive": Scenario(DEAD, plan=Plan(poison=frozenset("j")), redrive="j"),
    "poison child": Scenario(
        DONE | CHILDREN | {"c1": "DEAD"},
        plan=Plan(spawn=PAIR, poison=frozenset(("c1",))),
        batch=2,
    ),
    "skew": Scenario(DONE, plan=Plan(fail={"j": 1}), skew=True),
    "skew, later": Scenario(DONE, {"j": {"due": 50}}, skew=True),
    "skew, chunks": Scenario(DONE | FOUR, plan=Plan(spawn=THREE), skew=True),
    "skew, unique": Scenario({}, KEYED, Plan(fail={"j": 1}), skew=True),
    "skew, cron": Scenario(
        {"cron-5": "SUCCEEDED", "cron-7": "SUCCEEDED"},
        {},
        Plan(occurrences=(5, 7)),
        skew=True,
    ),
}
SKEWS = (0, 0, 0, -LEASE // 2, LEASE // 2)
