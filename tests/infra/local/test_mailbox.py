"""Mails: who may send them, how they are kept, and a page that no mail can break."""

import json
import socket
from contextlib import closing

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from infra.blueprint import Function, Grant
from infra.local import aws, calls
from infra.local.mailbox import NEWEST, Mail, Mailbox
from infra.local.services import mailing
from infra.local.state import State

FUNCTION = Function(
    "api",
    handler="",
    description="",
    memory=128,
    timeout=1,
    grants=(Grant("mail", ("ses:SendEmail",)),),
)
OTHER = Function("other", handler="", description="", memory=128, timeout=1)
EVIL = '"><script>alert(1)</script>'
REQUEST = {
    "FromEmailAddress": "no-reply@dunlin.localhost",
    "Destination": {"ToAddresses": ["you@example.org"]},
    "Content": {
        "Simple": {
            "Subject": {"Data": "Grüße"},
            "Body": {"Text": {"Data": "Text"}, "Html": {"Data": "<p>Text</p>"}},
        }
    },
}


@pytest.fixture
def mailbox(tmp_path):
    """An empty mailbox."""
    with closing(State(tmp_path / "state")) as state:
        yield Mailbox(state)


@pytest.fixture
def ses(mailbox):
    """Makes clients of SES, as functions use them."""
    callers = {"AKIAAPI": FUNCTION, "AKIAOTHER": OTHER}
    listening = socket.create_server(("127.0.0.1", 0))
    endpoint = aws.Endpoint(listening, aws.Access("p-", callers, {"ses": mailing(mailbox)}).answer)
    endpoint.start()
    made = []

    def make(key="AKIAAPI"):
        made.append(
            Session().create_client(
                "sesv2",
                region_name="us-east-1",
                endpoint_url=f"http://127.0.0.1:{listening.getsockname()[1]}",
                aws_access_key_id=key,
                aws_secret_access_key="local",
                config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
            )
        )
        return made[-1]

    yield make
    for client in made:
        client.close()
    endpoint.stop()


def mail(**fields):
    """A mail."""
    plain = {name: name for name in ("id", "to", "subject", "text", "html", "at")}
    return Mail(**plain | fields)


def shown(mailbox, query=b"", accept="text/html"):
    """What the mailbox shows: its headers and its text."""
    answer = mailbox.shown(query, accept)
    return dict(answer.headers), answer.body.decode()


def code(call, **arguments):
    """The code of an error."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_a_mail_that_is_sent_is_kept(ses, mailbox):
    """With its id, and everything it says."""
    found = ses().send_email(**REQUEST)
    (kept,) = mailbox.newest()
    assert (kept.id, kept.to, kept.subject) == (found["MessageId"], "you@example.org", "Grüße")
    assert (kept.text, kept.html) == ("Text", "<p>Text</p>")


def test_mail_that_is_not_granted_is_refused(ses, mailbox):
    """In IAM's words, and none is kept."""
    assert code(ses("AKIAOTHER").send_email, **REQUEST) == "AccessDeniedException"
    assert mailbox.newest() == []


@pytest.mark.parametrize("part", ["Content", "Destination"])
def test_a_mail_in_a_wrong_form_is_refused(ses, part):
    """As by SES."""
    assert code(ses().send_email, **REQUEST | {part: {}}) == "BadRequestException"


def test_ses_does_nothing_else_here(mailbox):
    """Only mails are sent."""
    answer = mailing(mailbox)(calls.Call("ses", "us-east-1", {}, b"{}", "/v2/email/account"))
    assert json.loads(answer.body)["__type"].endswith("#NotFoundException")


def test_mails_outlive_the_twin(tmp_path):
    """The newest of them, newest first."""
    with closing(State(tmp_path / "state")) as state:
        mailbox = Mailbox(state)
        for number in range(NEWEST + 2):
            mailbox.put(mail(id=str(number)))
        before = mailbox.newest()
    with closing(State(tmp_path / "state")) as state:
        assert Mailbox(state).newest() == before
    assert [before[0].id, before[-1].id, len(before)] == [str(NEWEST + 1), "2", NEWEST]


def test_mails_to_one_address_are_found(mailbox):
    """In whatever case it is written."""
    mailbox.put(mail(id="1", to="you@example.org"))
    mailbox.put(mail(id="2", to="other@example.org"))
    _, text = shown(mailbox, b"to=You%40example.org", "application/json")
    assert [found["id"] for found in json.loads(text)["items"]] == ["1"]


@pytest.mark.parametrize("field", ["to", "subject", "text", "html", "at"])
def test_a_mail_cannot_break_the_page(mailbox, field):
    """Whatever it contains is escaped."""
    mailbox.put(mail(**{field: EVIL + " {at}"}))
    _, text = shown(mailbox)
    assert "<script" not in text
    assert "&lt;script&gt;" in text


def test_the_html_of_a_mail_may_do_nothing(mailbox):
    """It stands in a frame without any right, on a page that loads nothing."""
    mailbox.put(mail(html="<p>Hello</p>"))
    headers, text = shown(mailbox)
    assert '<iframe sandbox="" title="The mail as HTML" srcdoc="&lt;p&gt;Hello&lt;/p&gt;">' in text
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "script-src" not in headers["content-security-policy"]


def test_links_in_the_text_can_be_followed(mailbox):
    """That is what most mails are about."""
    mailbox.put(mail(text="Go to http://localhost:8000/verify?a=1&b=2 <now>"))
    link = "http://localhost:8000/verify?a=1&amp;b=2"
    assert f'Go to <a href="{link}" rel="noreferrer">{link}</a> &lt;now&gt;' in shown(mailbox)[1]


def test_an_empty_mailbox_says_so(mailbox):
    """As a page and as JSON."""
    assert "No mail." in shown(mailbox)[1]
    assert json.loads(shown(mailbox, accept="application/json")[1]) == {"items": []}
