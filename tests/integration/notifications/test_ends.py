"""Jobs that end: their account is told so, once, in words of their room."""

import pytest

from handler.accounts.models import Account
from handler.jobs import enqueue
from handler.notifications.models import Notification
from tests.conftest import invoke
from tests.integration.notifications.conftest import subjects, unread
from tests.sample_jobs import Plain, Refusing


def listed(client):
    """The kinds and the words of what an account was told, oldest first."""
    found = client.get("/notifications").body["items"]
    return [(one["kind"], one["subject"], one["message"]) for one in reversed(found)]


def test_an_account_is_told_that_its_job_has_succeeded(time, live, ann):
    """By the name of the job."""
    id_ = enqueue(Plain(), owner="ann").id
    live.deliver()
    (found,) = ann.get("/notifications").body["items"]
    assert (found["kind"], found["subject"]) == ("job_ended", "Your job tests.plain has succeeded")
    assert found["data"] == {"job_id": id_, "name": "tests.plain", "state": "succeeded"}


def test_an_account_is_told_why_its_job_has_failed(time, live, ann):
    """In words that users may read."""
    enqueue(Refusing(word="give up"), owner="ann")
    live.deliver()
    assert listed(ann) == [
        ("job_ended", "Your job tests.refusing has failed", "There is nothing to be done.")
    ]


def test_an_account_is_told_that_its_job_was_cancelled(time, live, ann):
    """An administrator may have done it."""
    handle = enqueue(Plain(), owner="ann", delay=60)
    ann.post(f"{handle.url}/cancel")
    live.deliver()
    assert subjects(ann) == ["Your job tests.plain was cancelled"]


def test_nobody_is_told_of_jobs_that_are_nobody_s(time, live, ann, admin):
    """They are the house's own."""
    enqueue(Plain())
    live.deliver()
    assert list(Notification.scan()) == []


def test_a_job_that_begins_anew_ends_anew(time, live, ann, admin):
    """Both ends are told."""
    handle = enqueue(Plain(failures=3), owner="ann")
    live.pass_(seconds=60)
    assert admin.post(f"/admin/jobs/{handle.id}/redrive").status == 202
    live.pass_(seconds=60)
    assert subjects(ann) == ["Your job tests.plain has failed"] * 2


def test_an_end_that_is_told_twice_is_told_once(time, live, ann, monkeypatch):
    """A stream may bring a change any number of times, also after the notification was read."""
    brought = []
    for follower in live._followers:
        kept = follower.settle

        def see(batch, answer, now, kept=kept):
            brought.append(batch.event)
            kept(batch, answer, now)

        monkeypatch.setattr(follower, "settle", see)
    enqueue(Plain(), owner="ann")
    live.deliver()
    ann.post("/notifications/read-all")
    for event in brought:
        invoke("changes", event)
    assert (len(subjects(ann)), unread(ann)) == (1, 0)


def test_who_has_closed_their_account_is_told_nothing(time, live, ann):
    """A job may end later."""
    enqueue(Plain(), owner="ann")
    Account.find("ann").delete()
    live.deliver()
    assert list(Notification.scan()) == []


@pytest.mark.parametrize(("switches", "mails"), [({}, 0), ({"mail.job_ended": True}, 1)])
def test_jobs_are_mailed_to_those_who_want_it(time, live, ann, mailbox, switches, mails):
    """It is off by itself."""
    ann.patch("/users/me", {"preferences": switches})
    enqueue(Plain(), owner="ann")
    live.deliver()
    assert len(mailbox) == mails
