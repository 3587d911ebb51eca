"""One-time links: each works once, for a while, until something newer (threats A21 to A29)."""

import hashlib
import re

import pytest
from moto.backends import get_backend

from handler.accounts.models import Account, EmailClaim
from tests.client import at_once, open_account
from tests.integration.accounts.conftest import (
    PASSWORD,
    far,
    hash_of_password,
    refresh,
    sign_in,
)

NEW = "a wholly different one"
EMAIL = "eve@example.org"


@pytest.fixture
def signed_in(anonymous, eve):
    """Eve, signed in."""
    return anonymous.signed_in("eve")


@pytest.fixture
def forgotten(time, anonymous, eve, mailbox):
    """The token of a mail that resets eve's password."""
    assert anonymous.post("/password/forgot", {"email": EMAIL}).status == 202
    return mailbox[-1].token


def reset(token, password=NEW, number=0):
    """Use a link that sets a password."""
    return far(number).post("/password/reset", {"token": token, "password": password})


@pytest.fixture
def moving(time, signed_in, mailbox):
    """The token of a mail that moves eve's account to another address."""
    body = {"email": "eve@elsewhere.example", "password": PASSWORD}
    assert signed_in.post("/users/me/email", body).status == 202
    return mailbox[-1].token


def confirm(token, number=0):
    """Use a link that moves an account."""
    return far(number).post("/users/me/email/confirm", {"token": token})


def invite(anonymous, mailbox):
    """The token of a mail that confirms the address of a new account."""
    open_account("new", verified=False, password_hash=hash_of_password())
    anonymous.post("/register/resend", {"email": "new@example.org"})
    return mailbox[-1].token


def verify(token, number=0):
    """Use a link that confirms an address."""
    return far(number).post("/register/verify", {"token": token})


def test_a_reset_sets_the_password(forgotten):
    """The new one signs in, the old one does not."""
    assert reset(forgotten).status == 204
    assert sign_in(far(1)).status == 401
    assert sign_in(far(1), password=NEW).status == 200


def test_a_reset_ends_every_session_and_begins_none(anonymous, signed_in, forgotten):
    """All devices are signed out, the address is told (threats A27)."""
    pair = sign_in(anonymous).body
    answer = reset(forgotten)
    assert (answer.text, answer.cookies) == ("", [])
    assert Account.find("eve").open_sessions == {}
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert signed_in.get("/users/me").status == 401


def test_a_reset_is_told_to_the_address(forgotten, mailbox):
    """A notice goes out (threats A27)."""
    reset(forgotten)
    assert (mailbox[-1].to, mailbox[-1].subject) == (EMAIL, "Your password was changed")


def test_a_reset_confirms_the_address(time, anonymous, mailbox):
    """Whoever follows the link has the mailbox."""
    open_account("new", verified=False, password_hash=hash_of_password())
    anonymous.post("/password/forgot", {"email": "new@example.org"})
    reset(mailbox[-1].token)
    assert sign_in(anonymous, "new@example.org", NEW).status == 200


def test_a_reset_does_not_open_a_disabled_account(time, anonymous, mailbox):
    """Only an administrator does."""
    open_account("odd", disabled=True, password_hash=hash_of_password())
    anonymous.post("/password/forgot", {"email": "odd@example.org"})
    reset(mailbox[-1].token)
    assert sign_in(anonymous, "odd@example.org", NEW).code == "account_disabled"


USES = {"reset": ("forgotten", reset), "email": ("moving", confirm)}


@pytest.mark.parametrize(("fixture", "use"), USES.values(), ids=USES)
def test_a_link_works_once(request, fixture, use):
    """The second time it is refused (threats A21)."""
    token = request.getfixturevalue(fixture)
    assert [use(token).code, use(token).code] == [None, "link_invalid"]


@pytest.mark.parametrize(("fixture", "use"), USES.values(), ids=USES)
def test_a_link_that_is_used_at_once_works_once(request, fixture, use):
    """Of ten exactly one succeeds (threats A21)."""
    token = request.getfixturevalue(fixture)
    answers = at_once([lambda n=n: use(token, number=n) for n in range(10)])
    assert sorted(answer.code or "" for answer in answers) == [""] + ["link_invalid"] * 9


