"""Jobs that the tests of the engine run. Each leaves a trace that can be counted: an effect.

An effect is one more in a counter of DynamoDB, written in the transaction that ends the job (so
exactly once), or, outside of it, in `OUTSIDE` (as often as it happens).
"""

import time
from collections import Counter as Numbers
from collections import defaultdict
from collections.abc import Callable

from handler.core.limits import Counter
from handler.core.writes import upsert
from handler.jobs import (
    Event,
    GiveUp,
    Job,
    ObjectCreated,
    RetryLater,
    Run,
    Writes,
    enqueue,
    handles,
)
from tests import rights

OUTSIDE: Numbers[str] = Numbers()
"""What happened outside of transactions, by key."""
CHARGES: defaultdict[str, set[str]] = defaultdict(set)
"""The keys that another service was given, by job: one for each effect there."""
HOOKS: dict[str, Callable[[Run], object]] = {}
"""What else a job does while it runs, by its key: a test's own."""


def tally(writes: Writes, key: str) -> None:
    """Add one to the effects of a key, in a transaction."""
    actions = [Counter.spent.add(1), Counter.expires_at.set(9_999_999_999)]
    writes.update(Counter(f"effect#{key}"), actions)


def effects(key: str) -> int:
    """How often the effect of a key has happened."""
    found = Counter.raw_one({"key": {"S": f"effect#{key}"}})
    return int(found["spent"]["N"]) if found else 0


def _hook(key: str, run: Run) -> None:
    if key in HOOKS:
        with rights.acting(None):  # the test's own doing
            HOOKS[key](run)


class Tally(Job, name="tests.tally"):
    """Has one effect; fails as often as it is told first."""

    key: str
    failures: int = 0
    padding: str = ""


@handles(Tally)
def count_once(job: Tally, run: Run) -> None:
    """Its effect and its end are one."""
    OUTSIDE[job.key] += 1
    _hook(job.key, run)
    if run.attempt <= job.failures:
        raise ValueError("a secret word")
    with run.transaction(result={"key": job.key}) as writes:
        tally(writes, job.key)


class Plain(Job, name="tests.plain", attempts=3):
    """Returns what it is told to, or fails."""

    key: str = ""
    answer: object = None
    failures: int = 0


@handles(Plain)
def answer(job: Plain, run: Run) -> object:
    """No effect in the database."""
    OUTSIDE[job.key] += 1
    _hook(job.key, run)
    if run.attempt <= job.failures:
        raise ValueError("a secret word")
    return job.answer


class Refusing(Job, name="tests.refusing", give_up_on=(KeyError,)):
    """Ends as its word says: gives up, comes again later, or meets an error that nothing mends."""

    word: str


@handles(Refusing)
def refuse(job: Refusing, run: Run) -> str:
    """Says no in different ways."""
    OUTSIDE[job.word] += 1
    _hook(job.word, run)
    if job.word == "give up":
        raise GiveUp("There is nothing to be done.")
    if job.word == "key":
        raise KeyError("secret")
    if job.word == "later" and run.seconds_open < 1000:
        raise RetryLater(1000)
    return "done"


class Part(Job, name="tests.part"):
    """One of several: has an effect, and returns its number doubled."""

    key: str
    number: int
    failures: int = 0


@handles(Part)
def do_part(job: Part, run: Run) -> None:
    """Its effect and its end are one."""
    OUTSIDE[f"{job.key}/{job.number}"] += 1
    _hook(f"{job.key}/{job.number}", run)
    if run.attempt <= job.failures:
        raise ValueError("a secret word")
    with run.transaction(result=job.number * 2) as writes:
        tally(writes, job.key)


class Whole(Job, name="tests.whole", attempts=4):
    """Spawns so many parts, and sums their results when they have ended."""

    key: str
    parts: int
    failing: tuple[int, ...] = ()


@handles(Whole)
def do_whole(job: Whole, run: Run) -> int | None:
    """Fan out, join."""
    _hook(job.key, run)
    if not run.joined:
        run.spawn(
            [
                Part(key=job.key, number=number, failures=99 if number in job.failing else 0)
                for number in range(job.parts)
            ]
        )
        return None
    OUTSIDE[f"{job.key} joined"] += 1
    return sum(child.result() or 0 for child in run.children())


