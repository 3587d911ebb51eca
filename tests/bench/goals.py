"""The goals of performance.md, and how a figure stands to its goal."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """What is measured, how much it may be, and what the stack could do at best.

    A goal that is exact may not be less either; of one that is a least, more is better.
    """

    what: str
    goal: float
    limit: float | None = None
    exact: bool = False
    least: bool = False


GOALS = {
    "C1": Goal("import of the api door with its DynamoDB client / hello", 1.75, 1.29),
    "C2": Goal("the same and the first authenticated GET / hello", 1.9, 1.4),
    "C3": Goal("import of the api door from its read-only bundle / with warm .pyc", 1.05, 1.0),
    "C4": Goal("botocore clients after touching every route / services used", 1, exact=True),
    "S1a": Goal("MB of the api's zip for Lambda without .pyc", 12, 11.7),
    "S1b": Goal("MB of the api's zip for Lambda with .pyc", 20, 17.8),
    "W1": Goal("/health with its log line / hello", 1.7, 1.6),
    "W2": Goal("authenticated GET / hello + its two raw GetItems", 1.35, 1.15),
    "W3": Goal("list of 25 of an owner / hello + raw GetItem and Query", 1.3, 0.35),
    "W3s": Goal("newest list of 25 / hello + raw GetItem and 16 Queries", 1.3, 0.35),
    "W4a": Goal("401 / hello", 1.5),
    "W4b": Goal("422 of a body / hello", 2.0),
    "W4c": Goal("422 of a list's ten parameters / hello", 2.0),
    "W6a": Goal("threads that requests hop to, shard queries aside", 0, exact=True),
    "W6b": Goal("BaseHTTPMiddleware in the stack", 0, exact=True),
    "W6c": Goal("Mangum's lifespan (0 is off)", 0, exact=True),
    "A1a": Goal("AWS calls: authentication, which is part of the following", 1, exact=True),
    "A1b": Goal("AWS calls: GET an item", 2, exact=True),
    "A1c": Goal("AWS calls: list of an owner", 2, exact=True),
    "A1d": Goal("AWS calls: newest list", 17, exact=True),
    "A1e": Goal("AWS calls: list by a word (shards + 1 batch)", 18, exact=True),
    "A1f": Goal("AWS calls: create", 2, exact=True),
    "A1g": Goal("AWS calls: PATCH", 2, exact=True),
    "A1h": Goal("AWS calls: PATCH of search terms", 3, exact=True),
    "A1l": Goal("AWS calls: limits, for the 30 requests of a lease", 1, exact=True),
    "J1": Goal(
        "jobs of a CPU second / those of a loop with their raw calls", 0.85, 1.0, least=True
    ),
    "J1c": Goal("AWS calls: a run of a job", 2, exact=True),
    "P2": Goal("posts of a CPU second / those of a bare loop of posts", 0.85, least=True),
    "P3": Goal("from a publish to its event, through the twin / a bare echo", 20),
    "L1": Goal("sign-in / verification of its password", 1.15),
    "D1a": Goal("page 40 of 25 million items / page 1 of 25,000: calls", 1, exact=True),
    "D1b": Goal("the same: read units", 1, 1.0, exact=True),
}
"""By id; letters divide one goal of performance.md into what is counted apart."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured for a goal."""

    id: str
    measured: float

    @property
    def verdict(self) -> str:
        """`ok`, `over` or `under`."""
        goal = GOALS[self.id]
        if goal.exact:
            return "ok" if self.measured == goal.goal else "over"
        if goal.least:
            return "ok" if self.measured >= goal.goal else "under"
        return "ok" if self.measured <= goal.goal else "over"
