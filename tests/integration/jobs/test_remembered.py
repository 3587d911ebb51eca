"""For how long jobs are remembered, and what stands beside them and in S3."""

import pytest

from handler.core import aws as core_aws
from handler.core import clock
from handler.core.errors import Unavailable
from handler.jobs import GiveUp, RetryLater, enqueue
from handler.jobs.entries import child_id
from handler.jobs.models import JobRow
from tests.integration.jobs.conftest import objects, row, state
from tests.sample_jobs import HOOKS, Plain, Refusing, Steps, Whole

DAY = 24 * 3600


def kept(handle, part="job"):
    """How many days after now a row of a job expires."""
    found = JobRow.get(handle.id, part)
    return (found.expires_at - clock.epoch()) / DAY


def forget_expired(time):
    """Delete what has expired, as DynamoDB does in its own time."""
    for one in list(JobRow.scan()):
        if one.expires_at and one.expires_at <= time.now.timestamp():
            JobRow(one.id, one.part).delete()


@pytest.mark.parametrize(
    ("job", "days"),
    [
        (Plain(), 7),
        (Plain(answer="x" * 400), 7),
        (Plain(answer="x" * 5_000), 120),
        (Plain(answer="x" * 350_000), 7),
        (Steps(key="s"), 120),
        (Refusing(word="give up"), 90),
    ],
    ids=["plain", "inline", "rows beside", "in S3", "steps", "dead"],
)
def test_a_job_is_remembered_as_long_as_what_stands_beside_it(time, jobs, job, days):
    """Rows beside are written once; S3 keeps results for 125 days."""
    handle = enqueue(job)
    jobs.deliver()
    assert (row(handle).standing.ended, kept(handle)) == (True, days)


def test_a_dead_job_is_remembered_with_its_arguments(time, jobs):
    """So long it may be redriven."""
    handle = enqueue(Plain(answer="x" * 5_000, failures=9))
    jobs.drain(lambda: state(handle) == "dead", limit_seconds=30)
    assert kept(handle) == 120
    assert 119 < kept(handle, "arguments") <= 120


def test_rows_beside_a_job_are_kept_from_when_it_is_due(time, jobs):
    """However late that is."""
    handle = enqueue(Plain(answer="x" * 5_000), delay=300 * DAY, then=[Plain(answer="y" * 5_000)])
    assert (kept(handle, "arguments"), kept(handle, "after")) == (420, 420)


def test_a_child_is_remembered_for_its_parent(time, jobs):
    """Which may ask for it when another has taken a week more."""
    handle = enqueue(Whole(key="w", parts=2))

    def wait(run):
        if run.seconds_open < 8 * DAY:
            raise RetryLater(8 * DAY)

    HOOKS["w/1"] = wait
    jobs.deliver()
    assert kept(JobRow.find(child_id(handle.id, 0))) == 120
    time.pass_(days=8)
    forget_expired(time)
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=200)
    assert row(handle).result == "2"


def test_arguments_in_s3_go_when_they_are_used(time, jobs):
    """With those of a chain, whose next job has its own."""
    large = "x" * 350_000
    enqueue(Refusing(word=large), then=[Refusing(word=large)])
    assert len(objects()) == 2
    jobs.deliver()
    assert objects() == []


@pytest.fixture
def _nothing_is_deleted(aws):
    """S3 deletes nothing now."""
    name, events = "before-send.s3.DeleteObject", core_aws.client("s3").meta.events

    def refuse(**_):
        raise Unavailable

    events.register_first(name, refuse, unique_id="refuse")
    yield
    events.unregister(name, unique_id="refuse")


@pytest.mark.usefixtures("_nothing_is_deleted")
def test_a_job_has_ended_though_its_arguments_cannot_be_deleted(time, jobs, capsys):
    """S3 does it in time."""
    handle = enqueue(Refusing(word="x" * 350_000))
    jobs.deliver()
    assert (state(handle), row(handle).attempts, len(objects())) == ("succeeded", 1, 1)
    assert '"payload_undeleted"' in capsys.readouterr().out


def test_arguments_of_the_dead_stay_in_s3(time, jobs, admin):
    """A redriven job reads them."""
    handle = enqueue(Plain(key="a", answer="x" * 350_000))

    def give_up(_):
        raise GiveUp

    HOOKS["a"] = give_up
    jobs.deliver()
    assert (state(handle), [one.partition("/")[0] for one in objects()]) == ("dead", ["open"])
    del HOOKS["a"]
    assert admin.post(f"/admin/jobs/{handle.id}/redrive").status == 202
    jobs.deliver()
    assert state(handle) == "succeeded"
    assert [one.partition("/")[0] for one in objects()] == ["results"]
