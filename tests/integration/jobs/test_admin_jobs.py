"""Everybody's jobs: open ones, dead ones, redriving them, and what became of all."""

from urllib.parse import urlencode

import pytest

from handler import audit
from handler.core import metrics
from handler.jobs import enqueue
from tests.integration.jobs.conftest import all_jobs, locks, row, state
from tests.integration.jobs.test_own_jobs import listed
from tests.sample_jobs import Plain, Refusing, Tally, Unfit, effects

OPEN = "/admin/jobs"


def died(jobs, job, **options):
    """A job that is dead."""
    handle = enqueue(job, **options)
    jobs.deliver()
    assert state(handle) == "dead"
    return handle


def gave_up(jobs, **options):
    """A job that has given up."""
    return died(jobs, Refusing(word="give up"), **options)


@pytest.fixture
def dead(time, jobs):
    """Dead jobs of two names and three errors; the order is that in which they died."""
    made = [gave_up(jobs)]
    made.append(died(jobs, Unfit(what="nan")))
    made.append(died(jobs, Refusing(word="key")))
    time.pass_(seconds=1)
    made.append(gave_up(jobs))
    return made


def test_open_jobs_are_listed_by_when_they_are_due(time, jobs, admin):
    """Everybody's; those that have ended are not among them."""
    later = enqueue(Plain(), owner="ann", delay=5000)
    soon = enqueue(Plain(), owner="max", delay=30)
    now = enqueue(Tally(key="a"))
    assert listed(admin, "limit=1", OPEN) == [now.id, soon.id, later.id]
    jobs.deliver()
    assert listed(admin, "", OPEN) == [soon.id, later.id]


def test_open_jobs_are_narrowed_by_name(time, admin):
    """Only those of that name."""
    enqueue(Plain())
    tally = enqueue(Tally(key="a"))
    assert listed(admin, "name=tests.tally", OPEN) == [tally.id]


def test_open_jobs_are_narrowed_by_state(time, jobs, admin):
    """Those that wait for another attempt, and those that none has begun yet."""
    again = enqueue(Refusing(word="later"))
    jobs.deliver()
    queued = enqueue(Plain())
    assert listed(admin, "state=retrying", OPEN) == [again.id]
    assert listed(admin, "state=queued", OPEN) == [queued.id]
    assert listed(admin, "state=running", OPEN) == []


def test_an_administrator_sees_whose_jobs_they_are(time, admin):
    """Owner, parent and crashes."""
    enqueue(Plain(), owner="ann")
    (one,) = admin.get(OPEN).body["items"]
    assert (one["owner"], one["parent"], one["crashes"]) == ("ann", None, 0)


def test_dead_jobs_are_grouped_by_name_and_error(admin, dead):
    """Within a group by time."""
    first, nan, key, last = (handle.id for handle in dead)
    assert listed(admin, "state=dead&limit=2", OPEN) == [key, first, last, nan]


def test_dead_jobs_are_narrowed_by_name(admin, dead):
    """Only those of that name."""
    assert listed(admin, "state=dead&name=tests.unfit", OPEN) == [dead[1].id]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("error=result", [1]), ("error=gave_up", [0, 3]), ("name=tests.refusing&error=result", [])],
)
def test_dead_jobs_are_narrowed_by_error(admin, dead, query, expected):
    """Of all names or of one."""
    found = listed(admin, f"state=dead&{query}", OPEN)
    assert found == [dead[number].id for number in expected]


class TestDetails:
    """One job, for administrators."""

    def test_say_what_it_was_given(self, time, admin):
        """Beside all that lists say of it."""
        handle = enqueue(Tally(key="a"), owner="ann")
        job = admin.get(f"/admin/jobs/{handle.id}").body
        assert (job["arguments"]["key"], job["owner"], job["failures"]) == ("a", "ann", [])

    def test_say_how_it_failed(self, admin, dead):
        """Each attempt."""
        job = admin.get(f"/admin/jobs/{dead[0].id}").body
        assert job["arguments"] == {"word": "give up"}
        assert [one["error"] for one in job["failures"]] == ["gave_up"]

    @pytest.mark.parametrize(("size", "shown"), [(10_000, True), (400_000, False)])
    def test_leave_out_what_fills_a_file(self, time, admin, size, shown):
        """An answer would not hold 10 MB."""
        handle = enqueue(Refusing(word="w" * size))
        arguments = admin.get(f"/admin/jobs/{handle.id}").body["arguments"]
        assert arguments == ({"word": "w" * size} if shown else None)

    def test_are_of_a_job_that_is_there(self, admin):
        """Not of another."""
        assert admin.get(f"/admin/jobs/{'0' * 26}").code == "job_not_found"


