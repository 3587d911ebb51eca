"""What enqueues and runs jobs may do all that a job can ask of it, whatever its size and its queue.

Nothing is said of rights here: a call that is not granted fails its test (tests/rights.py).
"""

import pytest

from handler.jobs import enqueue
from handler.jobs.schemas import RedriveDead
from tests import rights
from tests.conftest import invoke
from tests.integration.jobs.conftest import hint, objects, row, state
from tests.sample_jobs import Plain

LARGE = "x" * 350_000
"""Too large for a row: it is kept in S3."""
WORKERS = {"worker-fast": "fast", "worker-slow": "slow"}

each_worker = pytest.mark.parametrize("function", WORKERS)


@pytest.mark.parametrize("function", ["api", *WORKERS])
def test_whoever_enqueues_may_enqueue_what_is_large(time, jobs, function):
    """No room's code changes with the size of what it is given."""
    with rights.acting(function):
        handle = enqueue(Plain(answer=LARGE))
    assert objects() == [f"open/{handle.id}/arguments-0"]


@pytest.mark.parametrize("function", ["api", *WORKERS])
def test_whoever_enqueues_finds_the_unique_job_that_is_open(time, jobs, function):
    """There is no other then."""
    handle = enqueue(Plain(), unique="k")
    with rights.acting(function):
        again = enqueue(Plain(), unique="k")
    assert (again.id, again.existing) == (handle.id, True)


@each_worker
def test_a_worker_runs_a_job_whose_arguments_and_result_are_large(time, hand, function):
    """They are fetched and kept, and the arguments deleted afterwards."""
    handle = enqueue(Plain(answer=LARGE))
    hand(hint(handle, queue=WORKERS[function]), function=function)
    assert objects() == [f"results/{handle.id}/result-1"]


@each_worker
def test_a_worker_shows_a_message_again_for_which_it_has_no_time(time, hand, function):
    """Another may have it at once."""
    handle = enqueue(Plain())
    message = hint(handle, queue=WORKERS[function])
    assert hand(message, function=function, seconds=20) == ["m1"]
    assert state(handle) == "queued"


@each_worker
def test_a_worker_counts_what_became_of_its_jobs(time, jobs, hand, admin, function):
    """With the first batch of another minute."""
    for _ in range(2):
        hand(hint(enqueue(Plain()), queue=WORKERS[function]), function=function)
        time.pass_(minutes=2)
    (counted,) = admin.get("/admin/jobs/stats").body["items"]
    assert counted["succeeded"] == 1


def test_the_clock_wakes_a_job_of_the_slow_queue(time, jobs):
    """SQS delays by a quarter of an hour at most."""
    handle = enqueue(RedriveDead(job_name=None, error=None, until=0), delay=5000)
    jobs.drain(lambda: row(handle).state == "succeeded", limit_seconds=5100)


def test_an_account_cancels_what_is_large(time, jobs, ann):
    """Its arguments are deleted."""
    handle = enqueue(Plain(answer=LARGE), owner="ann", delay=60)
    assert ann.post(f"/jobs/{handle.id}/cancel").status == 202
    assert objects() == []


def test_operators_cancel_what_is_large(time, jobs):
    """As accounts do."""
    handle = enqueue(Plain(answer=LARGE), delay=60)
    invoke("operators", {"action": "jobs_cancel", "job_id": handle.id})
    assert (state(handle), objects()) == ("cancelled", [])


def test_operators_are_shown_a_large_result(time, jobs):
    """Wherever it is kept."""
    handle = enqueue(Plain(answer=LARGE))
    jobs.deliver()
    shown = invoke("operators", {"action": "jobs_show", "job_id": handle.id})["job"]
    assert shown["result"] == LARGE
