"""Jobs that go wrong: what is tried again, what is given up, and what is said of it."""

import json
import signal
import time as real_time
from datetime import timedelta

import pytest

from handler.core import aws as core_aws
from handler.core.errors import NotFound
from handler.jobs import GiveUp, definitions, enqueue, entries
from handler.jobs.models import JobRow
from infra.local.pump import Crash
from tests.integration.jobs.conftest import all_jobs, row, set_row, state
from tests.sample_jobs import (
    HOOKS,
    OUTSIDE,
    Brief,
    Endless,
    Plain,
    Refusing,
    Tally,
    Unfit,
    Unhandled,
    effects,
)


def test_a_job_has_its_time(jobs):
    """An alarm ends it, whatever it waits for; no handler answers that by mistake."""
    handle = enqueue(Brief())
    jobs.deliver()
    ended = row(handle)
    assert (ended.state, ended.error) == ("retrying", "timeout")
    assert (ended.message, OUTSIDE["answered"]) == ("It took longer than 1 s.", 0)


@pytest.mark.slow
def test_an_alarm_rings_again_where_it_was_not_heard(time, jobs, monkeypatch):
    """Each second: also a handler that answers everything comes to an end."""
    monkeypatch.setattr(Plain.definition, "timeout", 1)
    handle = enqueue(Plain(key="a"))

    def do(_):
        for _ in range(2):
            try:
                real_time.sleep(5)
            except BaseException:  # noqa: BLE001 - what a handler may do
                OUTSIDE["answered"] += 1
        real_time.sleep(5)

    HOOKS["a"] = do
    jobs.deliver()
    assert (state(handle), row(handle).error, OUTSIDE["answered"]) == ("retrying", "timeout", 2)


def test_an_alarm_is_off_when_its_job_has_ended(jobs):
    """Nothing rings afterwards, and nobody's alarm is forgotten."""
    handle = enqueue(Plain())
    before = signal.getsignal(signal.SIGALRM)
    jobs.deliver()
    assert (state(handle), signal.getitimer(signal.ITIMER_REAL)) == ("succeeded", (0.0, 0.0))
    assert signal.getsignal(signal.SIGALRM) is before


def test_what_no_other_attempt_mends_is_not_tried_again(time, jobs):
    """As the job's class says."""
    handle = enqueue(Refusing(word="key"))
    jobs.deliver()
    assert (state(handle), row(handle).error, row(handle).attempts) == ("dead", "KeyError", 1)


def test_a_reason_is_bounded(time, jobs):
    """200 characters of it."""
    handle = enqueue(Plain(key="a"))

    def give_up(_):
        raise GiveUp("x" * 10_000)

    HOOKS["a"] = give_up
    jobs.deliver()
    assert row(handle).message == "x" * 200


def test_an_error_for_users_is_told_in_its_words(time, jobs):
    """Its code and its detail, which somebody wrote for that."""
    handle = enqueue(Plain(key="a"))

    def refuse(_):
        raise NotFound("There is no such goldfinch.")

    HOOKS["a"] = refuse
    jobs.deliver()
    found = row(handle)
    assert (found.error, found.message) == ("not_found", "There is no such goldfinch.")


def test_no_other_error_is_told_in_its_words(time, jobs, ann, admin, capsys):
    """They may quote a secret: only its kind and place are said (threats H13)."""
    alive = enqueue(Tally(key="a", failures=5), owner="ann")
    dead = enqueue(Plain(failures=5), owner="ann")
    key = enqueue(Refusing(word="key"), owner="ann")
    jobs.drain(lambda: state(dead) == "dead", limit_seconds=60)
    answers = [ann.get(handle.url).text for handle in (alive, dead, key)]
    answers += [ann.get("/jobs").text, admin.get("/admin/jobs", query="state=dead").text]
    rows = core_aws.client("dynamodb").scan(TableName=JobRow.Meta.table_name)["Items"]
    assert "secret" not in json.dumps([answers, rows]) + capsys.readouterr().out
    assert row(dead).message.startswith("at tests/sample_jobs.py:")


def test_a_back_off_doubles_up_to_a_bound(time, jobs, monkeypatch):
    """At random below it, so that many that failed together do not come together."""
    monkeypatch.setattr("random.random", lambda: 0.999999)
    handle, waits = enqueue(Tally(key="a", failures=7)), []
    while state(handle) != "succeeded":
        time.pass_(seconds=max(0, row(handle).due - time.now.timestamp()))
        jobs.deliver()
        waits.append(row(handle).due - int(time.now.timestamp()))
    assert waits[:-1] == [2, 4, 8, 16, 32, 64, 128]