def test_a_cursor_is_the_list_s(admin, anonymous, dead):
    """Neither another list's nor another administrator's."""
    cursor = admin.get(OPEN, query="state=dead&limit=2").body["next"]
    second = anonymous.signed_in("second", "admin")
    assert second.get(OPEN, query=f"state=dead&cursor={cursor}").code == "cursor_invalid"
    assert admin.get(OPEN, query=f"state=open&cursor={cursor}").code == "cursor_invalid"


def test_a_dead_job_begins_anew(time, jobs, admin):
    """As if it had just been enqueued; what was said of its death is gone."""
    handle = enqueue(Plain(failures=3))
    jobs.drain(lambda: state(handle) == "dead", limit_seconds=60)
    answer = admin.post(f"/admin/jobs/{handle.id}/redrive")
    assert (answer.status, answer.body["state"], answer.body["attempts"]) == (202, "queued", 0)
    assert (answer.body["error"], listed(admin, "state=dead", OPEN)) == (None, [])
    (event,) = [one for one in audit.Event.scan() if one.subject == handle.id]
    assert (event.action, event.actor) == ("job.redriven", "root")
    jobs.deliver()
    assert row(handle).attempts == 1


def test_a_job_that_is_redriven_twice_runs_once(time, jobs, admin):
    """The second one is refused."""
    handle = gave_up(jobs)
    first = admin.post(f"/admin/jobs/{handle.id}/redrive")
    second = admin.post(f"/admin/jobs/{handle.id}/redrive")
    assert (first.status, second.status, second.code) == (202, 409, "job_not_dead")
    jobs.deliver()
    assert row(handle).fence == 2


def test_a_job_that_is_not_dead_does_not_begin_anew(time, jobs, admin):
    """Neither an open one, nor one that has succeeded, nor one that is not there."""
    handle = enqueue(Plain())
    assert admin.post(f"/admin/jobs/{handle.id}/redrive").code == "job_not_dead"
    jobs.deliver()
    assert admin.post(f"/admin/jobs/{handle.id}/redrive").code == "job_not_dead"
    assert admin.post(f"/admin/jobs/{'0' * 26}/redrive").code == "job_not_found"


def test_a_unique_job_begins_anew_when_its_key_is_free(time, jobs, admin):
    """And takes it again."""
    dead = gave_up(jobs, unique="k")
    other = enqueue(Refusing(word="other"), unique="k")
    assert admin.post(f"/admin/jobs/{dead.id}/redrive").code == "unique_job_open"
    jobs.deliver()
    assert state(other) == "succeeded"
    assert admin.post(f"/admin/jobs/{dead.id}/redrive").status == 202
    assert enqueue(Refusing(word="third"), unique="k").id == dead.id
    jobs.deliver()
    assert locks() == []


def test_redriving_is_limited(time, admin, jobs):
    """Thirty calls a minute, of both kinds together."""
    assert admin.post("/admin/jobs/redrive", {"dry_run": True}).status == 202
    for _ in range(29):
        assert admin.post(f"/admin/jobs/{'0' * 26}/redrive").status == 404
    answer = admin.post("/admin/jobs/redrive", {"dry_run": True})
    assert (answer.status, answer.code) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) <= 60
    time.pass_(seconds=61)
    assert admin.post("/admin/jobs/redrive", {"dry_run": True}).status == 202


FILTERS = [
    ({}, 4),
    ({"name": "tests.refusing"}, 3),
    ({"name": "tests.refusing", "error": "gave_up"}, 2),
    ({"error": "gave_up"}, 2),
    ({"error": "result"}, 1),
    ({"name": "tests.refusing", "error": "result"}, 0),
    ({"name": "tests.ref"}, 0),
]


@pytest.mark.parametrize(("body", "expected"), FILTERS, ids=str)
def test_a_dry_run_counts_the_dead(admin, dead, body, expected):
    """And does nothing else."""
    answer = admin.post("/admin/jobs/redrive", {**body, "dry_run": True})
    assert (answer.status, answer.body) == (202, {"matched": expected, "job": None})
    assert {state(handle) for handle in dead} == {"dead"}


@pytest.mark.parametrize(("body", "expected"), FILTERS, ids=str)
def test_the_dead_that_match_begin_anew(jobs, admin, dead, body, expected):
    """By a job, which says how many; the others stay dead."""
    answer = admin.post("/admin/jobs/redrive", body)
    assert answer.body["matched"] == expected
    fences = sum(row(handle).fence for handle in dead)
    jobs.deliver()
    assert sum(row(handle).fence for handle in dead) == fences + expected
    if expected:
        order = admin.get(f"/jobs/{answer.body['job']}").body
        assert (order["state"], order["result"]) == ("succeeded", expected)
    else:
        assert answer.body["job"] is None


