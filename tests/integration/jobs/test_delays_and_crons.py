"""When jobs run: after a delay, at a time, and by the calendar."""

from datetime import UTC, datetime, timedelta

import pytest

from handler import clock as clock_door
from handler.accounts import keyring
from handler.accounts.schemas import RenewKeys
from handler.core import metrics
from handler.jobs import calendar, enqueue
from handler.jobs.entries import DelayTooLong
from infra.local.pump import context
from tests.client import at_once
from tests.integration.jobs.conftest import all_jobs, row, state
from tests.sample_jobs import Plain, Tally, effects


@pytest.mark.parametrize(
    "delay",
    [
        90,
        89.2,
        timedelta(seconds=90),
        datetime(2026, 3, 1, 12, 1, 30, tzinfo=UTC),
        datetime.fromisoformat("2026-03-01T14:01:30+02:00"),
    ],
    ids=str,
)
def test_a_delay_is_told_in_many_ways(time, jobs, delay):
    """Never early, and to the second."""
    handle = enqueue(Tally(key="a"), delay=delay)
    jobs.pass_(seconds=89.9)
    assert effects("a") == 0
    jobs.pass_(seconds=0.2)
    assert state(handle) == "succeeded"


@pytest.mark.parametrize(
    "delay", [0, -5, timedelta(days=-1), datetime(2020, 1, 1, tzinfo=UTC)], ids=str
)
def test_what_was_to_run_in_the_past_runs_now(time, jobs, delay):
    """At once."""
    enqueue(Tally(key="a"), delay=delay)
    jobs.deliver()
    assert effects("a") == 1


def test_a_delay_has_an_end(time, jobs):
    """Two years: what stands beside a job is kept a little longer."""
    enqueue(Plain(), delay=timedelta(days=730))
    with pytest.raises(DelayTooLong):
        enqueue(Plain(), delay=timedelta(days=730, seconds=1))


def test_a_long_delay_sends_no_message_yet(time, sent):
    """SQS could not hold it: the clock sends it in time."""
    enqueue(Plain(), delay=900)
    enqueue(Plain(), delay=901)
    assert [one["DelaySeconds"] for one in sent] == [900]


def test_a_week_passes_without_a_word(time, jobs, sent):
    """Then one message is sent, ahead of the second."""
    week = 7 * 24 * 3600
    handle = enqueue(Tally(key="a"), delay=week)
    time.pass_(seconds=week - 200)
    jobs.pass_(seconds=200.5)
    assert (effects("a"), len([one for one in sent if handle.id in one["MessageBody"]])) == (1, 1)


def test_a_delayed_job_survives_a_missed_tick(time, jobs):
    """Its message is sent two ticks ahead."""
    enqueue(Tally(key="a"), delay=3600)
    time.pass_(seconds=3450)
    jobs.tick()
    assert effects("a") == 0
    time.pass_(seconds=35)
    jobs.tick()
    jobs._next_tick += timedelta(hours=1)
    jobs.pass_(seconds=115.5)
    assert effects("a") == 1


def occurrences(name):
    """When the jobs of a cron that were enqueued are due."""
    due = [datetime.fromtimestamp(one.due, UTC) for one in all_jobs(name)]
    return [f"{one:%d %H:%M:%S}" for one in sorted(due)]


def test_what_is_new_on_the_calendar_begins_now(time, jobs):
    """Nothing of the past is enqueued, however long the calendar has been declared."""
    jobs.tick()
    assert [one.name for one in all_jobs()] == []


def test_a_cron_runs_at_its_second(time, jobs):
    """It is enqueued a minute ahead."""
    jobs.tick()
    time.pass_(minutes=57)
    jobs.pass_(seconds=3 * 60 - 0.1)
    assert (occurrences("tests.hourly"), effects("tests.hourly")) == (["01 13:00:00"], 0)
    jobs.pass_(seconds=0.2)
    assert effects("tests.hourly") == 1


