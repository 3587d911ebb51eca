"""Redriving many: however slow it is, and however many there are."""

import pytest

from handler.jobs import enqueue, service
from handler.jobs.models import JobRow
from tests.integration.jobs.conftest import state
from tests.sample_jobs import Refusing


def bury(jobs, count):
    """So many dead jobs."""
    handles = [enqueue(Refusing(word="give up")) for _ in range(count)]
    jobs.deliver()
    assert {state(handle) for handle in handles} == {"dead"}
    return handles


def test_what_is_redriven_slowly_is_due_at_once(time, jobs, admin, sent, wire):
    """No message has a time in the past, which SQS refuses."""
    handles = bury(jobs, 6)
    admin.post("/admin/jobs/redrive", {})
    del sent[:]

    def linger(request):
        if "TransactWriteItems" in str(request.headers["X-Amz-Target"]):
            time.pass_(seconds=2)

    wire.break_all(linger)
    jobs.deliver()
    delays = [one["DelaySeconds"] for one in sent if "tests.refusing" in one["MessageBody"]]
    assert delays == [0] * 6
    assert [JobRow.find(handle.id).fence for handle in handles] == [2] * 6


@pytest.fixture
def counted(monkeypatch):
    """Fewer are looked at in a request than in production."""
    monkeypatch.setattr(service, "COUNTED", 3)


def test_a_request_counts_so_many_at_most(time, jobs, admin, counted):
    """The job goes through all of them."""
    handles = bury(jobs, 5)
    answer = admin.post("/admin/jobs/redrive", {}).body
    assert (answer["matched"], answer["job"] is None) == (3, False)
    jobs.deliver()
    assert [JobRow.find(handle.id).fence for handle in handles] == [2] * 5


def test_what_was_not_looked_at_may_match(time, jobs, admin, monkeypatch):
    """So the job is enqueued, and finds it behind those that do not."""
    bury(jobs, 5)
    hidden = enqueue(Refusing(word="key"))
    jobs.deliver()
    monkeypatch.setattr(service, "COUNTED", 0)
    answer = admin.post("/admin/jobs/redrive", {"error": "KeyError"}).body
    assert answer["matched"] == 0
    jobs.deliver()
    assert (JobRow.find(answer["job"]).result, JobRow.find(hidden.id).fence) == ("1", 2)


def test_a_dry_run_that_stops_early_enqueues_nothing(time, jobs, admin, counted):
    """It counts."""
    bury(jobs, 5)
    body = {"error": "KeyError", "dry_run": True}
    assert admin.post("/admin/jobs/redrive", body).body == {"matched": 0, "job": None}


def test_what_certainly_matches_nothing_enqueues_nothing(time, jobs, admin, counted):
    """All were looked at."""
    bury(jobs, 2)
    answer = admin.post("/admin/jobs/redrive", {"error": "KeyError"}).body
    assert answer == {"matched": 0, "job": None}
