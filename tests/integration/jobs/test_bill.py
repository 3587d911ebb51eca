"""What jobs cost, request by request and unit by unit (jobs.md, "What a job costs").

| scenario | write units | of which |
|---|---|---|
| plain | 5 | row, claim, end; the due index's entry in and out |
| an account's | 6 | its entry in the index of owners |
| with what causes it | 6 | the row twice, in a transaction (and what causes it: 2) |
| with an effect in its end | 6 | the end twice (and the effect: 2) |
| delayed up to 15 minutes | 5 | |
| delayed further | 8 | the clock's update, which moves the entry: out and in |
| a message lost | 8 | the same |
| each failed attempt | +5 | its claim, its error, its update, which moves the entry |
| dead at once | 7 | its error, its entry in the index of the dead |
| unique | 11 | row and end twice; the lock in and out, twice each |
| a step | +4 | the check that the job is still this runner's, and the value, twice each |
| progress | +1 | |
| the next of a chain | 7 | its row twice, its claim and end, entries; the end before it once more |
| a parent | 8 | its row, two claims, its waiting twice, its end; its entry in and out |
| each child | 9 | its row twice, its claim, its end twice, the count at its parent twice; entries |
| arguments of 2 KB | 12 | its row twice, and the one beside, of 3 KB, twice |

Nothing is read, except: by a parent its children (half a unit each), by an end of a child the
parent (1), by later attempts their steps (1 each), by runs what stands beside the row. A retry is
moved by 2 more units if a second has passed, and a parent's waiting as well.
"""

import pytest

from handler.jobs import definitions, enqueue, transaction
from infra.local.units import size_of
from tests.integration.jobs.conftest import hint, purge, row, state
from tests.integration.jobs.meter import metered
from tests.sample_jobs import HOOKS, Noticed, Plain, Refusing, Steps, Tally, Whole, tally

PUT, UPDATE, TRANSACT = "PutItem", "UpdateItem", "TransactWriteItems"
GET, BATCH = "GetItem", "BatchGetItem"


@pytest.fixture
def bill(time, jobs, monkeypatch):
    """The bill of a job from its enqueueing to its end, while the calendar is empty."""
    for cron in definitions.crons():
        monkeypatch.setattr(cron, "cron", None)

    def measure(enqueue_it, seconds=0):
        with metered() as found:
            handle = enqueue_it()
            if seconds:
                time.pass_(seconds=seconds - 61)
                jobs.pass_(seconds=62)
            jobs.deliver()
            assert state(handle) in ("succeeded", "dead")
        found.calls.pop()  # the look at its state just now
        found.reads -= 1
        return found

    return measure


def with_cause():
    """A job that is enqueued with an effect of a request."""
    with transaction() as writes:
        tally(writes, "cause")
        return writes.enqueue(Plain())


SCENARIOS = {
    "plain": (lambda: enqueue(Plain()), 5, [PUT, UPDATE, UPDATE]),
    "an account's": (lambda: enqueue(Plain(), owner="ann"), 6, [PUT, UPDATE, UPDATE]),
    "with its cause": (with_cause, 6 + 2, [TRANSACT, UPDATE, UPDATE]),
    "with an effect": (lambda: enqueue(Tally(key="a")), 6 + 2, [PUT, UPDATE, TRANSACT]),
    "dead at once": (lambda: enqueue(Refusing(word="give up")), 7, [PUT, UPDATE, UPDATE, UPDATE]),
    "unique": (lambda: enqueue(Plain(), unique="k"), 11, [TRANSACT, UPDATE, TRANSACT]),
    "two steps": (
        lambda: enqueue(Steps(key="s")),
        5 + 2 * 4,
        [PUT, UPDATE, TRANSACT, TRANSACT, UPDATE],
    ),
    "a chain of two": (
        lambda: enqueue(Plain(), then=[Plain()]),
        5 + 7,
        [PUT, UPDATE, TRANSACT, UPDATE, UPDATE],
    ),
}