def test_an_occurrence_runs_once(time, jobs):
    """However often the clock ticks."""
    jobs.tick()
    time.pass_(minutes=59, seconds=30)
    for _ in range(3):
        jobs.tick()
    jobs.pass_(seconds=150)
    assert effects("tests.hourly") == 1


def test_two_ticks_at_once_enqueue_once(time, jobs):
    """An occurrence's id is that of its name and time."""
    jobs.tick()
    time.pass_(hours=3)
    tick = context(time, "clock")
    at_once([lambda: clock_door.handle({}, tick)] * 3)
    assert occurrences("tests.hourly") == ["01 13:00:00", "01 14:00:00", "01 15:00:00"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tests.hourly", [f"01 {hour}:00:00" for hour in range(13, 18)]),
        ("tests.skipped", []),
        ("tests.daily", []),
    ],
)
def test_missed_occurrences_are_caught_up_with(time, jobs, name, expected):
    """All of them, or none, as the cron says."""
    jobs.tick()
    time.pass_(hours=5, minutes=29)
    jobs.tick()
    assert occurrences(name) == expected


def test_of_many_missed_ones_the_last_runs(time, jobs):
    """Where one is enough."""
    jobs.tick()
    time.pass_(days=3)
    jobs.tick()
    assert occurrences("tests.daily") == ["04 06:30:00"]


def test_of_more_than_a_tick_enqueues_the_last_runs(time, jobs, monkeypatch):
    """A long outage is caught up with in several ticks, and one run is still one."""
    monkeypatch.setattr(calendar, "_MOST", 2)
    jobs.tick()
    time.pass_(days=5)
    for _ in range(4):
        jobs.tick()
    assert occurrences("tests.daily") == ["06 06:30:00"]


@pytest.mark.parametrize("most", [1, 2, 100])
def test_all_are_caught_up_with_tick_by_tick(time, jobs, monkeypatch, most):
    """None is left out where a tick ends."""
    monkeypatch.setattr(calendar, "_MOST", most)
    jobs.tick()
    time.pass_(hours=3, minutes=30)
    for _ in range(4):
        jobs.tick()
    assert occurrences("tests.hourly") == ["01 13:00:00", "01 14:00:00", "01 15:00:00"]


def test_what_is_just_late_is_not_missed(time, jobs):
    """A tick may fail, and the next one makes up for it."""
    jobs.tick()
    time.pass_(minutes=17)
    jobs.tick()
    assert occurrences("tests.skipped") == ["01 12:15:00"]


def test_a_calendar_goes_on_after_an_outage(time, jobs):
    """What was caught up with is not enqueued again."""
    jobs.tick()
    time.pass_(hours=5, minutes=29)
    jobs.tick()
    time.pass_(minutes=30, seconds=30)
    jobs.tick()
    assert occurrences("tests.hourly")[-2:] == ["01 17:00:00", "01 18:00:00"]
    assert len(occurrences("tests.hourly")) == 6


def test_occurrences_are_counted(time, jobs):
    """As anything that is enqueued."""
    jobs.tick()
    time.pass_(hours=2)
    metrics._counted.clear()
    before = len(all_jobs())
    jobs.tick()
    counted = sum(one["jobs_enqueued"] for one in metrics._counted.values())
    assert counted == len(all_jobs()) - before > 0


def test_the_signing_keys_are_renewed_by_the_calendar(time, jobs):
    """Once a night somebody looks, also when nobody signs in."""
    jobs.tick()
    time.pass_(hours=15, minutes=22, seconds=30)
    jobs.pass_(seconds=40)
    (job,) = all_jobs("accounts.renew_keys")
    assert (occurrences(job.name), job.state) == (["02 03:23:00"], "succeeded")


def test_the_next_signing_key_is_announced_in_time(time, jobs):
    """By the job, when the last one has signed for ninety days."""
    first = keyring.key_ring()
    time.pass_(days=91)
    keyring._Cache.ring = None
    handle = enqueue(RenewKeys())
    jobs.deliver()
    assert row(handle).state == "succeeded"
    assert len(keyring.key_ring().keys) == len(first.keys) + 1
