"""Dead letters: what no worker can read becomes a dead job, what is about a job is dropped."""

import json
from datetime import timedelta

import pytest

from handler.core import aws as core_aws
from handler.core import metrics
from handler.jobs import enqueue
from handler.jobs.gateway import queue_url
from tests.integration.jobs.conftest import all_jobs, hint, record, row
from tests.sample_jobs import Plain

DEAD = "fast-dead"


def test_an_unreadable_message_becomes_a_dead_job(time, bury, admin):
    """Operators see it with the others."""
    assert bury(record("{", queue=DEAD)) == []
    (one,) = admin.get("/admin/jobs", query="state=dead").body["items"]
    told = {name: one[name] for name in ("name", "state", "error", "message", "owner")}
    assert told == {
        "name": "jobs.poison_message",
        "state": "dead",
        "error": "unreadable",
        "message": "No worker could read this message.",
        "owner": None,
    }


@pytest.mark.parametrize("queue", ["fast", "slow"])
def test_a_dead_letter_that_is_redriven_is_sent_again(time, jobs, bury, admin, sent, queue):
    """To the queue that it came from, as it was."""
    bury(record('{"odd": "é', queue=f"{queue}-dead"))
    (one,) = all_jobs()
    assert admin.post(f"/admin/jobs/{one.id}/redrive").status == 202
    del sent[:]
    jobs.deliver()
    assert [(one["queue"], one["MessageBody"]) for one in sent] == [(queue, '{"odd": "é')]


def test_a_letter_that_comes_twice_is_one_dead_job(time, bury):
    """Also when it was redriven meanwhile."""
    letter = record("{", queue=DEAD)
    bury(letter, letter)
    bury(letter)
    assert len(all_jobs()) == 1


def test_dead_letters_are_counted_at_once(time, bury):
    """As jobs that were enqueued and died: nobody may come back to this environment for long."""
    bury(record("{", queue=DEAD))
    bury(record("{", queue=DEAD))
    names = ("jobs_enqueued", "jobs_dead")
    ((_, counted),) = metrics.all_series(names, "minute", time.now - timedelta(hours=1), time.now)
    assert counted == {"jobs_enqueued": 1, "jobs_dead": 1}


def test_letters_about_jobs_are_dropped(time, bury):
    """The clock wakes what is left of them."""
    handle = enqueue(Plain())
    assert bury(hint(handle, queue=DEAD)) == []
    assert (len(all_jobs()), row(handle).state) == (1, "queued")


@pytest.mark.parametrize("size", [5_000, 200_000, 350_000])
def test_a_long_letter_is_kept_whole(time, jobs, bury, admin, sent, size):
    """And sent again whole."""
    bury(record("x" * size, queue=DEAD))
    (one,) = all_jobs()
    admin.post(f"/admin/jobs/{one.id}/redrive")
    jobs.deliver()
    assert "x" * size in [one["MessageBody"] for one in sent]


def test_what_is_no_letter_comes_again_alone(time, bury):
    """The others of its batch are taken."""
    odd = record("{", "m2", queue=DEAD)
    del odd["attributes"]
    assert bury(record("{", "m1", queue=DEAD), odd, None) == ["m2"]
    assert len(all_jobs()) == 1


def test_a_body_is_not_said_in_the_log(time, bury, capsys):
    """It may be anything."""
    bury(record("a secret word", queue=DEAD))
    assert "secret" not in capsys.readouterr().out


def test_a_message_goes_all_the_way(time, jobs, admin):
    """From its queue, received too often, to the dead letters and the list of the dead."""
    core_aws.call("sqs", "SendMessage", {"QueueUrl": queue_url("fast"), "MessageBody": "odd"})
    jobs._next_tick = time.now.replace(year=2027)  # ticks are not what this is about
    jobs.drain(lambda: all_jobs() != [], limit_seconds=3600)
    (one,) = all_jobs()
    assert json.loads(one.arguments) == {"queue": "fast", "body": "odd"}
    assert admin.get("/admin/jobs", query="state=dead").body["items"][0]["id"] == one.id
