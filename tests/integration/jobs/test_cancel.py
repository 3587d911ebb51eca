"""Cancelling: at once where nobody runs a job, on request where somebody does, never afterwards."""

import pytest

from handler import audit
from handler.jobs import enqueue
from handler.jobs.entries import child_id
from handler.jobs.models import JobRow, key_of
from infra.local.pump import Crash
from tests.integration.jobs.conftest import all_jobs, hint, locks, purge, row, set_row, state
from tests.sample_jobs import HOOKS, OUTSIDE, Plain, Refusing, Tally, Whole, effects


def told(handle):
    """What the audit log says of a job."""
    events = audit.Event.scan()
    return [(one.action, one.actor) for one in events if one.subject == handle.id]


def test_a_queued_job_is_cancelled_at_once(time, jobs, ann):
    """It never runs, and leaves the due index."""
    handle = enqueue(Tally(key="a"), owner="ann")
    answer = ann.post(f"{handle.url}/cancel")
    assert (answer.status, answer.body["state"]) == (202, "cancelled")
    jobs.deliver()
    assert (effects("a"), row(handle).wake, row(handle).attempts) == (0, None, 0)


def test_a_retrying_job_is_cancelled_at_once(time, jobs, ann):
    """It is not tried again."""
    handle = enqueue(Tally(key="a", failures=5), owner="ann")
    jobs.deliver()
    assert ann.post(f"{handle.url}/cancel").body["state"] == "cancelled"
    jobs.pass_(seconds=10)
    assert OUTSIDE["a"] == 1


def test_a_delayed_job_is_cancelled_at_once(time, jobs, ann):
    """Its time comes, and nothing happens."""
    handle = enqueue(Tally(key="a"), owner="ann", delay=7200)
    ann.post(f"{handle.url}/cancel")
    time.pass_(seconds=7170)
    jobs.pass_(seconds=60)
    assert (state(handle), effects("a")) == ("cancelled", 0)


def waiting(hand, parts=3, **options):
    """A parent that waits for its children, whose messages are lost."""
    handle = enqueue(Whole(key="w", parts=parts), **options)
    hand(hint(handle))
    purge("fast")
    assert state(handle) == "waiting"
    return handle


def test_a_waiting_job_is_cancelled_with_its_children(time, jobs, hand, ann):
    """None of them runs, and neither does the parent once more."""
    handle = waiting(hand, owner="ann")
    assert ann.post(f"{handle.url}/cancel").body["state"] == "cancelled"
    jobs.deliver()
    jobs.pass_(seconds=130)
    assert [one.state for one in all_jobs("tests.part")] == ["cancelled"] * 3
    assert (effects("w"), OUTSIDE["w joined"], state(handle)) == (0, 0, "cancelled")


def test_children_that_have_ended_stay_as_they_are(time, jobs, hand, ann):
    """Only the others are cancelled."""
    handle = waiting(hand, owner="ann")
    children = all_jobs("tests.part")
    hand(hint(children[0]))
    ann.post(f"{handle.url}/cancel")
    jobs.deliver()
    assert sorted(one.state for one in all_jobs("tests.part")) == [
        "cancelled",
        "cancelled",
        "succeeded",
    ]


def test_a_parent_goes_on_without_a_cancelled_child(time, jobs, hand, admin):
    """It is counted out, as by any end."""
    handle = waiting(hand)
    child = JobRow.find(child_id(handle.id, 0))
    admin.post(f"/jobs/{child.id}/cancel")
    jobs.pass_(seconds=130)
    assert (state(handle), row(handle).result) == ("succeeded", "6")


def test_a_child_of_a_parent_that_is_forgotten_can_be_cancelled(time, jobs, hand, admin):
    """Nobody is left to be told."""
    waiting(hand, parts=1)
    (child,) = all_jobs("tests.part")
    JobRow(child.parent, "job").delete()
    assert admin.post(f"/jobs/{child.id}/cancel").body["state"] == "cancelled"


def cancelling(client, time, handle, then=lambda _: None):
    """A hook that has a job cancelled while it runs, and then does more."""

    def hook(run):
        answer = client.post(f"{handle.url}/cancel")
        assert (answer.status, answer.body["state"]) == (202, "running")
        assert answer.body["cancel_requested"]
        time.pass_(seconds=2)
        then(run)

    return hook


def test_a_running_job_is_asked_to_stop(time, jobs, ann):
    """It does so when it looks."""
    handle = enqueue(Tally(key="a"), owner="ann")
    HOOKS["a"] = cancelling(ann, time, handle, lambda run: run.checkpoint())
    jobs.deliver()
    assert (state(handle), effects("a"), row(handle).wake) == ("cancelled", 0, None)