@pytest.mark.parametrize(("fixture", "use"), USES.values(), ids=USES)
@pytest.mark.parametrize(("seconds", "code"), [(1799, None), (1800, "link_invalid")])
def test_a_link_holds_for_half_an_hour(request, time, fixture, use, seconds, code):
    """Its last second counts, the next does not (threats A22)."""
    token = request.getfixturevalue(fixture)
    time.pass_(seconds=seconds)
    assert use(token).code == code


@pytest.mark.parametrize(("seconds", "code"), [(86399, None), (86400, "link_invalid")])
def test_a_confirming_link_holds_for_a_day(time, anonymous, mailbox, seconds, code):
    """Its last second counts, the next does not (threats A22)."""
    token = invite(anonymous, mailbox)
    time.pass_(seconds=seconds)
    assert verify(token).code == code


def test_a_confirming_link_works_once(time, anonymous, mailbox):
    """The second time it is refused (threats A21)."""
    token = invite(anonymous, mailbox)
    assert [verify(token).code, verify(token).code] == [None, "link_invalid"]


@pytest.mark.parametrize("fixture", ["forgotten", "moving"])
def test_a_link_dies_with_a_password_change(request, signed_in, fixture):
    """(threats A23)."""
    token = request.getfixturevalue(fixture)
    body = {"current": PASSWORD, "new": NEW}
    assert signed_in.post("/users/me/password", body).status == 204
    assert dict(USES.values())[fixture](token).code == "link_invalid"


def test_all_links_die_with_a_reset(moving, anonymous, mailbox):
    """Whoever had the account before cannot take it along (threats A23)."""
    anonymous.post("/password/forgot", {"email": EMAIL})
    reset(mailbox[-1].token)
    assert confirm(moving).code == "link_invalid"


def test_all_links_die_with_a_change_of_address(forgotten, moving):
    """What was mailed to the old address opens nothing (threats A23)."""
    assert confirm(moving).status == 204
    assert reset(forgotten).code == "link_invalid"


def test_a_link_dies_with_a_newer_one(time, forgotten, mailbox):
    """Only the last mail counts (threats A23)."""
    time.pass_(seconds=60)
    far(1).post("/password/forgot", {"email": EMAIL})
    assert reset(forgotten).code == "link_invalid"
    assert reset(mailbox[-1].token).status == 204


def test_a_link_lives_on_when_no_newer_one_was_mailed(forgotten, mailbox):
    """Who asks too often cannot take another's mail its force (threats A23, I8)."""
    before = len(mailbox)
    far(1).post("/password/forgot", {"email": EMAIL})
    assert len(mailbox) == before
    assert reset(forgotten).status == 204


SPOILT = {
    "of another account": lambda token: token.replace("eve", "max"),
    "another secret": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "longer": lambda token: token + "A",
    "without its account": lambda token: token.partition(".")[2],
    "empty": lambda _: "",
    "a dot": lambda _: ".",
    "made up": lambda _: "eve." + "A" * 22,
    "of nobody": lambda _: "nobody." + "A" * 22,
    "NUL": lambda _: "\0",
}


@pytest.mark.parametrize(("fixture", "use"), USES.values(), ids=USES)
@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_is_no_link_is_refused(aws, request, fixture, use, spoil):
    """Another account's, a changed one, none at all."""
    open_account("max")
    assert use(spoil(request.getfixturevalue(fixture))).code == "link_invalid"


def test_a_link_serves_its_purpose_only(forgotten):
    """A link that resets a password does not move an account."""
    assert confirm(forgotten).code == "link_invalid"
    assert verify(forgotten).code == "link_invalid"


def test_who_has_no_link_learns_nothing_of_the_account(eve, hashing):
    """Passwords are not held against an account's names, nor hashed, for whom no link allows."""
    Account.find("eve").update(actions=[Account.full_name.set("Philomena")])
    answer = reset("eve." + "A" * 22, "philomenaphilomena")
    assert answer.code == "link_invalid"
    assert hashing.done == []


def test_a_guessable_password_leaves_the_link_open(forgotten):
    """The next try may be better."""
    assert reset(forgotten, "evelynevelynevelyn"[:2] * 10).code == "password_guessable"
    assert reset(forgotten).status == 204


def test_no_token_is_stored(forgotten, moving, mailbox):
    """A dump of the tables opens nothing: they have SHA-256 of 128 bits (threats A25)."""
    tables = get_backend("dynamodb")["123456789012"]["eu-west-1"].tables.values()
    dump = str([row.to_json() for table in tables for row in table.all_items()])
    for token in (forgotten, moving):
        secret = token.partition(".")[2]
        assert secret not in dump
        assert hashlib.sha256(secret.encode()).hexdigest() in dump
        assert len(secret) == 22


