"""Messages of moderators: to whom they go, by which channels, each once."""

import pytest

from handler.accounts.models import Account
from handler.notifications.models import Notification
from tests.client import open_account
from tests.integration.notifications.conftest import subjects, tell, unread

ALL = ["in_app", "mail", "push"]


@pytest.fixture
def preferring(ann):
    """Sets Ann's preferences."""

    def call(**switches):
        switches = {name.replace("_", ".", 1): value for name, value in switches.items()}
        assert ann.patch("/users/me", {"preferences": switches}).status == 200

    return call


def pushed():
    """The subjects of what goes to open sockets."""
    return [row.subject for row in Notification.scan() if row.subject and row.pushed]


@pytest.mark.parametrize("to", ["ann", "ann@example.org", "ANN@Example.org"])
def test_a_message_reaches_an_account_once_by_each_channel(ann, send, mailbox, to):
    """By its id or by its address: in the list, by mail and live."""
    answer = send(to)
    assert (answer.status, answer.body["channels"]) == (201, ALL)
    assert subjects(ann) == ["Your lamps"]
    assert [(mail.to, mail.subject) for mail in mailbox] == [("ann@example.org", "Your lamps")]
    assert pushed() == ["Your lamps"]


def test_its_owner_finds_a_message_where_it_is_said_to_be(ann, send, moderator):
    """And the moderator does not: it is Ann's."""
    place = send().headers["location"]
    found = ann.get(place).body
    assert (found["kind"], found["message"]) == ("message", "Please add photos.")
    assert moderator.get(place).code == "notification_not_found"


def test_a_mail_says_what_the_message_says(ann, send, mailbox):
    """As text, and escaped in HTML."""
    send(message="Two <b>lamps</b>\nand a shade.")
    (mail,) = mailbox
    assert "Two <b>lamps</b>\nand a shade." in mail.text
    assert "Two &lt;b&gt;lamps&lt;/b&gt;\nand a shade." in mail.html


@pytest.mark.parametrize("channel", ALL)
def test_a_message_goes_by_the_wanted_channel_alone(ann, send, mailbox, channel):
    """Each of them by itself."""
    assert send(channels=[channel]).body["channels"] == [channel]
    got = {"in_app": subjects(ann), "mail": [mail.subject for mail in mailbox], "push": pushed()}
    assert got == {name: ["Your lamps"] * (name == channel) for name in ALL}
    assert unread(ann) == (channel == "in_app")


@pytest.mark.parametrize(("switch", "left"), [("mail", ["in_app", "push"]), ("push", ALL[:2])])
def test_what_an_account_has_switched_off_is_left_out(ann, send, mailbox, preferring, switch, left):
    """The answer says which channels it went by."""
    preferring(**{f"{switch}_message": False})
    assert send().body["channels"] == left
    assert (len(mailbox), len(pushed())) == ("mail" in left, "push" in left)


def test_a_switch_is_of_one_kind(ann, send, mailbox, preferring):
    """Another kind goes as ever."""
    preferring(mail_lamps=False)
    send()
    assert len(mailbox) == 1


def test_the_list_is_not_switched_off(ann, send, preferring):
    """It bothers nobody."""
    preferring(in_app_message=False)
    send()
    assert subjects(ann) == ["Your lamps"]


@pytest.mark.parametrize("to", ["nobody", "nobody@example.org", "no address@", "a b"])
def test_who_does_not_exist_is_not_found(send, to):
    """By whatever name."""
    assert send(to).code == "recipient_not_found"


@pytest.mark.parametrize("fields", [{"disabled": True}, {"verified": False}])
def test_who_cannot_be_told_anything_is_not_found(send, fields):
    """An account that is disabled, or whose address is not confirmed."""
    open_account("eve", **fields)
    assert send("eve").code == "recipient_not_found"


@pytest.mark.parametrize(
    "fields",
    [
        {"subject": ""},
        {"subject": "two\nlines"},
        {"subject": "x" * 151},
        {"message": "x" * 4001},
        {"channels": []},
        {"channels": ["pigeon"]},
        {"to": ""},
        {"owner_id": "max"},
    ],
)
def test_what_breaks_a_rule_is_refused(ann, send, fields):
    """And tells nobody anything."""
    assert send(**fields).status == 422
    assert subjects(ann) == []


def test_a_message_that_is_sent_again_is_told_once(ann, moderator, mailbox):
    """Under its Idempotency-Key."""
    body = {"to": "ann", "subject": "Your lamps"}
    key = {"idempotency-key": "k" * 16}
    first, again = (moderator.post("/notifications", body, headers=key) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert first.body == again.body
    assert len(subjects(ann)) == len(mailbox) == 1


def test_messages_are_limited(ann, send, time):
    """Thirty a minute."""
    assert [send().status for _ in range(30)] == [201] * 30
    assert send().code == "rate_limited"


def test_a_message_is_in_the_audit_log(ann, send, admin):
    """Who wrote to whom, and not what."""
    id_ = send().body["id"]
    (event,) = admin.get("/admin/audit", query="action=notification.sent").body["items"]
    assert (event["actor"], event["subject"]) == ("mod", "ann")
    assert event["details"] == {"notification": id_, "channels": "in_app mail push"}


def test_a_mail_goes_to_the_address_of_the_moment(ann, moderator, jobs, mailbox):
    """It may have changed since."""
    tell()
    Account.find("ann").update(actions=[Account.email.set("new@example.org")])
    jobs.deliver()
    assert [mail.to for mail in mailbox] == ["new@example.org"]


def test_who_has_gone_gets_no_mail(ann, jobs, mailbox):
    """A closed account has no address."""
    tell()
    Account.find("ann").delete()
    jobs.deliver()
    assert mailbox == []
