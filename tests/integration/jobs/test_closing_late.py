"""An account closes while its jobs are on their way: none is left in the end."""

from handler.jobs import enqueue
from handler.jobs.entries import child_id
from handler.jobs.models import JobRow
from tests.integration.jobs.conftest import all_jobs, hint, objects, purge, row, set_row, state
from tests.integration.jobs.test_closing import close, is_over, of_ann
from tests.sample_jobs import HOOKS, Plain, Tally, Whole

MONTH = 30 * 24 * 3600


def forgetting():
    """The job that forgets Ann's."""
    (found,) = all_jobs("accounts.forget_jobs")
    return found


def test_a_job_that_came_late_is_forgotten_too(time, jobs, ann):
    """A request that was under way enqueues after the first look; there is a later one."""
    assert ann.delete("/users/me").status == 202
    jobs.deliver()
    enqueue(Plain(), owner="ann", delay=MONTH)
    assert (forgetting().state, is_over()) == ("retrying", False)
    jobs.drain(is_over, limit_seconds=200)
    assert of_ann() == []


def test_an_account_without_jobs_is_looked_at_again(time, jobs, ann):
    """Until a minute has passed: only then nothing is under way any more."""
    assert ann.delete("/users/me").status == 202
    jobs.pass_(seconds=59)
    assert forgetting().state == "retrying"
    jobs.pass_(seconds=61)
    assert is_over()


def test_a_parent_stays_while_a_child_is_open(time, jobs, ann, hand):
    """Through it alone the child is found; in the end both are gone."""
    parent = enqueue(Whole(key="w", parts=2), owner="ann")
    hand(hint(parent))
    purge("fast")
    child = JobRow.find(child_id(parent.id, 0))
    lease = {"N": str(int(time.now.timestamp()) + 150)}
    set_row(child, state={"S": "running"}, fence={"N": "1"}, lease=lease)
    assert ann.delete("/users/me").status == 202
    jobs.pass_(seconds=130)
    assert (state(parent), state(child), row(child).cancel) == ("cancelled", "running", True)
    jobs.drain(lambda: is_over() and not of_ann(), limit_seconds=600)
    assert [one for one in all_jobs() if one.name.startswith("tests.")] == []


def test_children_of_children_are_forgotten(time, jobs, ann):
    """All that follows from an account's job."""
    handle = enqueue(Plain(key="a"), owner="ann")
    HOOKS["a"] = lambda run: run.joined or run.spawn([Whole(key="w", parts=2)])
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=100)
    assert len([one for one in all_jobs() if one.name.startswith("tests.")]) == 4
    close(ann, jobs)
    assert [one for one in all_jobs() if one.name.startswith("tests.")] == []


def test_large_payloads_of_forgotten_jobs_are_deleted(time, jobs, ann):
    """Of dead jobs, of open ones with a chain, of results."""
    large = "x" * 350_000
    dead = enqueue(Plain(answer=large, failures=9), owner="ann")
    enqueue(Plain(answer=large), owner="ann")
    jobs.drain(lambda: state(dead) == "dead", limit_seconds=30)
    enqueue(Plain(answer=large), owner="ann", delay=MONTH, then=[Tally(key="a", padding=large)])
    assert sorted(one.partition("/")[0] for one in objects()) == ["open"] * 3 + ["results"]
    close(ann, jobs)
    assert objects() == []
