"""What a run offers its handler: progress, checkpoints, steps, keys, one transaction."""

import json

import pytest

from handler.jobs import enqueue
from handler.jobs.entries import child_id
from handler.jobs.models import JobRow
from tests.integration.jobs.conftest import row, state
from tests.sample_jobs import HOOKS, OUTSIDE, Plain, Steps, Tally, Whole, effects, tally


@pytest.fixture
def run_with(time, jobs):
    """Runs a job whose handler does something with its run; the job's handle."""

    def call(do, **options):
        handle = enqueue(Plain(key="hands"), **options)
        HOOKS["hands"] = do
        jobs.deliver()
        return handle

    return call


def test_progress_is_seen(run_with, ann):
    """While the job runs, by whom it belongs to."""
    seen = []

    def do(run):
        run.progress(40, "halfway, nearly")
        seen.append(ann.get(f"/jobs/{run.id}").body)

    run_with(do, owner="ann")
    assert [(one["progress"], one["note"]) for one in seen] == [(40, "halfway, nearly")]
    assert seen[0]["state"] == "running"


@pytest.mark.parametrize(("said", "kept"), [(-5, 0), (250, 100), (33.9, 33)])
def test_progress_is_a_percentage(run_with, said, kept):
    """From 0 to 100; a note has 100 characters."""
    handle = run_with(lambda run: run.progress(said, "x" * 500))
    assert (row(handle).progress, len(row(handle).note)) == (kept, 100)


def test_progress_is_written_once_a_second(time, run_with, wire):
    """However often it is said."""
    calls = []

    def do(run):
        del wire.calls[:]
        for _ in range(50):
            run.progress(1)
        time.pass_(seconds=1)
        run.progress(2)
        run.progress(3)
        calls.extend(wire.calls)

    handle = run_with(do)
    assert (calls, row(handle).progress) == (["UpdateItem"] * 2, 2)


def test_a_checkpoint_looks_once_a_second(time, run_with, wire):
    """One read, unless progress was said just now, which told it too."""
    calls = []

    def do(run):
        del wire.calls[:]
        for _ in range(50):
            run.checkpoint()
        time.pass_(seconds=1)
        run.progress(1)
        run.checkpoint()
        calls.extend(wire.calls)

    run_with(do)
    assert calls == ["GetItem", "UpdateItem"]


def test_a_run_knows_its_job(time, run_with):
    """Its id, whose it is, which attempt, for how long it has been open."""
    seen = []
    handle = run_with(
        lambda run: seen.append((run.id, run.owner, run.attempt, run.seconds_open, run.joined)),
        owner="ann",
    )
    assert seen == [(handle.id, "ann", 1, 0, False)]


def test_a_step_is_done_once(time, jobs):
    """Its value is that of the attempt that did it."""
    handle = enqueue(Steps(key="s", failures=2))
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=60)
    charged, second = json.loads(row(handle).result)
    assert (OUTSIDE["s first"], second, len(charged["charge"])) == (1, 3, 32)


def test_a_first_attempt_reads_no_steps(time, jobs, wire):
    """There are none: a step costs one transaction."""
    enqueue(Steps(key="s"))
    del wire.calls[:]
    jobs.deliver()
    assert wire.calls == ["UpdateItem", *["TransactWriteItems"] * 2, "UpdateItem"]


def test_a_step_may_return_nothing(run_with):
    """And is done once all the same."""
    seen = []

    def do(run):
        seen.append(run.step("none", lambda: None))
        seen.append(JobRow.text_beside(run.id, "step:none"))

    run_with(do)
    assert seen == [None, "null"]


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}], ids=["object", "nan", "set"])
def test_a_step_returns_json(run_with, value):
    """Anything else is a failure, and is not stored."""
    handle = run_with(lambda run: run.step("odd", lambda: value))
    assert state(handle) == "retrying"
    assert JobRow.text_beside(handle.id, "step:odd") is None


def test_a_step_is_bounded(run_with):
    """It stands in a row."""
    handle = run_with(lambda run: run.step("large", lambda: "x" * 300_000))
    assert row(handle).error == "payload_too_large"


def test_a_step_hands_back_what_it_stored(run_with):
    """A first attempt sees what a later one would: tuples are lists."""
    seen = []
    run_with(lambda run: seen.append(run.step("pair", lambda: (1, 2))))
    assert seen == [[1, 2]]


def test_a_key_is_the_same_in_every_attempt(time, jobs):
    """And another for every name and job."""
    keys = []
    for key in "ab":
        HOOKS[key] = lambda run: keys.append((run.key("charge"), run.key("refund"), run.key()))
    handle = enqueue(Tally(key="a", failures=2))
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=60)
    enqueue(Tally(key="b"))
    jobs.deliver()
    assert len(keys) == 4
    assert len(set(keys)) == 2
    assert len(set(keys[0]) | set(keys[3])) == 6


def test_effects_of_a_transaction_that_fails_are_none(run_with):
    """An exception inside commits nothing, neither effects nor the end."""

    def do(run):
        with run.transaction() as writes:
            tally(writes, "half")
            raise ValueError("a secret word")

    handle = run_with(do)
    assert (effects("half"), state(handle)) == (0, "retrying")


@pytest.mark.parametrize("again", ["transaction", "step", "spawn"])
def test_nothing_follows_the_end(run_with, again):
    """The job is over, whatever its handler does next."""

    def do(run):
        with run.transaction(result=1) as writes:
            tally(writes, "first")
        calls = {
            "transaction": lambda: run.transaction().__enter__(),
            "step": lambda: run.step("s", lambda: 1),
            "spawn": lambda: run.spawn([Plain()]),
        }
        calls[again]()

    handle = run_with(do)
    assert (state(handle), row(handle).result, effects("first")) == ("succeeded", "1", 1)


def test_a_parent_spawns_once(time, jobs):
    """When its children have ended there is no second time."""
    handle = enqueue(Whole(key="w", parts=1))
    raised = []

    def do(run):
        if run.joined:
            try:
                run.spawn([Plain()])
            except RuntimeError as error:
                raised.append(type(error).__name__)

    HOOKS["w"] = do
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=100)
    assert raised == ["RunMisused"]


def test_what_a_job_enqueues_is_part_of_its_end(run_with, jobs):
    """All of it, or nothing."""

    def do(run):
        with run.transaction() as writes:
            writes.enqueue(Tally(key="follows"), owner=run.owner)

    run_with(do, owner="ann")
    assert effects("follows") == 1


def test_failing_children_are_told_to_their_parent(time, jobs):
    """It runs when all have ended, however they did."""
    handle = enqueue(Whole(key="w", parts=3, failing=(1,)))
    states = []

    def do(run):
        if run.joined:
            states.extend(child.state for child in run.children())

    HOOKS["w"] = do
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=3000)
    assert states == ["succeeded", "dead", "succeeded"]
    assert (row(handle).result, row(handle).children) == ("4", 3)


def test_a_child_that_is_forgotten_counts_as_cancelled(time, jobs):
    """Its row is gone, and its parent goes on."""
    handle = enqueue(Whole(key="w", parts=2))
    seen = []

    def do(run):
        if run.joined:
            JobRow(child_id(run.id, 0), "job").delete()
            seen.extend((child.state, child.result()) for child in run.children())

    HOOKS["w"] = do
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=100)
    assert seen == [("cancelled", None), ("succeeded", 2)]
