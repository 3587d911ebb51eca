"""A unique job whose end enqueues one of its own key: the lock is passed on."""

import pytest
from botocore.exceptions import ReadTimeoutError

from handler.core.errors import Unavailable
from handler.jobs import enqueue, transaction
from handler.jobs.locks import lock_of
from handler.jobs.models import JobRow, key_of
from tests.integration.jobs.conftest import all_jobs, locks, state
from tests.sample_jobs import HOOKS, OUTSIDE, Plain


def holder():
    """Whose the lock is."""
    return JobRow.raw_one(key_of(lock_of("tests.plain", "k"), "lock"))["job"]["S"]


@pytest.fixture
def followed(time, jobs):
    """Runs a job that another of its key follows, so many seconds later; the handles of both."""
    made = []

    def follow(run):
        with run.transaction() as writes:
            made.append(writes.enqueue(Plain(key="b"), unique="k", delay=3600))

    def call():
        HOOKS["a"] = follow
        first = enqueue(Plain(key="a"), unique="k")
        jobs.deliver()
        return first, made[-1]

    return call


def test_a_lock_is_passed_on(followed):
    """The one that follows has it, and is no other."""
    first, second = followed()
    assert (state(first), state(second)) == ("succeeded", "queued")
    assert (second.existing, second.id != first.id, holder()) == (False, True, second.id)


def test_the_one_that_follows_is_the_open_one(followed):
    """Whoever enqueues one of the key meanwhile is told so."""
    _, second = followed()
    third = enqueue(Plain(), unique="k")
    assert (third.id, third.existing) == (second.id, True)


def test_the_one_that_follows_gives_the_key_free(followed, time, jobs):
    """It runs when it is due."""
    _, second = followed()
    time.pass_(seconds=3500)
    jobs.pass_(seconds=130)
    assert (state(second), OUTSIDE["b"], locks()) == ("succeeded", 1, [])


def test_a_job_may_follow_itself_again_and_again(time, jobs):
    """Until it does not."""

    def follow(run):
        if OUTSIDE["a"] < 5:
            with run.transaction() as writes:
                writes.enqueue(Plain(key="a"), unique="k")

    HOOKS["a"] = follow
    enqueue(Plain(key="a"), unique="k")
    jobs.deliver()
    assert (OUTSIDE["a"], [one.state for one in all_jobs()]) == (5, ["succeeded"] * 5)
    assert locks() == []


@pytest.mark.parametrize(
    "error",
    [ReadTimeoutError(endpoint_url="https://dynamodb.example"), Unavailable()],
    ids=["asked again", "given up"],
)
def test_a_lock_is_passed_on_once_though_the_answer_is_lost(
    time, jobs, wire, carried_out, monkeypatch, error
):
    """The end is recorded, and one job follows."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    lost = []

    def lose(request):
        if "succeeded" in str(request.body) and not lost:
            lost.append(request)
            carried_out(request)
            raise error

    def follow(run):
        wire.break_all(lose)
        with run.transaction() as writes:
            writes.enqueue(Plain(key="b"), unique="k")

    HOOKS["a"] = follow
    first = enqueue(Plain(key="a"), unique="k")
    jobs.deliver()
    jobs.pass_(seconds=130)
    assert (len(lost), state(first), OUTSIDE["a"], OUTSIDE["b"]) == (1, "succeeded", 1, 1)
    assert (len(all_jobs()), locks()) == (2, [])


def test_a_transaction_that_fails_keeps_the_lock(time, jobs):
    """The job is tried again, and has it still."""
    first = enqueue(Plain(key="a"), unique="k")

    def follow(run):
        with run.transaction() as writes:
            writes.enqueue(Plain(key="b"), unique="k")
            raise ValueError

    HOOKS["a"] = follow
    jobs.deliver()
    assert (state(first), holder(), len(all_jobs())) == ("retrying", first.id, 1)


def test_two_of_a_key_in_a_transaction_are_one(time, jobs):
    """The second handle says so."""
    with transaction() as writes:
        first = writes.enqueue(Plain(key="a"), unique="k")
        second = writes.enqueue(Plain(key="b"), unique="k")
        other = writes.enqueue(Plain(key="c"), unique="l")
    jobs.deliver()
    assert (first.existing, second.existing, other.existing) == (False, True, False)
    assert (second.id == first.id, dict(OUTSIDE)) == (True, {"a": 1, "c": 1})


def test_two_of_a_key_that_is_open_are_that_one(time, jobs):
    """Both handles name it."""
    open_ = enqueue(Plain(), unique="k", delay=60)
    with transaction() as writes:
        first = writes.enqueue(Plain(), unique="k")
        second = writes.enqueue(Plain(), unique="k")
    assert [(one.id, one.existing) for one in (first, second)] == [(open_.id, True)] * 2
