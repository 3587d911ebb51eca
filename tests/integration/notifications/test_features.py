"""What features tell their accounts, and what goes with an account."""

import json

import pytest

from handler.accounts.models import Account
from handler.core.errors import WriteConflict
from handler.files.models import File
from handler.jobs import transaction
from handler.jobs.models import JobRow
from handler.notifications import Words, notify
from handler.notifications.models import Notification
from tests.client import Client
from tests.integration.accounts.conftest import PASSWORD
from tests.integration.files.conftest import announcement, arrive
from tests.integration.notifications.conftest import LAMPS, subjects, tell
from tests.integration.transfers.conftest import content_of


def test_a_rejected_file_is_told_with_its_reason(time, ann, inline):
    """By the file's name."""
    body = announcement(b"a\0b")
    file = File.find(ann.post("/files", body).body["file"]["id"])
    arrive(file, b"a\0b")
    inline.deliver()
    (found,) = ann.get("/notifications").body["items"]
    assert (found["kind"], found["subject"]) == ("file_rejected", "lamp.txt was rejected")
    assert found["message"] == "It was refused: control characters."
    assert found["data"] == {"file_id": file.id, "reason": "control_characters"}


def test_a_new_account_is_welcomed(anonymous, mailbox):
    """In its list and, as ever, by one mail."""
    anonymous.post("/register", {"email": "new@example.org", "password": PASSWORD})
    anonymous.post("/register/verify", {"token": mailbox[-1].token})
    assert [mail.subject for mail in mailbox][1:] == ["Welcome to Dunlin"]
    (row,) = [row for row in Notification.scan() if row.kind]
    assert (row.kind, row.subject, row.listed, row.pushed) == ("welcome", "Welcome", True, True)


def test_what_an_account_was_told_goes_with_it(time, ann, max_, jobs):
    """Its marks too, and nobody else's."""
    for number in range(150):
        tell(number=number)
    tell("max")
    ann.delete("/users/me")
    jobs.pass_(seconds=180)
    assert {row.owner_id for row in Notification.scan()} == {"max", "unread#max"}


def test_what_is_told_while_an_account_closes_goes_too(time, ann, jobs):
    """A job may have been about to tell it."""
    ann.delete("/users/me")
    jobs.deliver()
    Notification("ann", kind="lamps", subject="Late", expires_at=9_999_999_999).save()
    jobs.pass_(seconds=180)
    assert list(Notification.scan()) == []


def test_an_account_takes_its_notifications_away(time, ann, jobs):
    """With all that else is held about it."""
    tell(number=3)
    job = ann.post("/exports", {"kind": "account", "format": "jsonl"}).body
    jobs.deliver()
    result = ann.get(f"/jobs/{job['id']}").body["result"]
    rows = [json.loads(line) for line in content_of(result).splitlines()]
    (held,) = [row["data"] for row in rows if row["part"] == "notification"]
    assert (held["subject"], held["read"]) == ("Lamp 3", False)


@pytest.mark.parametrize("owner", ["nobody", "off"])
def test_features_tell_nothing_to_who_cannot_be_told(aws, owner):
    """Their own transaction goes on."""
    Client().signed_in("off")
    Account.find("off").update(actions=[Account.disabled.set(True)])
    tell(owner)
    assert list(Notification.scan()) == []


def tell_in_vain():
    """Tell Ann something in a transaction that is refused: there is no such file."""
    with transaction() as writes:
        notify(writes, "ann", LAMPS, Words("Lamp"))
        writes.update(File("none"), [File.name.set("lamp.txt")])


def test_a_refused_transaction_tells_nothing(ann, jobs):
    """Neither in the list nor by mail."""
    with pytest.raises(WriteConflict):
        tell_in_vain()
    assert subjects(ann) == []
    assert [row for row in JobRow.scan() if row.name] == []
