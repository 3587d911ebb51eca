"""What a tick does where something cannot be done: everything else."""

import pytest

from handler.jobs import enqueue
from tests.integration.jobs.conftest import ERRORS, all_jobs, purge
from tests.integration.jobs.test_ticks import tick
from tests.sample_jobs import Plain


@pytest.mark.parametrize("count", [3, 300], ids=["a few", "many, in threads"])
@pytest.mark.parametrize("error", ERRORS)
def test_a_job_that_cannot_be_moved_holds_no_other_up(time, jobs, wire, breaks, count, error):
    """The others are woken now, and it when it can be."""
    handles = [enqueue(Plain()) for _ in range(count)]
    purge("fast")
    time.pass_(seconds=61)
    breaks("UpdateItem", handles[1].id, error=error)
    assert tick(time)["woken"] == count - 1
    wire.break_all(None)
    assert tick(time)["woken"] == 1


def test_a_job_that_cannot_be_moved_is_told(time, jobs, breaks, capsys):
    """A line of log names it."""
    handle = enqueue(Plain())
    time.pass_(seconds=61)
    breaks("UpdateItem", handle.id)
    tick(time)
    lines = [one for one in capsys.readouterr().out.splitlines() if '"job_unmoved"' in one]
    assert len(lines) == 1
    assert handle.id in lines[0]


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize(
    ("broken", "other"), [("tests.daily", "tests.hourly"), ("tests.hourly", "tests.daily")]
)
def test_a_cron_that_cannot_be_enqueued_holds_no_other_up(
    time, jobs, wire, breaks, broken, other, error
):
    """Nor what is overdue; the next minute enqueues it."""
    tick(time)
    enqueue(Plain())
    time.pass_(hours=18, minutes=29, seconds=30)
    breaks("PutItem", broken, error=error)
    assert tick(time)["woken"] == 1
    assert (all_jobs(broken), bool(all_jobs(other))) == ([], True)
    wire.break_all(None)
    tick(time)
    assert all_jobs(broken) != []


def shelves(wire):
    """Which shelves of the due index were looked at, in that order."""
    said = [one for one in wire.requests if one.get("IndexName") == "due"]
    values = [value["S"] for one in said for value in one["ExpressionAttributeValues"].values()]
    return [one for one in values if one.startswith(("later#", "hinted#"))]


def test_a_tick_begins_with_what_must_run_at_its_second(time, jobs, wire):
    """The delayed ones, on all shards; then the overdue ones."""
    tick(time)
    kinds = [one.partition("#")[0] for one in shelves(wire)]
    assert kinds == ["later"] * 16 + ["hinted"] * 16
    assert len(set(shelves(wire))) == 32


def test_each_minute_begins_at_another_shard(time, jobs, wire):
    """What runs out of time leaves nobody out for long."""
    begun = []
    for _ in range(16):
        del wire.requests[:]
        tick(time)
        seen = shelves(wire)
        begun.append((seen[0], seen[16]))
        time.pass_(minutes=1)
    assert len(set(begun)) == 16
    assert {one.partition("#")[2] for one, _ in begun} == {f"{shard:02}" for shard in range(16)}