@pytest.mark.parametrize("what", ["object", "nan", "large"])
def test_a_result_that_cannot_be_kept_is_the_end(time, jobs, what, monkeypatch):
    """No other attempt would return another."""
    monkeypatch.setattr("handler.jobs.payloads.LARGEST_RESULT", 400_000)
    handle = enqueue(Unfit(what=what))
    jobs.deliver()
    assert (state(handle), row(handle).error, row(handle).attempts) == ("dead", "result", 1)


def test_a_job_that_nobody_handles_is_given_up(time, jobs):
    """It says so."""
    handle = enqueue(Unhandled())
    jobs.deliver()
    assert (state(handle), row(handle).message) == ("dead", "Nothing handles this job.")


def test_arguments_that_are_gone_are_the_end(time, jobs):
    """No other attempt brings them back."""
    handle = enqueue(Plain(answer="x" * 2000))
    JobRow(handle.id, "arguments").delete()
    jobs.deliver()
    assert (state(handle), row(handle).message) == ("dead", "Its arguments are gone.")


def test_an_unknown_name_is_left_to_another_release(time, jobs, forgotten):
    """For an hour; no attempt is used."""
    handle = enqueue(Plain())
    forgotten("tests.plain")
    jobs.deliver()
    time.pass_(seconds=3500)
    jobs.pass_(seconds=61)
    assert (state(handle), row(handle).attempts) == ("queued", 0)


def test_another_release_that_knows_a_name_runs_it(time, jobs, monkeypatch):
    """Also when it has been away for a while."""
    handle = enqueue(Plain())
    with monkeypatch.context() as old:
        old.delitem(definitions._definitions, "tests.plain")
        jobs.deliver()
        time.pass_(seconds=3000)
    jobs.pass_(seconds=61)
    assert state(handle) == "succeeded"


def test_an_unknown_name_is_the_end_after_an_hour(time, jobs, forgotten):
    """Nobody knows it."""
    handle = enqueue(Plain())
    forgotten("tests.plain")
    time.pass_(seconds=3700)
    jobs.pass_(seconds=61)
    assert (state(handle), row(handle).error) == ("dead", "unknown")


def test_an_unknown_name_whose_runner_died_is_the_end_too(time, jobs, forgotten):
    """A release that knew it began, died, and was taken back."""
    handle = enqueue(Plain(key="a"))

    def die(_):
        raise Crash

    HOOKS["a"] = die
    jobs.deliver()
    forgotten("tests.plain")
    assert state(handle) == "running"
    time.pass_(seconds=3700)
    jobs.pass_(seconds=130)
    assert (state(handle), row(handle).error) == ("dead", "unknown")


def test_fields_of_a_newer_release_are_ignored(time, jobs):
    """Old and new workers run each other's rows."""
    handle = enqueue(Tally(key="a"))
    set_row(handle, arguments={"S": '{"key": "a", "failures": 0, "colour": "red"}'})
    jobs.deliver()
    assert (state(handle), effects("a")) == ("succeeded", 1)


def test_fields_that_are_missing_have_their_defaults(time, jobs):
    """A row of an older release."""
    handle = enqueue(Tally(key="a"))
    set_row(handle, arguments={"S": '{"key": "a"}'})
    jobs.deliver()
    assert state(handle) == "succeeded"


def test_arguments_that_do_not_fit_are_not_quoted(time, jobs):
    """They fail like anything else."""
    handle = enqueue(Tally(key="a"))
    set_row(handle, arguments={"S": '{"key": {"secret": 1}}'})
    jobs.deliver()
    found = row(handle)
    assert (found.state, found.error) == ("retrying", "ValidationError")
    assert "secret" not in found.message


@pytest.mark.parametrize("chained", [False, True])
def test_what_enqueues_itself_for_ever_comes_to_an_end(time, jobs, monkeypatch, chained):
    """After so many that followed from one another (threats H12)."""
    monkeypatch.setattr(entries, "DEPTH_MAX", 6)
    enqueue(Endless(chained=chained))
    jobs.deliver()
    assert OUTSIDE["endless"] <= 8
    assert [one.state for one in all_jobs() if one.state != "succeeded"] == ["dead"]
    assert max(one.depth for one in all_jobs()) == 6


def test_what_follows_from_no_job_has_no_depth(time, jobs):
    """Nor does what is enqueued after a job was run in the same process."""
    enqueue(Endless())
    handle = enqueue(Plain())
    assert row(handle).depth == 0


def test_later_is_to_the_second(time, jobs):
    """A job that came too early comes when it said."""
    begun = time.now
    handle = enqueue(Refusing(word="later"))
    jobs.deliver()
    time.pass_(seconds=800)
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=300)
    assert timedelta(seconds=1000) <= time.now - begun <= timedelta(seconds=1001)
