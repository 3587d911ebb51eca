"""Upload, check, thumbnails, rejection and deletion with one fault at any call to AWS.

A story is played without a fault first, which counts its calls; then once more for each of them,
broken. Time passes until nothing is left to do, and then all has to be as if nothing had broken.
"""

from functools import partial

import pytest

from handler.files.models import File
from handler.jobs.models import MAIN, JobRow
from tests.faults.files.network import Fault, Network
from tests.faults.files.stories import STORIES, Play, is_gone, play
from tests.faults.jobs.conftest import THOROUGH

_ENDED = {"succeeded", "dead", "cancelled"}
_END = 4 * 3600  # seconds after which a play counts as endless
_SOME = 5  # of how many calls one is broken, without FAULT_SCHEDULES


@pytest.fixture
def network(time, aws):
    """The workers' network."""
    with Network().up() as made:
        yield made


def names():
    """The files' jobs and how they ended, of those that did not succeed."""
    rows = [one for one in JobRow.scan() if one.part == MAIN]
    return {(one.name, one.state) for one in rows if one.state != "succeeded"}


@pytest.fixture
def settle(time, jobs):
    """Lets time pass until no job is open, and no message on its way."""

    def is_over():
        waiting = [inbox.next_moment() for _, inbox in jobs._inboxes]
        rows = [one for one in JobRow.scan() if one.part == MAIN]
        return not any(waiting) and all(one.state in _ENDED for one in rows)

    return lambda: jobs.drain(is_over, limit_seconds=_END)


def calls_of(network, name, jobs, settle):
    """What workers ask for when nothing breaks."""
    network.begin()
    STORIES[name].ends(play(name, f"{name}-0", jobs, settle))
    return len(network.calls)


def delete_and_deliver(played, jobs):
    """Have a file deleted, and its bytes as well, while another job is at work."""
    played.delete()
    jobs.deliver()


def chosen(calls, fault):
    """The calls that are broken: each, or some, other ones for each fault."""
    every = 1 if THOROUGH else _SOME
    return range(list(Fault).index(fault) % every, calls, every)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.ASIDE])
@pytest.mark.parametrize("name", STORIES)
def test_one_fault_at_any_call_breaks_nothing(network, jobs, settle, name, fault):
    """Whatever becomes of a call, each story ends as it should, and no job is dead."""
    for at in chosen(calls_of(network, name, jobs, settle), fault):
        network.begin(fault, at)
        played = play(name, f"{name}-{at + 1}", jobs, settle)
        STORIES[name].ends(played)
        assert names() == set(), (at, network.calls[at])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["image", "text", "rejected"])
def test_a_file_that_is_deleted_at_any_call_is_gone(network, jobs, settle, name):
    """Whatever a job is doing, and though another has deleted all just then, nothing is left."""
    for at in chosen(calls_of(network, name, jobs, settle), Fault.ASIDE):
        network.begin(Fault.ASIDE, at)
        story = STORIES[name]
        played = Play.begun(f"{name}-{at + 1}", story.content, story.content_type)
        played.arrive()
        network.aside = partial(delete_and_deliver, played, jobs)
        settle()
        if File.find(played.file.id) is not None:  # that call is none of this play
            played.delete()
            settle()
        is_gone(played)


def test_a_fault_breaks_a_call(network, jobs, settle):
    """The network of these tests does what it says."""
    network.begin(Fault.CRASH_BEFORE, 5)
    play("text", "text-1", jobs, settle)
    assert len(jobs.failures) == 1
