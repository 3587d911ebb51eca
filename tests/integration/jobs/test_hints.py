"""Messages are hints: lost, doubled, late, odd or forged, they change nothing about a job."""

import json

import pytest

from handler.core import aws as core_aws
from handler.jobs import enqueue
from handler.jobs.entries import Handle
from infra.local.pump import Crash
from tests.integration.jobs.conftest import all_jobs, hint, purge, record, row, set_row, state
from tests.sample_jobs import HOOKS, OUTSIDE, Plain, Tally, Whole, effects


def test_a_lost_message_costs_a_minute_or_two(time, jobs):
    """The clock sends another."""
    handle = enqueue(Tally(key="a"))
    purge("fast")
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=125)


def test_a_message_that_cannot_be_sent_is_lost(time, jobs, monkeypatch, capsys):
    """Whoever enqueues does not notice; the log does."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def refuse(**_):
        raise core_aws.BotoCoreError

    events = core_aws.client("sqs").meta.events
    events.register_first("before-send.sqs.SendMessage", refuse, unique_id="down")
    handle = enqueue(Tally(key="a"))
    events.unregister("before-send.sqs.SendMessage", unique_id="down")
    assert '"metric":"hints_unsent"' in capsys.readouterr().out
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=125)


def test_a_message_that_comes_again_does_nothing(time, jobs, hand):
    """Neither afterwards nor in the same batch."""
    handle = enqueue(Tally(key="a"))
    once, again = hint(handle), hint(handle, "m2", receives=2)
    assert hand(once, again) == []
    assert hand(again) == []
    assert (effects("a"), row(handle).attempts) == (1, 1)


def test_a_message_that_comes_while_its_job_runs_does_nothing(time, jobs):
    """There is one runner."""
    enqueue(Tally(key="a"))
    HOOKS["a"] = lambda _: jobs.redeliver()
    jobs.deliver()
    assert (effects("a"), OUTSIDE["a"]) == (1, 1)


def test_a_message_that_comes_early_does_nothing(time, jobs, hand):
    """A job runs when it is due."""
    handle = enqueue(Tally(key="a"), delay=600)
    assert hand(hint(handle)) == []
    assert (state(handle), row(handle).attempts) == ("queued", 0)


def test_a_message_that_comes_late_runs_what_is_there(time, jobs, hand):
    """Hours later it is as good as at once."""
    handle = enqueue(Tally(key="a"))
    late = hint(handle)
    time.pass_(hours=5)
    hand(late)
    assert state(handle) == "succeeded"


def test_a_message_about_no_job_is_done_with(time, hand):
    """The job is forgotten, or there never was one."""
    assert hand(record({"job": "0" * 26, "name": "tests.tally"})) == []


UNREADABLE = {
    "no JSON": "{",
    "a number": "5",
    "a list": [1],
    "nothing": {},
    "no name": {"job": "0" * 26},
    "no text": {"job": 5, "name": "tests.tally"},
    "an empty id": {"job": "", "name": "tests.tally"},
    "a long id": {"job": "x" * 5000, "name": "tests.tally"},
    "deep": "[" * 100_000,
    "of S3, and odd": {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put"}]},
    "of S3, and odder": {
        "Records": [
            {
                "eventSource": "aws:s3",
                "eventName": "ObjectCreated:Put",
                "eventTime": "2026-03-01T12:00:00.000Z",
                "s3": {"bucket": {"name": "b"}, "object": "key"},
            }
        ]
    },
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_an_unreadable_message_comes_again_alone(time, jobs, hand, body):
    """The others of its batch are done."""
    first, last = enqueue(Tally(key="a")), enqueue(Tally(key="b"))
    assert hand(hint(first, "m1"), record(body, "m2"), hint(last, "m3")) == ["m2"]
    assert [effects(key) for key in "ab"] == [1, 1]


def test_a_failed_job_s_message_does_not_come_again(time, jobs, hand):
    """The row knows when it is tried next."""
    handle = enqueue(Tally(key="a", failures=1))
    assert hand(hint(handle)) == []
    assert state(handle) == "retrying"


@pytest.mark.parametrize("seconds", [0, 5, 22])
def test_without_time_for_a_job_its_message_is_given_back(time, jobs, hand, seconds):
    """No attempt is used (threats H4)."""
    handle = enqueue(Tally(key="a"))
    assert hand(hint(handle), seconds=seconds) == ["m1"]
    assert (state(handle), row(handle).attempts, row(handle).fence) == ("queued", 0, 0)


def test_a_batch_ends_where_its_time_does(time, jobs, hand):
    """What was not begun comes again; what was is done."""
    handles = [enqueue(Tally(key=key)) for key in "abc"]
    HOOKS["a"] = lambda _: time.pass_(seconds=10)
    records = [hint(handle, f"m{at}") for at, handle in enumerate(handles)]
    assert hand(*records) == ["m1", "m2"]
    assert [effects(key) for key in "abc"] == [1, 0, 0]


def test_a_message_says_neither_whose_a_job_is_nor_what_it_does(time, jobs, hand):
    """The row does (threats H7)."""
    handle = enqueue(Tally(key="a"), owner="ann")
    owners = []
    HOOKS["a"] = lambda run: owners.append(run.owner)
    body = {"job": handle.id, "name": "tests.tally", "owner": "max", "attempts": -9}
    hand(record(body | {"arguments": json.dumps({"key": "forged"})}))
    assert (owners, effects("a"), effects("forged")) == (["ann"], 1, 0)


def test_a_message_does_not_name_another_handler(time, jobs, hand):
    """The row's name is what counts."""
    handle = enqueue(Tally(key="a"))
    assert hand(record({"job": handle.id, "name": "tests.plain"})) == []
    assert (state(handle), effects("a")) == ("succeeded", 1)


