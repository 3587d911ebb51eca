"""How much a transaction holds, of whatever it is made."""

import json

import pytest

from handler.jobs import enqueue, transaction
from tests.integration.jobs.conftest import objects, row, state
from tests.sample_jobs import HOOKS, Plain, Tally, effects, tally


def do_business(count, *jobs):
    """So many writes, and unique jobs, in one transaction."""
    with transaction() as writes:
        for number in range(count):
            tally(writes, str(number))
        for job in jobs:
            writes.enqueue(job, unique="k")


def test_more_than_100_writes_are_refused(time, jobs, wire):
    """In words, before anything is asked of DynamoDB."""
    with pytest.raises(ValueError, match="100 writes"):
        do_business(101)
    assert wire.calls == []


def test_writes_and_jobs_are_counted_together(time, jobs, wire):
    """A unique job is three rows with its arguments: 97 more fit."""
    job = Tally(key="a", padding="x" * 2000)
    with pytest.raises(ValueError, match="100 writes"):
        do_business(98, job)
    assert wire.calls == []
    do_business(97, job)
    jobs.deliver()
    assert effects("a") == 1


def largest(wire):
    """How many bytes the largest request had."""
    return max(len(json.dumps(one, ensure_ascii=False).encode()) for one in wire.requests)


@pytest.mark.parametrize("character", ["x", "\U0001f600"])
def test_many_large_jobs_fit_a_transaction(time, jobs, wire, character):
    """What would be more than DynamoDB's 4 MB goes to S3."""
    padding = character * (280_000 // len(character.encode()))
    with transaction() as writes:
        for number in range(20):
            writes.enqueue(Tally(key=f"k{number}", padding=padding))
    assert 2_500_000 < largest(wire) < 3_500_000
    assert 5 < len(objects()) < 15
    jobs.deliver()
    assert [effects(f"k{number}") for number in range(20)] == [1] * 20


def test_many_large_chains_fit_a_transaction(time, jobs, wire):
    """What waits behind a job counts as well."""
    with transaction() as writes:
        for number in range(20):
            first, then = (Tally(key=f"{key}{number}", padding="x" * 250_000) for key in "ab")
            writes.enqueue(first, then=[then])
    assert largest(wire) < 3_500_000
    jobs.deliver()
    assert [effects(f"b{number}") for number in range(20)] == [1] * 20


@pytest.mark.parametrize(
    ("size", "chunks", "in_s3"), [(300, 1, 0), (2_000, 2, 0), (35_000, 2, 0), (50_000, 2, 60)]
)
def test_children_with_large_arguments(time, jobs, wire, size, chunks, in_s3):
    """They stand in rows beside, 49 to a transaction; very large ones are in S3."""
    handle, sums = enqueue(Plain(key="parent")), []
    children = [Plain(answer="x" * (size + number)) for number in range(60)]

    def do(run):
        if run.joined:
            sums.append([len(child.result()) - size for child in run.children()])
            return
        run.spawn(children)
        assert (row(handle).chunks, len(objects())) == (chunks, in_s3)

    HOOKS["parent"] = do
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=200)
    assert sums == [list(range(60))]
    assert largest(wire) < 4_000_000
