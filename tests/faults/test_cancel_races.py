"""A cancel that was decided on a reading which is not true any more changes nothing."""

import pytest

from handler.core import clock
from handler.jobs import endings, enqueue, spawning, transitions
from handler.jobs.definitions import find
from handler.jobs.entries import Message, child_id
from handler.jobs.models import JobRow
from handler.jobs.service import begin_anew, stop
from handler.jobs.transitions import Stale
from tests.sample_jobs import Plain


def claimed(job_id):
    """The job, as its runner has it."""
    now = clock.epoch()
    return transitions.apply(job_id, transitions.claim("a runner", now + 100, now))


@pytest.fixture
def parent(time, jobs):
    """A job that waits for two children, and how it was before it ran."""
    id_ = enqueue(Plain()).id
    seen = JobRow.find(id_)
    row = claimed(id_)
    spawning.spawn(row, find(row.name), [Message.of(Plain()), Message.of(Plain())])
    return id_, seen


def test_children_that_were_not_seen_are_not_left_behind(parent):
    """The job has spawned since it was read: whoever cancels has to read again."""
    id_, seen = parent
    with pytest.raises(Stale):
        stop(seen)
    assert JobRow.find(id_).state == "waiting"


def test_a_child_that_has_left_its_parent_leaves_it_once(parent):
    """It died, and was redriven, since it was read: its parent still waits for the other one."""
    id_, _ = parent
    child = child_id(id_, 0)
    seen = JobRow.find(child)
    endings.die(claimed(child), "error", "message")
    begin_anew(JobRow.find(child), clock.epoch())
    with pytest.raises(Stale):
        stop(seen)
    assert JobRow.find(id_).left == 1
