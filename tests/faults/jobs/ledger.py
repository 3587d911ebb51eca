"""What no program could know: who may write to a job just then, and what was written all the same.

It sees every change of a row before it is made, and whose change it is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infra.blueprint import prefix
from tests.faults.jobs.database import Change
from tests.faults.jobs.expressions import Row

JOBS = prefix("local") + "jobs"
ENDED = frozenset({"succeeded", "dead", "cancelled"})
_ANYBODYS = {"cancel", "left", "shelf", "wake"}
_NOBODYS_ENDS = {"dead", "cancelled"}


@dataclass(eq=False)
class Actor:
    """A process that runs: a caller, or an invocation; and the jobs that it has claimed."""

    name: str
    fences: dict[str, int] = field(default_factory=dict)


def text(row: Row, name: str, default: str = "") -> str:
    """A text of a row."""
    return row[name]["S"] if name in row else default


def number(row: Row, name: str) -> int:
    """A number of a row, or 0."""
    return int(row[name]["N"]) if name in row else 0


class Ledger:
    """Holds every change against the rules, and remembers what broke them."""

    def __init__(self, now: Callable[[], float], row: Callable[[str], Row | None]) -> None:
        self._now, self._row = now, row
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.actors: list[Actor] = [Actor("nobody")]
        self.violations: list[str] = []
        self.marks: dict[str, int] = {}
        self.claims: Counter[str] = Counter()
        self._steps: Counter[tuple[str, str]] = Counter()
        self._open: defaultdict[str, set[str]] = defaultdict(set)

    @property
    def actor(self) -> Actor:
        """Who runs just now."""
        return self.actors[-1]

    def see(self, changes: list[Change]) -> None:
        """Look at changes that are about to be made together."""
        for table, before, after in changes:
            if table == JOBS and after is not None:
                self._see(before, after)
        for lock, jobs in self._open.items():
            if len(jobs) > 1:
                self.violations.append(f"{len(jobs)} open jobs of {lock}")

    def _see(self, before: Row | None, after: Row) -> None:
        id_, part = text(after, "id"), text(after, "part")
        if part == "mark":
            self.marks.setdefault(id_, number(after, "at"))
        elif part.startswith("step:"):
            self._see_step(id_, part)
        elif part == "job":
            self._see_lock(id_, after)
            if before is not None:
                self._see_job(id_, before, after)

    def _see_lock(self, id_: str, after: Row) -> None:
        if "lock" in after:
            jobs = self._open[text(after, "lock")]
            (jobs.discard if text(after, "state") in ENDED else jobs.add)(id_)

    def _see_step(self, id_: str, part: str) -> None:
        self._steps[id_, part] += 1
        row = self._row(id_) or {}
        if text(row, "state") != "running" or not self._owns(id_, row):
            self._tell(row, f"{part} stored by a stale runner")
        if self._steps[id_, part] > 1:
            self._tell(row, f"{part} stored twice")

    def _see_job(self, id_: str, before: Row, after: Row) -> None:
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        was, is_ = text(before, "state"), text(after, "state")
        if number(after, "fence") < number(before, "fence"):
            self._tell(before, "its fence goes back")
        if "runner" in after and "runner" in changed:
            self._see_claim(id_, before, after)
        elif was in ENDED:
            if changed - {"left"} and (was, is_) != ("dead", "queued"):
                self._tell(before, f"changed after its end: {sorted(changed)}")
        elif is_ == "queued" and was != "queued":
            self._tell(before, "put twice")
        elif was == "running" and changed - _ANYBODYS and not self._owns(id_, before):
            over = number(before, "lease") < self._now()
            if not (over and is_ in _NOBODYS_ENDS):
                self._tell(before, f"stale write by {self.actor.name}: {sorted(changed)}")

    def _see_claim(self, id_: str, before: Row, after: Row) -> None:
        now, was = self._now(), text(before, "state")
        wrongs = {
            "run although it was cancelled": "cancel" in before,
            "taken from a living runner": was == "running" and number(before, "lease") >= now,
            "run before its children had ended": was == "waiting" and number(before, "left") > 0,
            "run before it was due": was in {"queued", "retrying"} and number(before, "due") > now,
            "run after its end": was in ENDED,
            "run without a new fence": number(after, "fence") != number(before, "fence") + 1,
        }
        for wrong, found in wrongs.items():
            if found:
                self._tell(before, wrong)
        self.claims[id_] += 1
        self.actor.fences[id_] = number(after, "fence")

    def _owns(self, id_: str, row: Row) -> bool:
        return self.actor.fences.get(id_) == number(row, "fence")

    def _tell(self, row: Row, what: Any) -> None:
        self.violations.append(f"{label(row)} in {text(row, 'state')}: {what}")


def label(row: Row) -> str:
    """A job by its name and its key, for people."""
    return f"{text(row, 'name').removeprefix('tests.')} {text(row, 'arguments')[:60]}".strip()