@pytest.mark.parametrize("name", ["host", "x-forwarded-host", "forwarded", "origin", "referer"])
def test_links_begin_with_the_configured_address(anonymous, eve, mailbox, name):
    """No header of a request comes into a mail (threats A26)."""
    value = {"forwarded": "host=evil.example", "origin": "https://evil.example"}
    headers = {name: value.get(name, "evil.example")}
    anonymous.post("/password/forgot", {"email": EMAIL}, headers=headers)
    found = set(re.findall(r"https?://[^/\s\"]+", mailbox[-1].text + mailbox[-1].html))
    assert found == {"https://shop.example"}
    assert "evil" not in str(mailbox[-1])


def test_forgetting_answers_the_same_whoever_asks(anonymous, eve, mailbox):
    """Whether an address has an account shows in its mailbox alone."""
    emails = (EMAIL, "nobody@example.org")
    answers = [far(n).post("/password/forgot", {"email": e}) for n, e in enumerate(emails)]
    assert {(answer.status, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert [mail.to for mail in mailbox] == [EMAIL]


def test_a_new_address_counts_once_it_is_confirmed(moving):
    """Until then the old one signs in, and nobody has the new one (threats A29)."""
    assert EmailClaim.owner("eve@elsewhere.example") is None
    assert sign_in(far(1)).status == 200
    assert confirm(moving).status == 204
    assert sign_in(far(2)).status == 401
    assert sign_in(far(2), "eve@elsewhere.example").status == 200


def test_a_moved_account_leaves_its_address(moving):
    """The old address is free, the new one is claimed (threats A29)."""
    confirm(moving)
    assert EmailClaim.owner(EMAIL) is None
    assert EmailClaim.owner("eve@elsewhere.example") == "eve"


def test_the_new_address_confirms_and_the_old_one_is_told(moving, mailbox):
    """(threats A29)."""
    confirm(moving)
    assert [(mail.to, mail.subject) for mail in mailbox] == [
        ("eve@elsewhere.example", "Confirm your new address"),
        (EMAIL, "Your address was changed"),
    ]


def test_a_new_address_needs_the_password(signed_in, mailbox):
    """A stolen device is not enough (threats A29)."""
    body = {"email": "eve@elsewhere.example", "password": NEW}
    assert signed_in.post("/users/me/email", body).code == "password_wrong"
    assert mailbox == []


def test_a_taken_address_shows_in_its_mailbox_alone(signed_in, mailbox):
    """The answer is that for a free one; the mail tells its owner."""
    open_account("max")
    emails = ("max@example.org", "free@example.org")
    bodies = [{"email": email, "password": PASSWORD} for email in emails]
    answers = [signed_in.post("/users/me/email", body) for body in bodies]
    assert {(answer.status, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert mailbox[0].subject == "You already have an account"


def test_an_address_that_was_taken_meanwhile_stays_its_owner_s(moving):
    """The link is then refused, and nothing has changed."""
    open_account("max", email="eve@elsewhere.example")
    assert confirm(moving).code == "email_taken"
    assert EmailClaim.owner(EMAIL) == "eve"


def test_of_two_accounts_that_move_to_one_address_one_gets_it(time, anonymous, mailbox):
    """The claim is made once; the other stays where it is."""
    for name in ("ida", "ulf"):
        open_account(name, password_hash=hash_of_password())
        body = {"email": "both@example.org", "password": PASSWORD}
        anonymous.signed_in(name).post("/users/me/email", body)
        time.pass_(seconds=60)
    answers = at_once([lambda m=m: confirm(m.token) for m in mailbox])
    assert sorted(answer.code or "" for answer in answers) == ["", "email_taken"]
    claimed = {EmailClaim.owner(f"{name}@example.org") for name in ("ida", "ulf")}
    assert len(claimed - {None}) == 1
    assert EmailClaim.owner("both@example.org") in {"ida", "ulf"} - claimed


def test_a_link_of_an_account_that_is_gone_is_refused(forgotten, signed_in):
    """Nothing comes back to life."""
    assert signed_in.delete("/users/me").status == 202
    assert reset(forgotten).code == "link_invalid"
    assert Account.find("eve") is None
