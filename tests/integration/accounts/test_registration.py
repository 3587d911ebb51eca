"""Opening an account: whether an address is taken shows only in its mailbox (threats A1 to A7)."""

import pytest

from handler.accounts.models import Account, EmailClaim
from tests.client import Client, at_once, open_account
from tests.integration.accounts.conftest import PASSWORD, far, sign_in, told

BODY = {"email": "new@example.org", "password": PASSWORD}


def register(client, **fields):
    """Ask for an account."""
    return client.post("/register", BODY | fields)


def accounts():
    """All accounts."""
    return list(Account.scan())


def claims():
    """All addresses that belong to somebody, and whose they are."""
    rows = EmailClaim.scan(EmailClaim.account_id.exists())
    return {row.email: row.account_id for row in rows}


def test_a_new_account_signs_in_once_its_address_is_confirmed(anonymous, mailbox):
    """Register, confirm, sign in."""
    assert register(anonymous, full_name="Nell").status == 202
    assert sign_in(anonymous, "new@example.org").code == "email_unverified"
    assert anonymous.post("/register/verify", {"token": mailbox[0].token}).status == 204
    token = sign_in(anonymous, "new@example.org").body["access_token"]
    profile = Client(token).get("/users/me").body
    assert [profile[name] for name in ("full_name", "role", "verified", "disabled")] == [
        "Nell",
        "user",
        True,
        False,
    ]


def test_the_mails_of_an_opened_account(anonymous, mailbox):
    """One to confirm it, one to welcome."""
    register(anonymous)
    anonymous.post("/register/verify", {"token": mailbox[0].token})
    assert [(mail.to, mail.subject) for mail in mailbox] == [
        ("new@example.org", "Confirm your address"),
        ("new@example.org", "Welcome to Dunlin"),
    ]


def test_a_taken_address_is_told_the_same_for_the_same_work(anonymous, mailbox, hashing):
    """Status, body, headers, hashes and AWS calls are those of a new one (threats A1)."""
    first = told(register(anonymous))
    cost = len(hashing.done)
    open_account("max", email="max@example.org")
    assert told(register(anonymous, email="max@example.org")) == first
    assert len(hashing.done) == 2 * cost == 2


def test_a_taken_address_s_mailbox_is_told(anonymous, eve, mailbox):
    """Its owner learns that somebody tried; nothing changes."""
    before = Account.find("eve")
    register(anonymous, email="eve@example.org", password="a wholly different one")
    assert [(mail.to, mail.subject) for mail in mailbox] == [
        ("eve@example.org", "You already have an account")
    ]
    assert Account.find("eve").serialize() == before.serialize()


def test_of_many_at_once_one_gets_the_address(aws, mailbox):
    """Exactly one account and one claim, which is that account's (threats A2)."""
    answers = at_once([lambda n=n: register(far(n)) for n in range(20)])
    assert {answer.status for answer in answers} == {202}
    (account,) = accounts()
    assert claims() == {"new@example.org": account.id}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("MiKe@Example.ORG", "mike@example.org"),
        ("mike+tag@example.org", "mike+tag@example.org"),
        ("mike@bücher.example", "mike@xn--bcher-kva.example"),
        ("mike@BÜCHER.example", "mike@xn--bcher-kva.example"),
        ("mike@\uff45xample.org", "mike@example.org"),
    ],
)
def test_an_address_has_one_spelling(anonymous, mailbox, typed, kept):
    """It is stored and mailed in its canonical spelling (threats A3)."""
    assert register(anonymous, email=typed).status == 202
    assert claims().keys() == {kept}
    assert mailbox[0].to == kept


@pytest.mark.parametrize(
    "email",
    [
        "Mi\u212ae@example.org",  # Kelvin sign
        "\uff41dmin@example.org",
        "jürgen@example.org",
        "two@at@example.org",
        "no-domain@",
        "@example.org",
        "plain",
        "",
        "a@localhost",
        "a b@example.org",
        "a@exa mple.org",
        "a..b@example.org",
        "a\r\nBcc: b@example.org",
        "a\u200b@example.org",
        "a@example.org\u202e",
        "#administrators",
        "x" * 65 + "@example.org",
        "a@" + "x" * 64 + ".org",
        "a@[192.0.2.1]",
        "a@-example.org",
        '"a b"@example.org',
        "a@example.org,b@example.org",
        "<a@example.org>",
    ],
)
def test_what_is_no_address_is_refused(anonymous, email):
    """No look-alikes, no lists, no headers (threats A3, E15, E16, E19)."""
    answer = register(anonymous, email=email)
    assert (answer.status, answer.body["errors"][0]["loc"]) == (422, ["body", "email"])
    assert accounts() == []


