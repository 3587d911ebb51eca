"""Notifications with one fault at any call: in the list, live and by mail each once.

A story is played without a fault first, which counts its calls; then once more for each of them,
broken. SES alone knows no request tokens: what it took just before a fault goes twice.
"""

import pytest

from handler.core import aws as core_aws
from handler.jobs.models import MAIN, JobRow
from tests.faults.files.network import Fault, Network
from tests.faults.jobs.conftest import THOROUGH
from tests.faults.notifications.stories import STORIES, Play, settle

_ENDED = {"succeeded", "dead", "cancelled"}
_END = 4 * 3600  # seconds after which a play counts as endless
_SOME = 5  # of how many calls one is broken, without FAULT_SCHEDULES
_SENT = "sesv2.SendEmail"


def is_over():
    """Whether all jobs have ended."""
    return all(one.state in _ENDED for one in JobRow.scan() if one.part == MAIN)


@pytest.fixture
def play(time, live):
    """Plays a story by an account of its own, on a network with a fault."""
    core_aws.client("sesv2").create_email_identity(EmailIdentity="shop.example")
    networks = {}

    def run(name, owner, fault=None, at=-1):
        played = Play.begun(owner, time)
        settle(live, is_over, _END)
        network = networks[name] = Network(*STORIES[name].functions)
        network.begin(fault, at)
        with network.up():
            STORIES[name].happens(played)
            settle(live, is_over, _END)
        return played, network.calls

    return run


def chosen(calls, fault):
    """The calls that are broken: each, or some, other ones for each fault."""
    every = 1 if THOROUGH else _SOME
    return range(list(Fault).index(fault) % every, calls, every)


@pytest.mark.parametrize("name", STORIES)
def test_a_story_is_told_once_by_each_channel(play, name):
    """When nothing breaks."""
    story = STORIES[name]
    played, calls = play(name, f"{name}-0")
    assert played.told() == ([story.kind], 1, [story.kind], story.mailed)
    assert calls.count(_SENT) == story.mailed


@pytest.mark.slow
@pytest.mark.parametrize("fault", [one for one in Fault if one is not Fault.ASIDE])
@pytest.mark.parametrize("name", STORIES)
def test_one_fault_at_any_call_loses_and_doubles_nothing(play, name, fault):
    """Whatever becomes of a call."""
    story = STORIES[name]
    _, usual = play(name, f"{name}-0")
    for at in chosen(len(usual), fault):
        played, calls = play(name, f"{name}-{at + 1}", fault, at)
        listed, unread, live, mails = played.told()
        assert (listed, unread, live) == ([story.kind], 1, [story.kind]), (at, calls[at])
        again = _SENT in calls[: at + 1]
        assert mails in ({1, 2} if again else {int(story.mailed)}), (at, calls[at])


def test_a_fault_breaks_a_call(play, live):
    """The network of these tests does what it says."""
    play("job", "job-1", Fault.CRASH_BEFORE, 5)
    assert len(live.failures) == 1