def test_redriving_many_is_written_down(admin, dead):
    """Who did it, and to which."""
    id_ = admin.post("/admin/jobs/redrive", {"name": "tests.refusing"}).body["job"]
    (event,) = audit.Event.scan()
    assert (event.action, event.actor, event.subject) == ("jobs.redriven", "root", id_)
    assert event.details == {"job": "tests.refusing", "error": "*"}


def test_many_begin_anew_twenty_a_second(time, jobs, admin, sent):
    """What felled them may be frail yet."""
    for _ in range(21):
        enqueue(Refusing(word="give up"))
    jobs.deliver()
    admin.post("/admin/jobs/redrive", {})
    del sent[:]
    jobs.deliver()
    now = int(time.now.timestamp())
    assert [one["DelaySeconds"] for one in sent] == [0] * 20 + [1]
    due = [one.due - now for one in all_jobs("tests.refusing")]
    assert sorted(due) == [0] * 20 + [1]


def test_what_dies_after_the_order_stays_dead(time, jobs, admin):
    """A job that fails again is not driven round in circles."""
    gave_up(jobs)
    admin.post("/admin/jobs/redrive", {})
    time.pass_(seconds=5)
    later = gave_up(jobs)
    assert (row(later).fence, state(later)) == (1, "dead")


def test_what_cannot_begin_anew_is_left(time, jobs, admin):
    """A key that is taken does not stop the others."""
    blocked, free = gave_up(jobs, unique="k"), gave_up(jobs)
    enqueue(Refusing(word="other"), unique="k", delay=3600)
    order = admin.post("/admin/jobs/redrive", {}).body["job"]
    jobs.deliver()
    assert (row(blocked).fence, row(free).fence) == (1, 2)
    assert admin.get(f"/jobs/{order}").body["result"] == 1


@pytest.mark.parametrize("body", [{"name": "x y"}, {"error": "a b"}, {"dry_run": 3}, {"x": 1}])
def test_odd_orders_are_refused(admin, body):
    """They say so."""
    assert admin.post("/admin/jobs/redrive", body).status == 422


def stats(admin, **query):
    """What became of jobs, all buckets together."""
    answer = admin.get("/admin/jobs/stats", query=urlencode(query))
    assert answer.status == 200, answer
    names = ("enqueued", "succeeded", "retried", "dead", "cancelled")
    return {name: sum(one[name] for one in answer.body["items"]) for name in names}


def test_what_became_of_jobs_is_counted(time, jobs, ann, admin):
    """Each enqueueing and each end."""
    enqueue(Plain())
    retried = enqueue(Tally(key="a", failures=1))
    enqueue(Refusing(word="give up"))
    cancelled = enqueue(Plain(), owner="ann", delay=3600)
    jobs.drain(lambda: state(retried) == "succeeded", limit_seconds=20)
    ann.post(f"{cancelled.url}/cancel")
    time.pass_(minutes=1)
    metrics.flush()
    counted = {"enqueued": 4, "succeeded": 2, "retried": 1, "dead": 1, "cancelled": 1}
    assert stats(admin) == counted


def test_counts_are_of_a_time(time, jobs, admin):
    """By default the last day by the hour; any other span and step."""
    enqueue(Plain())
    time.pass_(minutes=1)
    metrics.flush()
    time.pass_(days=2)
    assert stats(admin)["enqueued"] == 0
    query = {"from": "2026-03-01T00:00:00Z", "to": "2026-03-01T23:00:00Z", "step": "minute"}
    (bucket,) = admin.get("/admin/jobs/stats", query=urlencode(query)).body["items"]
    assert (bucket["at"], bucket["enqueued"]) == ("2026-03-01T12:00:00Z", 1)


def test_a_span_too_long_is_refused(admin, time):
    """A list of counts has an end."""
    query = {"from": "2025-03-01T00:00:00Z", "step": "minute"}
    assert admin.get("/admin/jobs/stats", query=urlencode(query)).status == 422


def test_an_effect_happens_once_also_when_it_was_redriven(time, jobs, admin):
    """A dead job leaves no half of its work."""
    handle = enqueue(Tally(key="a", failures=8))
    jobs.drain(lambda: state(handle) == "dead", limit_seconds=2000)
    assert effects("a") == 0
