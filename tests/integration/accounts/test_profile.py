"""One's own account: reading and changing it, its password, and closing it."""

import pytest

from handler.accounts.models import Account, EmailClaim
from handler.core import aws as core_aws
from tests.client import Client, at_once
from tests.integration.accounts.conftest import PASSWORD, WRONG, far, refresh, sign_in

NEW = "a wholly different one"


@pytest.fixture
def signed_in(anonymous, eve):
    """Eve, signed in."""
    return anonymous.signed_in("eve")


def test_a_profile_shows_what_is_the_owner_s_to_know(ann):
    """And nothing else."""
    assert ann.get("/users/me").body.keys() == {
        *("id", "email", "full_name", "role", "disabled", "verified", "preferences"),
        *("created_at", "version"),
    }


def test_a_changed_profile_stays_changed(ann):
    """Name and preferences, each by itself."""
    ann.patch("/users/me", {"full_name": "  Ann Lee "})
    ann.patch("/users/me", {"preferences": {"mail.job_ended": False}})
    profile = ann.get("/users/me").body
    assert profile["full_name"] == "Ann Lee"
    assert profile["preferences"] == {"mail.job_ended": False}


def test_a_profile_has_an_etag(ann):
    """304 for who knows it, 412 for who knows an older one."""
    first = ann.get("/users/me")
    known = {"If-None-Match": first.headers["etag"]}
    assert ann.get("/users/me", headers=known).status == 304
    changed = ann.patch("/users/me", {"full_name": "Ann"})
    assert changed.headers["etag"] == '"2"'
    assert ann.get("/users/me", headers=known).status == 200
    stale = {"If-Match": first.headers["etag"]}
    assert ann.patch("/users/me", {"full_name": "Zoe"}, headers=stale).code == "version_conflict"


def test_signing_in_and_refreshing_leave_the_etag(anonymous, eve):
    """They change no profile."""
    pair = sign_in(anonymous).body
    before = Client(pair["access_token"]).get("/users/me").headers["etag"]
    pair = refresh(anonymous, pair["refresh_token"]).body
    assert Client(pair["access_token"]).get("/users/me").headers["etag"] == before


def test_parallel_changes_of_a_profile_merge(ann):
    """Each field is somebody's own write."""
    bodies = [{"full_name": "Ann"}, {"preferences": {"push": True}}]
    at_once([lambda body=body: ann.patch("/users/me", body) for body in bodies])
    profile = ann.get("/users/me").body
    assert (profile["full_name"], profile["preferences"]) == ("Ann", {"push": True})


MORE = [
    *("role", "is_active", "disabled", "verified", "email_verified", "email", "password_hash"),
    *("id", "version", "pk", "shelf", "sessions", "links", "created_at", "write_id"),
]


@pytest.mark.parametrize("field", MORE)
def test_nothing_else_of_a_profile_can_be_changed(ann, field):
    """An unknown field is an error; no role comes this way (threats A31, D7)."""
    answer = ann.patch("/users/me", {"full_name": "Ann", field: "admin"})
    assert [error["loc"] for error in answer.body["errors"]] == [["body", field]]
    assert ann.get("/users/me").body["full_name"] == ""


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"full_name": None},
        {"full_name": "x" * 201},
        {"full_name": "a\nb"},
        {"preferences": {"mail": "yes"}},
        {"preferences": {"Mail": True}},
        {"preferences": {f"p{n}": True for n in range(51)}},
        {"preferences": {"x" * 51: True}},
        [],
    ],
)
def test_a_profile_without_sense_is_refused(ann, body):
    """422."""
    assert ann.patch("/users/me", body).status == 422


def test_a_new_password_ends_the_other_sessions(anonymous, signed_in, mailbox):
    """The one that asks stays; the address is told."""
    other = sign_in(anonymous).body
    assert signed_in.post("/users/me/password", {"current": PASSWORD, "new": NEW}).status == 204
    assert Client(other["access_token"]).get("/users/me").status == 401
    assert signed_in.get("/users/me").status == 200
    assert [(m.to, m.subject) for m in mailbox] == [
        ("eve@example.org", "Your password was changed")
    ]