def test_a_name_of_nothing_leaves_the_job_to_the_clock(time, jobs, hand):
    """Whose message names it rightly."""
    handle = enqueue(Tally(key="a"))
    assert hand(record({"job": handle.id, "name": "drop.tables"})) == []
    assert (state(handle), row(handle).attempts) == ("queued", 0)


def test_without_dynamodb_a_message_comes_again(time, jobs, hand, wire, monkeypatch, capsys):
    """No attempt is used."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    handle = enqueue(Tally(key="a"))
    record = hint(handle)

    def refuse(_):
        raise core_aws.BotoCoreError

    wire.break_all(refuse)
    came_again = hand(record)
    wire.break_all(None)
    assert '"metric":"job_deferred"' in capsys.readouterr().out
    assert (came_again, state(handle)) == (["m1"], "queued")


@pytest.mark.parametrize(("owner", "group"), [("ann", "ann"), (None, "tests.plain")])
def test_accounts_share_a_queue_fairly(time, sent, owner, group):
    """A message's group is the job's owner, else its name."""
    enqueue(Plain(), owner=owner)
    assert [one["MessageGroupId"] for one in sent] == [group]


def test_children_are_a_group(time, jobs, hand, sent):
    """A large family keeps nobody waiting."""
    handle = enqueue(Whole(key="w", parts=2))
    del sent[:]
    hand(hint(handle))
    assert [one["MessageGroupId"] for one in sent] == [handle.id] * 2


def test_a_group_stays_the_same_in_later_messages(time, jobs, sent):
    """That of a retry, and that of the clock."""
    enqueue(Plain(failures=1), owner="ann")
    purge("fast")
    jobs.pass_(seconds=140)
    assert [one["MessageGroupId"] for one in sent] == ["ann"] * 3


def test_a_job_that_kills_its_process_is_given_up(time, jobs):
    """After three runs; its neighbours are done."""
    poison, neighbour = enqueue(Tally(key="p")), enqueue(Tally(key="n"))

    def die(_):
        raise Crash

    HOOKS["p"] = die
    jobs.drain(lambda: state(poison) == "dead", limit_seconds=600)
    assert (row(poison).error, row(poison).crashes, OUTSIDE["p"]) == ("crash", 2, 3)
    assert (state(neighbour), effects("n")) == ("succeeded", 1)


def test_a_stale_runner_writes_nothing(time, jobs):
    """Its lease was over and another has taken the job: neither effect nor end is accepted."""
    handle = enqueue(Tally(key="a"))
    HOOKS["a"] = lambda _: set_row(handle, fence={"N": "7"})
    jobs.deliver()
    assert (effects("a"), state(handle), row(handle).fence) == (0, "running", 7)


@pytest.mark.parametrize("what", ["progress", "checkpoint", "step", "spawn"])
def test_a_stale_runner_stops_where_it_looks(time, jobs, what):
    """Whatever it does next tells it."""
    handle = enqueue(Plain(key="a"))
    went_on = []

    def do(run):
        set_row(handle, fence={"N": "7"})
        calls = {
            "progress": lambda: run.progress(1),
            "checkpoint": run.checkpoint,
            "step": lambda: run.step("s", lambda: 1),
            "spawn": lambda: run.spawn([Plain()]),
        }
        calls[what]()
        went_on.append(what)

    HOOKS["a"] = do
    jobs.deliver()
    assert (went_on, state(handle), len(all_jobs())) == ([], "running", 1)


def test_a_handle_says_where_the_job_is():
    """For clients."""
    assert Handle("0" * 26).url == "/jobs/" + "0" * 26


def crashed(jobs, keys):
    """Jobs whose process died while they ran, and whose lease is over."""

    def die(_):
        raise Crash

    handles = []
    for key in keys:
        handles.append(enqueue(Tally(key=key)))
        HOOKS[key] = die
        jobs.deliver()
        del HOOKS[key]
    purge("fast")
    return handles


def test_jobs_that_killed_their_process_run_last_and_alone(time, jobs, hand):
    """They cannot take their neighbours with them; the second one has another batch."""
    first, second = crashed(jobs, "pq")
    time.pass_(seconds=31)
    neighbour, order = enqueue(Tally(key="n")), []
    for key in "pqn":
        HOOKS[key] = lambda run: order.append(run.id)
    left = hand(hint(first, "m1"), hint(second, "m2"), hint(neighbour, "m3"))
    assert (order, left) == ([neighbour.id, first.id], ["m2"])
    assert (state(first), row(first).crashes, state(second)) == ("succeeded", 1, "running")


def test_a_job_whose_runner_may_live_is_left(time, jobs, hand):
    """Until its lease is over."""
    (handle,) = crashed(jobs, "p")
    time.pass_(seconds=29)
    assert hand(hint(handle)) == []
    assert (state(handle), row(handle).fence) == ("running", 1)


def test_without_time_for_a_crashed_job_it_is_given_back(time, jobs, hand):
    """As any other."""
    (handle,) = crashed(jobs, "p")
    time.pass_(seconds=31)
    HOOKS["n"] = lambda _: time.pass_(seconds=4)
    neighbour = enqueue(Tally(key="n"))
    assert hand(hint(handle, "m1"), hint(neighbour, "m2"), seconds=24) == ["m1"]
    assert row(handle).fence == 1
