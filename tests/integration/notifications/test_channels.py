"""What comes live: the progress of jobs, their ends, and notifications."""

import pytest

from handler.jobs import enqueue
from handler.realtime.models import EventRow
from tests.integration.notifications.conftest import tell, told
from tests.sample_jobs import HOOKS, Plain, Tally


@pytest.fixture
def progressing():
    """A job that says twice how far it is."""

    def run(run):
        run.progress(40, "half the lamps")

    HOOKS["lamps"] = run
    yield Tally(key="lamps")
    HOOKS.clear()


def states(socket, channel):
    """What a socket got of jobs in a channel."""
    return [
        (data["state"], data["progress"])
        for name, type_, data in told(socket)
        if (name, type_) == (channel, "job.changed")
    ]


STEPS = [("queued", None), ("running", None), ("running", 40), ("succeeded", 40)]


def test_a_job_s_progress_comes_to_its_account(time, live, ann, listening, progressing):
    """Each step, in order."""
    socket = listening(ann, "me")
    enqueue(progressing, owner="ann")
    live.deliver()
    assert states(socket, "me") == STEPS


def test_a_job_s_progress_comes_to_who_watches_it(time, live, ann, listening, progressing):
    """In the job's own channel."""
    handle = enqueue(progressing, owner="ann", delay=5)
    live.deliver()
    socket = listening(ann, f"job:{handle.id}")
    live.pass_(seconds=6)
    assert states(socket, f"job:{handle.id}") == STEPS[1:]


def test_others_hear_nothing_of_a_job(time, live, ann, max_, listening, progressing):
    """Neither in their own channel, nor in the job's."""
    handle = enqueue(progressing, owner="ann")
    own, watched = listening(max_, "me"), listening(max_, f"job:{handle.id}")
    assert watched.taken()[-1]["code"] == "channel_not_found"
    live.deliver()
    assert (told(own), told(watched)) == ([], [])


def test_an_event_of_a_job_is_what_its_owner_is_shown(time, live, ann, listening):
    """The same as over HTTP, without a list of failures."""
    socket = listening(ann, "me")
    handle = enqueue(Plain(answer=[1, "two"]), owner="ann")
    live.deliver()
    last = [data for _, type_, data in told(socket) if type_ == "job.changed"][-1]
    shown = ann.get(handle.url).body
    del shown["failures"]
    assert last == shown


def test_what_changes_nothing_that_is_shown_is_not_told(time, live, ann):
    """A clock that looks at a job moves its row."""
    enqueue(Plain(), owner="ann", delay=2000)
    live.deliver()
    before = len(list(EventRow.scan()))
    live.pass_(seconds=1990)
    assert len(list(EventRow.scan())) == before


def test_nobody_s_jobs_are_told_to_nobody(time, live, ann):
    """They would be most of what there is to tell."""
    enqueue(Plain())
    live.deliver()
    assert list(EventRow.scan()) == []


def test_a_notification_comes_live_once(time, live, ann, listening):
    """As it stands in the list."""
    socket = listening(ann, "me")
    tell(number=7)
    live.deliver()
    (listed,) = ann.get("/notifications").body["items"]
    assert told(socket) == [("me", "notification.created", listed)]


def test_a_notification_does_not_come_to_others(time, live, ann, max_, listening):
    """It is private."""
    socket = listening(max_, "me")
    tell(number=7)
    live.deliver()
    assert told(socket) == []


def test_a_kind_that_is_switched_off_does_not_come_live(time, live, ann, listening):
    """It is in the list all the same."""
    ann.patch("/users/me", {"preferences": {"push.lamps": False}})
    socket = listening(ann, "me")
    tell(number=7)
    live.deliver()
    assert told(socket) == []


def test_reading_tells_nothing(time, live, ann, listening):
    """Marks and their end are nobody's news."""
    tell()
    live.deliver()
    socket = listening(ann, "me")
    ann.post("/notifications/read-all")
    live.deliver()
    assert told(socket) == []
