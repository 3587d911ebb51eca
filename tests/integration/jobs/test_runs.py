"""What becomes of jobs that are enqueued, when nothing goes wrong at AWS."""

import json
from datetime import timedelta

import pytest

from handler.core import aws as core_aws
from handler.jobs import enqueue, transaction
from handler.jobs.gateway import queue_url
from handler.jobs.models import JobRow
from tests.integration.jobs.conftest import row
from tests.sample_jobs import (
    OUTSIDE,
    Happened,
    Plain,
    Refusing,
    Steps,
    Tally,
    Whole,
    effects,
    tally,
)


def test_a_job_runs(time, jobs):
    """What is enqueued is run at once, and its result kept."""
    handle = enqueue(Plain(answer={"a": [1, 2]}))
    jobs.deliver()
    assert (row(handle).state, json.loads(row(handle).result)) == ("succeeded", {"a": [1, 2]})


def test_an_effect_happens_with_the_end(time, jobs):
    """The transaction of a run ends the job."""
    handle = enqueue(Tally(key="a"))
    jobs.deliver()
    assert (row(handle).state, effects("a")) == ("succeeded", 1)


def test_a_job_is_enqueued_with_what_causes_it(time, jobs):
    """One transaction for the write and the job."""
    with transaction() as writes:
        tally(writes, "cause")
        writes.enqueue(Tally(key="follows"))
    jobs.deliver()
    assert (effects("cause"), effects("follows")) == (1, 1)


def test_a_failure_is_tried_again(time, jobs):
    """After a while, at random below a bound that doubles."""
    handle = enqueue(Tally(key="a", failures=2))
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=60)
    assert (row(handle).attempts, OUTSIDE["a"], effects("a")) == (3, 3, 1)


def test_too_many_failures_are_the_end(time, jobs):
    """Then the job is dead."""
    handle = enqueue(Plain(failures=9))
    jobs.drain(lambda: row(handle).state == "dead", limit_seconds=60)
    assert (row(handle).attempts, row(handle).error) == (3, "ValueError")


def test_a_lost_message_is_sent_again(time, jobs):
    """The row is in the due index: the clock wakes it."""
    handle = enqueue(Tally(key="a"))
    core_aws.client("sqs").purge_queue(QueueUrl=queue_url("fast"))
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=130)


@pytest.mark.parametrize("delay", [5, 600, 3600, 86_400])
def test_a_delayed_job_runs_to_the_second(time, jobs, delay):
    """However long the delay is."""
    begun = time.now
    handle = enqueue(Tally(key="a"), delay=delay)
    time.pass_(seconds=max(0, delay - 300))
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=310)
    assert timedelta(0) <= time.now - begun - timedelta(seconds=delay) <= timedelta(seconds=1)


@pytest.mark.parametrize("parts", [0, 1, 3, pytest.param(99, marks=pytest.mark.slow)])
def test_fan_out_and_join(time, jobs, parts):
    """Parents wait for their children."""
    handle = enqueue(Whole(key="w", parts=parts))
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=300)
    assert json.loads(row(handle).result) == sum(range(parts)) * 2
    assert (effects("w"), OUTSIDE["w joined"]) == (parts, 1)


def test_an_event_has_a_job_for_each_handler(time, jobs):
    """Each once."""
    handle = enqueue(Happened(key="e"))
    jobs.deliver()
    assert (row(handle).state, effects("e first"), effects("e second")) == ("succeeded", 1, 1)


def test_a_chain_goes_on(time, jobs):
    """One after the other."""
    enqueue(Tally(key="a"), then=[Tally(key="b"), Tally(key="c")])
    jobs.deliver()
    assert [effects(key) for key in "abc"] == [1, 1, 1]


def test_a_unique_job_is_there_once(time, jobs):
    """A second one of its key is the first one."""
    first = enqueue(Tally(key="a"), unique="k")
    second = enqueue(Tally(key="b"), unique="k")
    assert (second.id, second.existing) == (first.id, True)
    jobs.deliver()
    third = enqueue(Tally(key="c"), unique="k")
    assert not third.existing
    jobs.deliver()
    assert [effects(key) for key in "abc"] == [1, 0, 1]


def test_a_stored_step_is_not_done_again(time, jobs):
    """Also when the job fails after it."""
    handle = enqueue(Steps(key="s", failures=2))
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=60)
    assert (OUTSIDE["s first"], json.loads(row(handle).result)[1]) == (1, 3)


def test_giving_up(time, jobs):
    """No other attempt is made."""
    handle = enqueue(Refusing(word="give up"))
    jobs.deliver()
    assert (row(handle).state, row(handle).message) == ("dead", "There is nothing to be done.")


def test_coming_later_costs_no_attempt(time, jobs):
    """It goes on as if it had not been run."""
    handle = enqueue(Refusing(word="later"))
    jobs.deliver()
    time.pass_(seconds=950)
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=100)
    assert (row(handle).attempts, OUTSIDE["later"]) == (1, 2)


@pytest.mark.parametrize("size", [100, 5_000, 350_000])
def test_arguments_and_results_of_any_size(time, jobs, size):
    """In the row, beside it, in S3."""
    handle = enqueue(Plain(answer="x" * size))
    jobs.deliver()
    assert row(handle).state == "succeeded"


def test_the_due_index_is_empty_in_the_end(time, jobs):
    """Nothing is left."""
    enqueue(Whole(key="w", parts=3))
    jobs.drain(lambda: effects("w") == 3, limit_seconds=100)
    assert all(one.wake is None for one in JobRow.scan() if one.part == "job" and one.name)
