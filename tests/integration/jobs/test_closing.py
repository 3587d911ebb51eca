"""What follows when an account closes: its jobs go, whatever happens meanwhile."""

import json

import pytest

from handler import audit
from handler.accounts.schemas import AccountClosed
from handler.core import aws as core_aws
from handler.jobs import enqueue, transaction
from handler.jobs.models import JobRow
from infra.local.pump import Crash
from tests.integration.jobs.conftest import all_jobs, hint, locks, purge, state
from tests.sample_jobs import HOOKS, Plain, Refusing, Steps, Tally, Whole, tally


def of_ann():
    """The jobs that are still known as Ann's."""
    return [one for one in all_jobs() if one.owner == "ann"]


def is_over():
    """Whether all that follows from the closed account has been done."""
    announced = all_jobs("accounts.closed")
    return bool(announced) and announced[0].state == "succeeded"


def close(ann, jobs, limit=400):
    """Close Ann's account, and let time pass until all that follows is done."""
    assert ann.delete("/users/me").status == 202
    jobs.drain(lambda: is_over() and not of_ann(), limit_seconds=limit)


def close_with_crash(ann, jobs, wire, call):
    """The same, while the process ends once: after so many calls to DynamoDB."""
    assert ann.delete("/users/me").status == 202

    def die(_):
        raise Crash

    wire.break_next(*[None] * call, die)
    jobs.drain(lambda: is_over() and not of_ann(), limit_seconds=2000)
    assert len(jobs.failures) == 1


def test_jobs_of_a_closed_account_are_forgotten(time, jobs, ann, hand):
    """Whatever state they are in, with all that stands beside them."""
    enqueue(Plain(answer="x" * 5000), owner="ann")
    enqueue(Plain(answer="x" * 350_000), owner="ann")
    enqueue(Steps(key="s"), owner="ann")
    enqueue(Refusing(word="give up"), owner="ann")
    enqueue(Tally(key="a", failures=9), owner="ann")
    jobs.deliver()
    waiting = enqueue(Whole(key="w", parts=2), owner="ann", unique="k")
    hand(hint(waiting))
    purge("fast")
    enqueue(Plain(), owner="ann", delay=3 * 24 * 3600)
    others = enqueue(Plain(), owner="max", delay=3 * 24 * 3600)
    close(ann, jobs)
    left = {(one.name, one.owner) for one in all_jobs() if one.name.startswith("tests.")}
    assert left == {("tests.plain", "max")}
    assert (state(others), locks()) == ("queued", [])
    ids = {one.id for one in all_jobs()}
    assert {one.id for one in JobRow.scan() if not one.id.startswith("cron#")} == ids


def test_objects_of_forgotten_jobs_are_deleted(time, jobs, ann):
    """What was too large for a row is gone as well."""
    enqueue(Plain(answer="x" * 350_000), owner="ann")
    jobs.deliver()
    close(ann, jobs)
    listed = core_aws.client("s3").list_objects_v2(Bucket="dunlin-local-payloads")
    assert listed["KeyCount"] == 0


def test_all_rows_beside_a_job_are_deleted(time, jobs, ann):
    """However many megabytes they are."""
    handle = enqueue(Plain(key="a"), owner="ann")

    def do(run):
        for number in range(5):
            run.step(f"s{number}", lambda: "x" * 290_000)

    HOOKS["a"] = do
    jobs.deliver()
    close(ann, jobs)
    assert JobRow.parts(handle.id) == []


def test_a_running_job_of_a_closed_account_is_asked_to_stop(time, jobs, ann):
    """It is forgotten when it has ended."""
    handle = enqueue(Tally(key="a"), owner="ann")

    def hook(run):
        ann.delete("/users/me")
        jobs.deliver()
        assert JobRow.find(handle.id).cancel
        time.pass_(seconds=1)
        run.checkpoint()

    HOOKS["a"] = hook
    jobs.drain(lambda: is_over() and not of_ann(), limit_seconds=300)


@pytest.mark.parametrize("call", [2, 7, 11])
def test_closing_survives_a_crash(time, jobs, ann, wire, call):
    """After any call to DynamoDB the process may end; a slow one is given up after 900 s."""
    for _ in range(2):
        enqueue(Plain(), owner="ann", delay=24 * 3600)
    close_with_crash(ann, jobs, wire, call)


def test_an_account_that_cannot_close_announces_nothing(time, jobs, admin):
    """The event is part of the closing."""
    assert admin.delete("/users/me").code == "last_administrator"
    assert all_jobs() == []


def test_a_closed_account_is_announced_once(time, jobs, ann, admin):
    """Of two that close it at once, one does."""
    assert ann.delete("/users/me").status == 202
    assert admin.delete("/admin/users/ann").status == 404
    (event,) = all_jobs("accounts.closed")
    assert json.loads(event.arguments) == {"account_id": "ann"}
    assert [one.action for one in audit.Event.scan()] == ["account.closed"]


def test_forgetting_nobody_is_quick(time, jobs):
    """An account without jobs."""
    with transaction() as writes:
        tally(writes, "cause")
        writes.enqueue(AccountClosed(account_id="nobody"))
    jobs.drain(is_over, limit_seconds=200)
    assert all_jobs("accounts.forget_jobs")[0].result == "0"