class Steps(Job, name="tests.steps"):
    """Does two steps, of which each is stored, and fails in between as often as it is told."""

    key: str
    failures: int = 0


@handles(Steps)
def do_steps(job: Steps, run: Run) -> list[object]:
    """A step that is stored is not done again."""

    def first() -> dict[str, str]:
        OUTSIDE[f"{job.key} first"] += 1
        return {"charge": run.key("charge")}

    charged = run.step("charge", first)
    _hook(job.key, run)
    if run.attempt <= job.failures:
        raise ValueError("a secret word")
    return [charged, run.step("second", lambda: run.attempt)]


class Charge(Job, name="tests.charge"):
    """Has an effect at another service, which knows a key again."""

    key: str
    failures: int = 0


@handles(Charge)
def charge(job: Charge, run: Run) -> None:
    """The effect, then a failure as often as it is told."""
    CHARGES[run.id].add(run.key("charge"))
    _hook(job.key, run)
    if run.attempt <= job.failures:
        raise ValueError("a secret word")


class Happened(Event, name="tests.happened"):
    """Something that two handlers want to know."""

    key: str


@handles(Happened, name="tests.first_listener")
def listen_first(event: Happened, run: Run) -> None:
    """One of two."""
    with run.transaction() as writes:
        tally(writes, f"{event.key} first")


@handles(Happened, name="tests.second_listener")
def listen_second(event: Happened, run: Run) -> None:
    """The other."""
    with run.transaction() as writes:
        tally(writes, f"{event.key} second")


class Daily(Job, name="tests.daily", cron="30 6 * * *", catch_up="one"):
    """On the calendar, at half past six."""


class Hourly(Job, name="tests.hourly", cron="0 * * * *", catch_up="all"):
    """On the calendar, every hour, all of them."""


class Skipped(Job, name="tests.skipped", cron="15 * * * *", catch_up="skip"):
    """On the calendar, a quarter past, unless it was missed."""


def _count(name: str) -> Callable[[Job, Run], None]:
    def run_cron(_job: Job, run: Run) -> None:
        with run.transaction() as writes:
            tally(writes, name)

    return run_cron


for _kind in (Daily, Hourly, Skipped):
    handles(_kind)(_count(_kind.definition.name))


def count_now(key: str) -> None:
    """An effect of its own, outside of any transaction: what a job must not do."""
    upsert(Counter, (f"effect#{key}", None), [Counter.spent.add(1)])


class Unfit(Job, name="tests.unfit"):
    """Returns what cannot be kept."""

    what: str


@handles(Unfit)
def return_unfit(job: Unfit, run: Run) -> object:
    """No JSON, no number, or too much."""
    return {"object": object(), "nan": float("nan"), "large": "x" * 500_000}[job.what]


class Brief(Job, name="tests.brief", timeout=1, attempts=2):
    """Has a second, and takes more."""

    key: str = ""


@handles(Brief)
def take_long(job: Brief, run: Run) -> None:
    """Sleeps like a call that hangs, and answers all exceptions."""
    try:
        time.sleep(5)
    except Exception:  # noqa: BLE001 - what a handler may do
        OUTSIDE["answered"] += 1


class Endless(Job, name="tests.endless"):
    """Enqueues itself, or has itself follow another job."""

    chained: bool = False


@handles(Endless)
def go_on(job: Endless, run: Run) -> None:
    """Never comes to an end by itself, or a test would not either."""
    OUTSIDE["endless"] += 1
    if OUTSIDE["endless"] > 50:
        return
    if job.chained:
        enqueue(Plain(), then=[job])
        return
    with run.transaction() as writes:
        writes.enqueue(job)


class Unhandled(Job, name="tests.unhandled"):
    """Nobody does this."""


class Unheard(Event, name="tests.unheard"):
    """Nobody wants to know this."""


class Noticed(Event, name="tests.noticed"):
    """Something that one handler wants to know."""

    key: str


@handles(Noticed, name="tests.only_listener")
def listen_alone(event: Noticed, run: Run) -> None:
    """The one."""
    with run.transaction() as writes:
        tally(writes, event.key)


@handles(ObjectCreated, name="tests.object_seen")
def see_object(event: ObjectCreated, run: Run) -> None:
    """Notes a new object."""
    OUTSIDE[f"{event.bucket}/{event.key}"] += 1