def test_a_running_job_that_never_looks_succeeds(time, jobs, ann):
    """What it has done is done."""
    handle = enqueue(Tally(key="a"), owner="ann")
    HOOKS["a"] = cancelling(ann, time, handle)
    jobs.deliver()
    assert (state(handle), effects("a")) == ("succeeded", 1)


def test_a_running_job_that_fails_is_not_tried_again(time, jobs, ann):
    """It is cancelled instead."""
    handle = enqueue(Tally(key="a", failures=3), owner="ann")
    HOOKS["a"] = cancelling(ann, time, handle)
    jobs.deliver()
    assert (state(handle), OUTSIDE["a"]) == ("cancelled", 1)


def test_a_running_job_that_would_come_later_does_not(time, jobs, ann, monkeypatch):
    """It is cancelled instead."""
    handle = enqueue(Refusing(word="later"), owner="ann")
    HOOKS["later"] = cancelling(ann, time, handle)
    jobs.deliver()
    assert state(handle) == "cancelled"


def test_a_running_job_that_would_spawn_does_not(time, jobs, ann):
    """It is cancelled, and there are no children."""
    handle = enqueue(Whole(key="w", parts=2), owner="ann")
    HOOKS["w"] = cancelling(ann, time, handle)
    jobs.deliver()
    assert (state(handle), all_jobs("tests.part")) == ("cancelled", [])


def test_progress_tells_a_job_to_stop(time, jobs, ann):
    """Whoever says how far it is learns of it, without another look."""
    handle = enqueue(Tally(key="a"), owner="ann")

    def then(run):
        run.progress(50)
        run.checkpoint()

    HOOKS["a"] = cancelling(ann, time, handle, then)
    jobs.deliver()
    assert (state(handle), row(handle).progress) == ("cancelled", 50)


def test_a_job_whose_runner_died_is_cancelled_when_it_is_taken_over(time, jobs, ann):
    """It is not run once more."""
    handle = enqueue(Tally(key="a"), owner="ann", unique="k")

    def die(run):
        raise Crash

    HOOKS["a"] = cancelling(ann, time, handle, die)
    jobs.pass_(seconds=150)
    assert (state(handle), OUTSIDE["a"], locks()) == ("cancelled", 1, [])


@pytest.mark.parametrize("job", [Plain(), Refusing(word="give up")], ids=["succeeded", "dead"])
def test_a_job_that_has_ended_cannot_be_cancelled(time, jobs, ann, job):
    """409; nothing is written down."""
    handle = enqueue(job, owner="ann")
    jobs.deliver()
    answer = ann.post(f"{handle.url}/cancel")
    assert (answer.status, answer.code, told(handle)) == (409, "job_ended", [])


def test_a_cancelled_job_cannot_be_cancelled_again(time, ann):
    """It has ended."""
    handle = enqueue(Plain(), owner="ann")
    ann.post(f"{handle.url}/cancel")
    assert ann.post(f"{handle.url}/cancel").code == "job_ended"


def test_another_s_job_cannot_be_cancelled(time, max_, anonymous):
    """It is not even there."""
    handle = enqueue(Plain(), owner="ann")
    assert max_.post(f"{handle.url}/cancel").code == "job_not_found"
    assert anonymous.post(f"{handle.url}/cancel").status == 401
    assert (state(handle), told(handle)) == ("queued", [])


def test_an_administrator_cancels_any_job(time, admin):
    """And the audit log says who."""
    handle = enqueue(Plain(), owner="ann")
    admin.post(f"{handle.url}/cancel")
    assert (state(handle), told(handle)) == ("cancelled", [("job.cancelled", "root")])


@pytest.mark.parametrize("running", [False, True])
def test_what_is_written_down_is_part_of_the_cancel(time, jobs, ann, requests, running):
    """One transaction."""
    handle = enqueue(Tally(key="a"), owner="ann")
    if running:
        set_row(handle, state={"S": "running"}, lease={"N": "9999999999"})
    del requests[:]
    ann.post(f"{handle.url}/cancel")
    (written,) = [one for one in requests if "TransactItems" in one]
    writes = {kind: write for one in written["TransactItems"] for kind, write in one.items()}
    assert writes["Update"]["Key"] == key_of(handle.id)
    assert writes["Put"]["TableName"] == "dunlin-local-audit"
    assert told(handle) == [("job.cancelled", "ann")]


def test_a_job_that_moves_meanwhile_is_looked_at_again(time, jobs, hand, ann, wire):
    """What is answered is what became of it."""
    handle = enqueue(Plain(), owner="ann")
    record = hint(handle)

    def run_first(_):
        hand(record)

    wire.break_next(None, run_first)
    answer = ann.post(f"{handle.url}/cancel")
    assert (answer.status, answer.code, state(handle)) == (409, "job_ended", "succeeded")