def test_a_new_password_takes_the_old_one_s_place(signed_in):
    """The old one signs nobody in."""
    signed_in.post("/users/me/password", {"current": PASSWORD, "new": NEW})
    assert sign_in(far(1)).status == 401
    assert sign_in(far(1), password=NEW).status == 200


@pytest.mark.parametrize(
    ("new", "status"), [("short", 422), ("passwordpassword", 422), ("x" * 129, 422)]
)
def test_a_poor_new_password_changes_nothing(signed_in, new, status):
    """The old one still signs in."""
    answer = signed_in.post("/users/me/password", {"current": PASSWORD, "new": new})
    assert answer.status == status
    assert sign_in(far(1)).status == 200


def test_of_two_password_changes_at_once_one_succeeds(signed_in):
    """The other proved a password that is none any more."""
    news = [NEW, "yet another different one"]
    bodies = [{"current": PASSWORD, "new": new} for new in news]
    answers = at_once([lambda b=b: signed_in.post("/users/me/password", b) for b in bodies])
    assert sorted(answer.status for answer in answers) == [204, 403]
    held = [sign_in(far(n), password=new).status for n, new in enumerate(news)]
    assert held == [200 if answer.status == 204 else 401 for answer in answers]


def test_a_session_that_begins_meanwhile_ends_with_the_old_password(signed_in):
    """Whoever signs in with the old password is out when it is changed, whoever comes first."""
    calls = [lambda n=n: sign_in(far(n)).status for n in range(3)]
    body = {"current": PASSWORD, "new": NEW}
    *_, changed = at_once([*calls, lambda: signed_in.post("/users/me/password", body).status])
    assert changed == 204
    assert Account.find("eve").open_sessions.keys() == {signed_in._session[1]}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/users/me/password", {"current": WRONG, "new": NEW}),
        ("/users/me/email", {"password": WRONG, "email": "eve@elsewhere.example"}),
    ],
)
def test_a_stolen_device_guesses_ten_times(signed_in, eve, hashing, path, body):
    """Guesses count as those of signing in do (parameters.md, "Lockout")."""
    answers = [signed_in.post(path, body).code for _ in range(12)]
    assert set(answers) == {"password_wrong"}
    assert hashing.against(eve.password_hash) == 10


def test_a_closed_account_is_gone(signed_in, anonymous, mailbox):
    """Sessions follow at once. Uploads, jobs and sockets do not exist yet (threats D16)."""
    pair = sign_in(anonymous).body
    assert signed_in.delete("/users/me").status == 202
    assert signed_in.get("/users/me").status == 401
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert sign_in(anonymous).code == "credentials_invalid"
    assert (Account.find("eve"), EmailClaim.owner("eve@example.org")) == (None, None)
    assert [(m.to, m.subject) for m in mailbox] == [("eve@example.org", "Your account is closed")]


def test_an_account_that_is_closed_twice_at_once_is_closed_once(signed_in):
    """The other one finds nobody."""
    answers = at_once([lambda: signed_in.delete("/users/me").status] * 4)
    assert answers.count(202) == 1
    assert set(answers) <= {202, 401, 404}


def test_a_mail_that_cannot_be_sent_is_sent_later(time, signed_in, jobs, mailbox):
    """While SES refuses, the password is changed all the same, and its job tries again (K14)."""
    core_aws.client("sesv2").delete_email_identity(EmailIdentity="shop.example")
    assert signed_in.post("/users/me/password", {"current": PASSWORD, "new": NEW}).status == 204
    refused = len(mailbox)
    mailbox.clear()
    core_aws.client("sesv2").create_email_identity(EmailIdentity="shop.example")
    jobs.pass_(seconds=60)
    assert (refused, [mail.subject for mail in mailbox]) == (1, ["Your password was changed"])


def test_names_are_no_markup_in_mails(anonymous, signed_in, mailbox):
    """What users type is escaped in HTML (threats E25)."""
    body = {"email": "x&y'z@elsewhere.example", "password": PASSWORD}
    signed_in.post("/users/me/email", body)
    signed_in.post("/users/me/email/confirm", {"token": mailbox[0].token})
    assert "x&amp;y&#39;z@elsewhere.example" in mailbox[-1].html
    assert "x&y'z@elsewhere.example" in mailbox[-1].text