_FORMS = "ohne Zeilen 9!"  # 14 characters


@pytest.mark.parametrize(
    ("password", "status"),
    [
        (_FORMS, 422),
        (_FORMS + "x", 202),
        ("goldfinches sing " * 3 + "at noon, twice", 202),
        (("goldfinches sing at noon, and so do linnets " * 3)[:128], 202),
        (("goldfinches sing at noon, and so do linnets " * 3)[:129], 422),
        ("gold finch sings ", 202),
        ("🐦🌿🎶🍃🌞🪶🌾🐛🌻🦋🌧️🪺🥚🐣", 202),
        ("739 185 204 661 938", 202),
        ("\u0065\u0301" * 7 + "goldfinch", 202),
        ("ö" * 7 + "o\u0308" * 7, 422),
    ],
    ids=lambda value: f"{len(value)} characters" if isinstance(value, str) else str(value),
)
def test_a_password_has_15_to_128_characters_of_any_kind(anonymous, mailbox, password, status):
    """Code points after NFC are counted; nothing else is asked for (threats A5)."""
    assert register(anonymous, password=password).status == status


@pytest.mark.parametrize("password", ["a goldfinch\0sings at noon", "x" * 4097, "", 15, None, []])
def test_what_is_no_password_is_refused(anonymous, password):
    """422, never a fault (threats A7)."""
    answer = register(anonymous, password=password)
    assert (answer.status, answer.body["errors"][0]["loc"]) == (422, ["body", "password"])


def test_a_lone_surrogate_is_refused(anonymous):
    """422, never a fault (threats A7, E3)."""
    raw = '{"email": "new@example.org", "password": "goldfinches \\ud800 sing"}'
    assert 400 <= anonymous.post("/register", raw=raw).status < 500


@pytest.mark.parametrize("password", ["passwordpassword", "new-new-new-new-new", "dunlindunlin123"])
def test_what_is_guessed_first_is_refused(anonymous, password):
    """The block list, the own address and the application's name (parameters.md)."""
    assert register(anonymous, password=password).code == "password_guessable"


MORE = [
    *("role", "is_active", "disabled", "verified", "email_verified", "password_hash", "id"),
    *("version", "pk", "shelf", "sessions", "links", "created_at", "preferences", "__proto__"),
]


@pytest.mark.parametrize("field", MORE)
def test_nothing_else_can_be_registered(anonymous, field):
    """An unknown field is an error, not a surprise (threats A31, D7)."""
    answer = register(anonymous, **{field: "admin"})
    assert [error["loc"] for error in answer.body["errors"]] == [["body", field]]
    assert accounts() == []


def test_the_first_account_is_a_user(anonymous, mailbox):
    """Nothing public leads to a role, not even being first (threats A31)."""
    register(anonymous)
    anonymous.post("/register/verify", {"token": mailbox[0].token})
    (account,) = accounts()
    assert account.role == "user"


def test_an_address_gets_no_more_than_a_mail_a_minute_and_five_an_hour(time, anonymous, mailbox):
    """Whoever asks, from wherever (threats I8)."""
    register(anonymous)
    for number in range(40):
        answer = far(number).post("/register/resend", {"email": "new@example.org"})
        assert answer.status == 202
        time.pass_(seconds=30)
    assert len(mailbox) == 5


@pytest.mark.parametrize("path", ["/register/resend", "/password/forgot"])
def test_a_network_address_asks_for_no_more_than_a_mail_a_minute(time, anonymous, path):
    """Whomever they would go to, 1 a minute and 5 an hour (threats I8)."""
    statuses = []
    for number in range(14):
        statuses.append(anonymous.post(path, {"email": f"n{number}@example.org"}).status)
        time.pass_(seconds=30)
    assert statuses == [202, 429] * 5 + [429] * 4


def test_a_network_address_registers_five_times_an_hour(time, anonymous, mailbox):
    """The sixth has to wait (parameters.md, "Rate limits")."""
    statuses = [register(anonymous, email=f"n{n}@example.org").status for n in range(6)]
    assert statuses == [202] * 5 + [429]
    time.pass_(hours=1)
    assert register(anonymous).status == 202


def test_asking_again_answers_the_same_whoever_waits(time, anonymous, eve, mailbox):
    """A confirmed account, an unknown address and one that waits look alike."""
    open_account("late", verified=False)
    emails = ("eve@example.org", "late@example.org", "nobody@example.org")
    answers = [far(n).post("/register/resend", {"email": e}) for n, e in enumerate(emails)]
    assert {(answer.status, answer.text) for answer in answers} == {(202, answers[0].text)}
    assert [mail.to for mail in mailbox] == ["late@example.org"]
