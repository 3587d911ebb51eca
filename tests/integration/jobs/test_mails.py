"""Mails are jobs: part of what causes them, tried again until they are sent, without secrets."""

import json

import pytest

from handler.accounts.schemas import MailLink
from handler.core import aws as core_aws
from handler.core.idempotency import Answer, claim
from handler.jobs import enqueue
from handler.jobs.models import JobRow
from handler.mail import SendMail
from tests.client import Client
from tests.integration.jobs.conftest import all_jobs, hint, state
from tests.sample_jobs import Plain

NEW = {"email": "new@example.org", "password": "a goldfinch sings at noon"}


@pytest.fixture
def outbox(jobs, mailbox):
    """The mails that are sent, where jobs run when they are told to."""
    Client.after_each = None  # as `inline` has set it
    return mailbox


def test_a_mail_waits_in_the_row_of_its_job(time, outbox, jobs, anonymous):
    """The request is answered first."""
    assert anonymous.post("/register", NEW).status == 202
    assert [(one.name, one.state) for one in all_jobs()] == [("accounts.mail_link", "queued")]
    assert outbox == []
    jobs.deliver()
    assert [mail.to for mail in outbox] == ["new@example.org"]


def test_no_row_holds_a_token(time, outbox, jobs, anonymous):
    """A link is made where it is mailed, and stored as a hash."""
    anonymous.post("/register", NEW)
    jobs.deliver()
    rows = core_aws.client("dynamodb").scan(TableName=JobRow.Meta.table_name)["Items"]
    (mail,) = outbox
    assert mail.token.partition(".")[2] not in json.dumps(rows)


def test_a_refused_request_mails_nothing(time, outbox, jobs, admin):
    """What would have caused the mail did not happen."""
    assert admin.delete("/users/me").code == "last_administrator"
    jobs.deliver()
    assert (outbox, all_jobs()) == ([], [])


def test_a_refused_transaction_mails_nothing(time, outbox, jobs, ann, wire, monkeypatch):
    """Also when it is refused in the end, by DynamoDB."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def refuse(request):
        raise core_aws.BotoCoreError

    wire.break_all(refuse)
    assert ann.delete("/users/me").status == 503
    wire.break_all(None)
    jobs.deliver()
    assert (outbox, all_jobs()) == ([], [])


def test_a_mail_is_sent_once(time, outbox, jobs, hand):
    """However often its message comes."""
    handle = enqueue(SendMail(template="closed", to="ann@example.org"))
    message = hint(handle)
    hand(message)
    hand(message)
    jobs.deliver()
    assert [mail.to for mail in outbox] == ["ann@example.org"]


def test_a_mail_that_ses_does_not_take_is_sent_later(time, outbox, jobs):
    """Tried again, for longer than most."""
    handle = enqueue(SendMail(template="closed", to="ann@example.org"))
    core_aws.client("sesv2").delete_email_identity(EmailIdentity="shop.example")
    jobs.deliver()
    assert state(handle) == "retrying"
    del outbox[:]
    core_aws.client("sesv2").create_email_identity(EmailIdentity="shop.example")
    jobs.drain(lambda: state(handle) == "succeeded", limit_seconds=60)
    assert len(outbox) == 1


def test_a_link_that_nobody_waits_for_is_not_mailed(time, outbox, jobs):
    """Nobody has this address."""
    handle = enqueue(MailLink(purpose="reset", email="nobody@example.org"))
    jobs.deliver()
    assert (state(handle), outbox) == ("succeeded", [])


def do(key="k", **options):
    """A request with an Idempotency-Key that enqueues a job; its answer, and the job or None."""
    held = claim(("POST /things", "ann"), key, {"a": 1})
    if isinstance(held, Answer):
        return held, None
    with held.answered_by(lambda handle: Answer(202, {"Location": handle.url}, handle.id)):
        handle = enqueue(Plain(), owner="ann", **options)
    assert held.kept
    return None, handle


@pytest.mark.parametrize("options", [{}, {"delay": 60}, {"unique": "k"}], ids=str)
def test_an_idempotent_answer_names_the_job(time, jobs, options):
    """It is stored with the job: the same key enqueues none."""
    _, handle = do(**options)
    again, _ = do(**options)
    assert again == Answer(202, {"Location": handle.url}, handle.id)
    assert len(all_jobs()) == 1


def test_an_idempotent_answer_names_the_open_job(time, jobs):
    """Where a unique one was there before, also in what is stored."""
    _, first = do("k", unique="k")
    _, second = do("l", unique="k")
    again, _ = do("l", unique="k")
    assert (second.id, second.existing, again.body) == (first.id, True, first.id)


def test_a_message_of_a_job_holds_nothing_of_it(time, jobs, sent):
    """Its id and its name."""
    handle = enqueue(SendMail(template="closed", to="ann@example.org"), owner="ann")
    (message,) = sent
    assert json.loads(message["MessageBody"]) == {"job": handle.id, "name": "mail.send"}