@pytest.mark.parametrize(("enqueue_it", "units", "calls"), SCENARIOS.values(), ids=SCENARIOS)
def test_the_bill(bill, enqueue_it, units, calls):
    """Calls in order, units of writes, and not one read."""
    found = bill(enqueue_it)
    assert (found.calls, found.writes, found.reads) == (calls, units, 0)


def test_the_bill_of_progress(time, bill):
    """A unit for each time that it is written."""
    HOOKS["p"] = lambda run: run.progress(50)
    assert bill(lambda: enqueue(Plain(key="p"))).writes == 5 + 1


def test_the_bill_of_a_short_delay(bill):
    """As without one: SQS waits."""
    found = bill(lambda: enqueue(Plain(), delay=890), seconds=891)
    assert found.writes == 5


def test_the_bill_of_a_long_delay(bill):
    """The clock moves it once, when it sends the message."""
    found = bill(lambda: enqueue(Plain(), delay=3600), seconds=3601)
    assert found.writes == 8


def test_the_bill_of_a_lost_message(time, jobs, bill):
    """The clock moves it once."""

    def lose():
        handle = enqueue(Plain())
        purge("fast")
        return handle

    assert bill(lose, seconds=61).writes == 8


def test_the_bill_of_a_failed_attempt(time, jobs):
    """Claim, error, and the update that moves it in the index."""
    with metered() as found:
        handle = enqueue(Plain(failures=1))
        jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=10)
    assert found.writes == 5 + 5


@pytest.mark.parametrize("children", [1, 3])
def test_the_bill_of_a_family(bill, children):
    """A read of the parent at each child's end, and of all children by the parent."""
    found = bill(lambda: enqueue(Whole(key="w", parts=children)))
    assert found.writes == 8 + children * (9 + 2)  # each has an effect
    assert found.reads == children * 1.5


def test_the_bill_of_an_event(bill):
    """A family whose parent reads no children."""
    found = bill(lambda: enqueue(Noticed(key="n")))
    assert (found.writes, found.reads) == (8 + 9 + 2, 1)


def test_the_bill_of_large_arguments(bill):
    """What stands beside is written once, and read at each run."""
    found = bill(lambda: enqueue(Plain(key="x" * 2050)))
    assert (found.writes, found.reads) == (12, 1)


def test_the_bill_of_a_message_that_comes_again(time, jobs, hand):
    """A claim that is refused costs as if it were not."""
    handle = enqueue(Plain())
    message = hint(handle)
    jobs.deliver()
    with metered() as found:
        hand(message)
    assert (found.calls, found.writes) == ([UPDATE], 1)


@pytest.mark.parametrize("owner", [None, "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])
def test_a_job_s_row_is_small_all_its_life(bill, owner):
    """Within 1 KB, which every update is billed by, with 500 bytes of arguments."""
    padding = "x" * (500 - len('{"key":"a","failures":0,"padding":""}'))
    found = bill(lambda: enqueue(Tally(key="a", padding=padding), owner=owner))
    assert max(found.sizes) <= 1024
    assert max(found.sizes) > 700


def test_a_tick_reads_half_a_unit_for_each_shard(time, jobs):
    """Where nothing is due: 32 queries, and the marks of the calendar."""
    jobs.tick()
    with metered() as found:
        jobs.tick()
    assert sorted(set(found.calls)) == [BATCH, "Query"]
    assert found.calls.count("Query") == 32
    assert (found.writes, found.reads) == (0, (32 + len(definitions.crons())) / 2)


def test_the_meter_knows_sizes():
    """As DynamoDB counts them: names, UTF-8, two digits a byte."""
    assert size_of({"é": {"S": "€"}}) == 5
    assert size_of({"n": {"N": "-1234"}}) == 1 + 3
    assert size_of({"b": {"BOOL": True}}) == 2
    assert size_of({"m": {"M": {"a": {"S": "xy"}}}}) == 1 + 3 + 1 + 1 + 2
    assert size_of({"l": {"L": [{"S": "xy"}]}}) == 1 + 3 + 1 + 2
