"""A batch in which one job goes wrong: its message comes again, and its neighbours run."""

import pytest

from handler.jobs import GiveUp, RetryLater, enqueue
from tests.integration.jobs.conftest import ERRORS, hint, row, set_row, state
from tests.sample_jobs import HOOKS, Plain, Tally, effects

DAY = 24 * 3600


def test_an_end_that_cannot_be_recorded_returns_its_message_alone(time, hand, breaks):
    """A retry that DynamoDB refuses is no matter of the others."""
    odd, *others = enqueue(Plain(failures=1)), enqueue(Tally(key="a")), enqueue(Tally(key="b"))
    breaks("UpdateItem", odd.id, ":to_error")
    records = [hint(handle, f"m{number}") for number, handle in enumerate((odd, *others))]
    assert hand(*records) == ["m0"]
    assert ([state(one) for one in others], state(odd)) == (["succeeded"] * 2, "running")


def test_what_was_not_recorded_is_taken_over(time, hand, wire, breaks):
    """When the lease is over."""
    odd = enqueue(Plain(failures=1))
    breaks("UpdateItem", odd.id, ":to_error")
    hand(hint(odd))
    wire.break_all(None)
    time.pass_(seconds=60)
    assert hand(hint(odd, receives=2)) == []
    assert (state(odd), row(odd).attempts) == ("succeeded", 2)


@pytest.mark.parametrize("error", ERRORS)
def test_a_job_that_cannot_be_claimed_returns_its_message_alone(time, hand, breaks, error):
    """Whyever it cannot be."""
    odd, other = enqueue(Plain()), enqueue(Tally(key="a"))
    breaks("UpdateItem", odd.id, error=error)
    assert hand(hint(odd, "m1"), hint(other, "m2")) == ["m1"]
    assert (state(odd), effects("a")) == ("queued", 1)


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("crashes", [0, 2], ids=["taken over", "given up"])
def test_a_job_that_cannot_be_taken_over_returns_its_message_alone(
    time, hand, breaks, crashes, error
):
    """Nor one whose end as a crash cannot be recorded."""
    odd, other = enqueue(Plain()), enqueue(Tally(key="a"))
    set_row(odd, state={"S": "running"}, fence={"N": "1"}, crashes={"N": str(crashes)})
    set_row(odd, lease={"N": "1"})
    breaks("UpdateItem", odd.id, ":by_crashes" if crashes == 0 else ":to_epitaph", error=error)
    assert hand(hint(odd, "m1"), hint(other, "m2")) == ["m1"]
    assert (state(odd), effects("a")) == ("running", 1)


def test_a_reason_that_is_no_text_is_a_clean_end(time, jobs):
    """Half a character is told as a question mark."""
    handle = enqueue(Plain(key="a"))

    def give_up(_):
        raise GiveUp("bad \ud800")

    HOOKS["a"] = give_up
    jobs.deliver()
    found = row(handle)
    assert (found.state, found.error, found.message) == ("dead", "gave_up", "bad ?")
    assert (found.crashes, jobs.failures) == (0, [])


@pytest.mark.parametrize("seconds", [float("inf"), float("nan"), 31 * DAY], ids=str)
def test_a_later_that_never_comes_is_a_failure(time, jobs, seconds):
    """It is tried again as any other."""
    handle = enqueue(Plain(key="a"))

    def wait(_):
        raise RetryLater(seconds)

    HOOKS["a"] = wait
    jobs.deliver()
    found = row(handle)
    assert (found.state, found.error, found.crashes) == ("retrying", "DelayTooLong", 0)
    jobs.drain(lambda: state(handle) == "dead", limit_seconds=30)
    assert (row(handle).error, row(handle).attempts) == ("DelayTooLong", 3)


@pytest.mark.parametrize("seconds", [0, -1, float("-inf"), 30 * DAY], ids=str)
def test_a_later_is_within_30_days(time, hand, seconds):
    """It costs no attempt."""
    handle = enqueue(Plain(key="a"))

    def wait(_):
        raise RetryLater(seconds)

    HOOKS["a"] = wait
    assert hand(hint(handle)) == []
    found = row(handle)
    assert (found.state, found.error, found.attempts) == ("retrying", None, 0)
    assert found.due - int(time.now.timestamp()) == max(0, seconds)


@pytest.fixture
def ran():
    """The keys of jobs as they run."""
    seen = []
    for key in "abc":
        HOOKS[key] = lambda _, key=key: seen.append(key)
    return seen


def test_what_was_received_most_often_is_first(time, hand, ran):
    """It would go to the dead letters if it were overtaken again and again."""
    handles = {key: enqueue(Plain(key=key)) for key in "abc"}
    receives = {"a": 1, "b": 12, "c": 3}
    hand(*(hint(handles[key], key, receives=receives[key]) for key in "abc"))
    assert ran == ["b", "c", "a"]


def test_what_felled_its_process_is_last(time, hand, ran):
    """However often it was received: it may do so again."""
    handles = {key: enqueue(Plain(key=key)) for key in "abc"}
    set_row(handles["b"], state={"S": "running"}, fence={"N": "1"}, lease={"N": "1"})
    hand(*(hint(handles[key], key, receives=19 if key == "b" else 1) for key in "abc"))
    assert ran == ["a", "c", "b"]
