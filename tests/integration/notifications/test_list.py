"""The list of what an account was told, and what of it is unread."""

import pytest

from handler.core import clock
from handler.core.ids import new_id
from handler.jobs.models import JobRow
from handler.notifications import models
from handler.notifications.models import KEPT, Notification
from tests.integration.notifications.conftest import subjects, tell, unread


@pytest.fixture
def three(time, ann):
    """Three notifications of Ann's, a second apart; their ids, newest first."""
    for number in range(3):
        tell(number=number)
        time.pass_(seconds=1)
    return [one["id"] for one in ann.get("/notifications").body["items"]]


def test_a_notification_is_listed_as_it_was_told(time, ann):
    """With its words, its kind, its data and its time."""
    tell(number=7)
    (found,) = ann.get("/notifications").body["items"]
    assert found == {
        "id": found["id"],
        "kind": "lamps",
        "subject": "Lamp 7",
        "message": "It glows.",
        "data": {"lamp": 7},
        "read": False,
        "created_at": "2026-03-01T12:00:00Z",
    }


def test_notifications_are_listed_newest_first(ann, three):
    """Over pages."""
    assert subjects(ann) == ["Lamp 2", "Lamp 1", "Lamp 0"]


def test_others_notifications_are_not_listed(three, max_, admin):
    """Neither for a user nor for an administrator."""
    assert (subjects(max_), subjects(admin)) == ([], [])


def test_nobody_else_reads_a_notification(three, max_, admin):
    """It is not there for others, nor can they mark it."""
    for client in (max_, admin):
        assert client.get(f"/notifications/{three[0]}").code == "notification_not_found"
        answer = client.post(f"/notifications/{three[0]}/read")
        assert answer.code == "notification_not_found"


def test_a_cursor_is_the_caller_s(three, ann, max_):
    """Another's is refused."""
    cursor = ann.get("/notifications", query="limit=2").body["next"]
    assert max_.get("/notifications", query=f"limit=2&cursor={cursor}").code == "cursor_invalid"


def test_what_is_new_is_unread(ann, three):
    """All of it counts."""
    assert unread(ann) == 3


def test_reading_one_leaves_the_others_unread(ann, three):
    """The answer counts them."""
    answer = ann.post(f"/notifications/{three[1]}/read")
    assert (answer.status, answer.body) == (200, {"unread": 2})
    read = [one["read"] for one in ann.get("/notifications").body["items"]]
    assert read == [False, True, False]


def test_reading_twice_is_reading_once(ann, three):
    """The count stays right."""
    for _ in range(2):
        answer = ann.post(f"/notifications/{three[0]}/read")
    assert answer.body == {"unread": 2}


def test_looking_at_one_does_not_read_it(ann, three):
    """Programs look as well."""
    assert ann.get(f"/notifications/{three[0]}").body["read"] is False
    assert unread(ann) == 3


def test_one_that_does_not_exist_is_not_found(ann):
    """Neither to look at nor to read."""
    path = f"/notifications/{new_id()}"
    assert ann.get(path).code == "notification_not_found"
    assert ann.post(f"{path}/read").code == "notification_not_found"


def test_all_are_read_at_once(ann, three, max_):
    """An account's own, and no others."""
    tell("max")
    answer = ann.post("/notifications/read-all")
    assert (answer.status, answer.body) == (200, {"unread": 0})
    assert all(one["read"] for one in ann.get("/notifications").body["items"])
    assert unread(max_) == 1


def test_reading_all_of_nothing_does_nothing(ann):
    """There is nothing to write either."""
    assert ann.post("/notifications/read-all").body == {"unread": 0}


@pytest.fixture
def many(time, ann):
    """More than are counted."""
    for number in range(models.COUNTED + 5):
        tell(number=number)
        time.pass_(seconds=1)


def test_so_many_unread_are_counted(ann, many):
    """A hundred stands for more."""
    assert unread(ann) == 100


def test_more_than_are_counted_are_all_read(ann, many, jobs):
    """A job reads the rest, and what was told meanwhile stays unread."""
    ann.post("/notifications/read-all")
    tell(number=999)
    jobs.deliver()
    assert [row.state for row in JobRow.scan() if row.name == "notifications.read_all"] == [
        "succeeded"
    ]
    assert unread(ann) == 1


def test_an_old_notification_is_gone_before_its_row(ann, three, time):
    """DynamoDB takes days to delete what has expired."""
    time.pass_(seconds=KEPT - 3)
    assert (subjects(ann), unread(ann)) == (["Lamp 2", "Lamp 1"], 2)
    assert ann.get(f"/notifications/{three[2]}").code == "notification_not_found"


def test_both_rows_say_when_they_expire(ann, three):
    """The notification and its mark, at the same time."""
    rows = list(Notification.scan())
    assert len(rows) == 6
    assert all(0 < row.expires_at - clock.epoch() <= KEPT for row in rows)


def test_what_a_list_costs(ann, three, wire):
    """One query for the page, one batch for its marks, one query that counts."""
    wire.calls.clear()
    ann.get("/notifications")
    assert wire.calls == ["Query", "BatchGetItem", "Query"]
