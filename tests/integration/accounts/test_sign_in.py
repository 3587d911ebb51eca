"""Signing in: what everybody learns, and what guessing costs (threats A6 to A19)."""

import re

import argon2
import bcrypt
import pytest

from handler.accounts import lockout, passwords
from handler.accounts.lockout import Guesses
from handler.accounts.models import Account, EmailClaim
from tests.client import Client, at_once, open_account
from tests.integration.accounts.conftest import (
    PASSWORD,
    WRONG,
    far,
    hash_of_password,
    refresh,
    sign_in,
    told,
)

EMAIL = "eve@example.org"
WEAK = argon2.PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


def bcrypt_hash(password=PASSWORD):
    """A hash as other systems made them."""
    return bcrypt.hashpw(password.encode()[:72], bcrypt.gensalt(4)).decode()


def test_the_right_password_gets_a_pair(anonymous, eve):
    """A sign-in answers as OAuth 2 says, and its access token holds."""
    answer = sign_in(anonymous)
    pair = answer.body
    assert (answer.status, pair["token_type"], pair["expires_in"]) == (200, "bearer", 900)
    assert answer.headers["cache-control"] == "no-store"
    assert Client(pair["access_token"]).get("/users/me").body["email"] == EMAIL


@pytest.mark.parametrize("email", ["EVE@example.org", "eve@EXAMPLE.org"])
def test_the_case_of_an_address_does_not_matter(anonymous, eve, email):
    """Every spelling of an address is the same account's."""
    assert sign_in(anonymous, email).status == 200


@pytest.fixture
def refused(anonymous, eve):
    """What a wrong password is told."""
    return told(sign_in(anonymous, password=WRONG))


HASHES = {
    "none": None,
    "empty": "",
    "garbage": "garbage",
    "cut argon2": "$argon2id$v=19$m=19456,t=2,p=1$",
    "argon2 beyond bounds": "$argon2id$v=19$m=999999,t=2,p=1$c29tZXNhbHRzb21l$" + "A" * 43,
    "cut bcrypt": "$2b$12$abc",
    "bcrypt": bcrypt_hash(),
    "weak argon2": WEAK.hash(PASSWORD),
}


@pytest.mark.parametrize("stored", HASHES.values(), ids=HASHES)
def test_a_wrong_password_is_told_the_same_whatever_is_stored(anonymous, refused, hashing, stored):
    """An account's hash shows neither in the answer nor in its cost (threats A9, A13)."""
    open_account("odd", password_hash=stored)
    assert told(sign_in(anonymous, "odd@example.org", WRONG)) == refused
    assert len(hashing.done) == 1


@pytest.mark.parametrize("fields", [{"disabled": True}, {"verified": False}], ids=str)
def test_only_the_right_password_learns_of_an_account_s_state(anonymous, refused, hashing, fields):
    """A disabled or unconfirmed account is told to nobody who guesses (threats A9)."""
    open_account("odd", password_hash=hash_of_password(), **fields)
    assert told(sign_in(anonymous, "odd@example.org", WRONG)) == refused
    assert len(hashing.done) == 1


@pytest.mark.parametrize("email", ["nobody@example.org", "", "no address", "é@example.org", "@"])
def test_an_unknown_address_is_told_the_same(anonymous, refused, hashing, email):
    """Nobody learns whose addresses have accounts (threats A9, A10)."""
    assert told(sign_in(anonymous, email, WRONG)) == refused
    assert len(hashing.done) == 1


def test_a_waiting_account_is_told_the_same(anonymous, refused, hashing):
    """Not even the right password learns that an account waits (threats A9)."""
    for number in range(9):
        sign_in(far(number), password=WRONG)
    hashing.done.clear()
    assert told(sign_in(far(9))) == refused
    assert len(hashing.done) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"disabled": True}, "account_disabled"), ({"verified": False}, "email_unverified")],
)
def test_the_right_password_learns_why_it_does_not_help(anonymous, hashing, fields, code):
    """403 with a code, for one hash computation (threats A9)."""
    open_account("odd", password_hash=hash_of_password(), **fields)
    answer = sign_in(anonymous, "odd@example.org")
    assert (answer.status, answer.code) == (403, code)
    assert len(hashing.done) == 1


def test_a_hash_that_cannot_be_verified_raises_an_alarm(anonymous, capsys):
    """Operators learn of an account that nobody can enter (threats A13)."""
    open_account("odd", password_hash="garbage")
    sign_in(anonymous, "odd@example.org")
    assert '"metric":"password_hash_unusable"' in capsys.readouterr().out


def test_nobody_s_hash_has_today_s_parameters():
    """Comparing with nobody costs what comparing with an account does (threats A10)."""
    assert not passwords.outdated(passwords._NOBODY)
    assert re.match(r"\$argon2id\$v=19\$m=19456,t=2,p=1\$", hash_of_password())


OLD = {"bcrypt": bcrypt_hash, "weak argon2": lambda: WEAK.hash(PASSWORD)}


@pytest.mark.parametrize("make", OLD.values(), ids=OLD)
def test_an_old_hash_is_replaced_once(anonymous, hashing, make):
    """The first sign-in stores a hash of today, the second leaves it (threats A11)."""
    open_account("old", password_hash=make())
    assert sign_in(anonymous, "old@example.org").status == 200
    stored = Account.find("old").password_hash
    assert not passwords.outdated(stored)
    hashing.done.clear()
    assert sign_in(anonymous, "old@example.org").status == 200
    assert Account.find("old").password_hash == stored
    assert len(hashing.done) == 1


@pytest.mark.parametrize("make", OLD.values(), ids=OLD)
def test_parallel_sign_ins_replace_an_old_hash_and_all_succeed(aws, make):
    """Whoever comes second finds a new hash, and the password still proved (threats A11)."""
    open_account("old", password_hash=make())
    answers = at_once([lambda n=n: sign_in(far(n), "old@example.org") for n in range(4)])
    assert [answer.status for answer in answers] == [200] * 4
    assert len(Account.find("old").open_sessions) == 4


def test_a_sign_in_that_meets_a_password_change_does_not_begin(anonymous, eve, monkeypatch):
    """The old password neither begins a session nor comes back as a new hash (threats A11)."""
    weak, new = WEAK.hash(PASSWORD), passwords.hashed("a wholly different one")
    eve.update(actions=[Account.password_hash.set(weak)])
    real = argon2.low_level.verify_secret

    def meanwhile(hashed, *args, **options):
        result = real(hashed, *args, **options)
        if hashed.decode() == weak:
            eve.update(actions=[Account.password_hash.set(new), Account.sessions.set({})])
        return result

    monkeypatch.setattr(argon2.low_level, "verify_secret", meanwhile)
    assert sign_in(anonymous).code == "credentials_invalid"
    after = Account.find("eve")
    assert (after.password_hash, after.open_sessions) == (new, {})


def test_passwords_that_share_their_first_72_bytes_differ(anonymous):
    """Only bcrypt cuts, and no new hash is of bcrypt (threats A6)."""
    long = "a goldfinch sings at noon, " * 4
    open_account("long", password_hash=passwords.hashed(long + "x"))
    assert sign_in(anonymous, "long@example.org", long + "y").status == 401
    assert sign_in(anonymous, "long@example.org", long + "x").status == 200


@pytest.mark.parametrize("password", ["x" * 1025, "x" * 4097])
def test_a_password_beyond_measure_is_refused_before_hashing(anonymous, eve, hashing, password):
    """It costs no hash (threats A7)."""
    assert sign_in(anonymous, password=password).status == 422
    assert hashing.done == []


@pytest.mark.parametrize("raw", ["password=%00&username=a", "password=%ed%a0%80&username=a"])
def test_a_form_with_nul_or_a_lone_surrogate_is_refused(anonymous, raw):
    """A form that no keyboard makes is malformed as a whole: 400, not 422 (threats A7)."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert anonymous.post("/token", raw=raw, headers=kind).code == "form_invalid"


def test_guesses_sent_at_once_from_one_address_cost_ten_hashes(eve, hashing):
    """The counter is raised before the hash is computed (threats A19)."""
    answers = at_once([lambda: sign_in(Client(), password=WRONG)] * 20)
    assert len(hashing.done) <= 10
    assert {answer.status for answer in answers} == {401, 429}


def test_guesses_sent_at_once_from_everywhere_meet_the_hash_ten_times(eve, hashing):
    """What waits is compared with nobody's hash, so that it costs the same (threats A9, A19)."""
    at_once([lambda n=n: sign_in(far(n), password=WRONG) for n in range(20)])
    assert 0 < hashing.against(eve.password_hash) <= 10


def test_the_case_of_an_address_does_not_give_more_guesses(eve, hashing):
    """All spellings count together (threats A14)."""
    for number in range(12):
        sign_in(far(number), EMAIL.upper() if number % 2 else EMAIL, WRONG)
    assert hashing.against(eve.password_hash) == 10


def guess_until_locked(email=EMAIL):
    """Ten wrong passwords, each from elsewhere."""
    for number in range(10):
        assert sign_in(far(number), email, WRONG).status == 401


def minutes_locked(time, start):
    """How many minutes pass until the right password is let in; it is typed once a minute."""
    for minute in range(1, 30):
        time.pass_(minutes=1)
        if sign_in(far(start + minute)).status == 200:
            return minute
    return None


def test_ten_failures_cost_a_minute(time, eve):
    """The right password waits too (parameters.md, "Lockout")."""
    guess_until_locked()
    assert sign_in(far(11)).status == 401
    assert minutes_locked(time, 20) == 1


def test_every_further_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(time, eve):
    """60 s, 2, 4, 8 and then 15 minutes (parameters.md, "Lockout")."""
    guess_until_locked()
    for number, minutes in enumerate([1, 2, 4, 8, 15, 15]):
        time.pass_(seconds=minutes * 60 - 1)
        before = Guesses.get(lockout._key(EMAIL)).spent
        sign_in(far(20 + 2 * number), password=WRONG)
        assert Guesses.get(lockout._key(EMAIL)).spent == before
        time.pass_(seconds=1)
        sign_in(far(21 + 2 * number), password=WRONG)
        assert Guesses.get(lockout._key(EMAIL)).spent == before + 1


def test_failures_are_forgotten_after_their_window(time, eve):
    """Nine failures and a quarter of an hour later there are ten more tries."""
    for number in range(9):
        sign_in(far(number), password=WRONG)
    time.pass_(minutes=15)
    for number in range(9):
        sign_in(far(number), password=WRONG)
    assert sign_in(far(10)).status == 200


def test_a_window_that_begins_anew_at_once_gives_ten_tries(time, eve, hashing):
    """Of many that find it over, one begins the next and the others add to it (threats A19)."""
    sign_in(far(100), password=WRONG)
    time.pass_(minutes=15)
    hashing.done.clear()
    at_once([lambda n=n: sign_in(far(n), password=WRONG) for n in range(20)])
    assert 0 < hashing.against(eve.password_hash) <= 10


def test_a_success_forgets_the_account_s_failures(time, eve):
    """The next nine failures do not lock it (threats A18)."""
    for _ in range(2):
        for number in range(9):
            assert sign_in(far(number), password=WRONG).status == 401
        assert sign_in(far(9)).status == 200


def test_a_success_does_not_forget_its_address_s_failures(time, anonymous, eve):
    """Who guesses at others and signs in to an own account in between is held up (threats A18)."""
    for number in range(30):
        time.pass_(seconds=13)
        assert sign_in(anonymous).status == 200
        assert sign_in(anonymous, f"n{number}@example.org", WRONG).status == 401
    time.pass_(seconds=7)
    assert sign_in(anonymous).status == 429


def test_a_held_up_address_costs_no_hash(time, anonymous, eve, hashing):
    """After 30 failures the 31st guess is not even looked at (parameters.md, "Lockout")."""
    for number in range(30):
        time.pass_(seconds=7)
        sign_in(anonymous, f"n{number}@example.org", WRONG)
    hashing.done.clear()
    assert sign_in(anonymous).status == 429
    assert hashing.done == []


def test_a_locked_account_s_sessions_go_on(anonymous, eve):
    """An attacker cannot sign the victim out (threats A17)."""
    pair = sign_in(anonymous).body
    guess_until_locked()
    assert sign_in(far(11)).status == 401
    assert refresh(anonymous, pair["refresh_token"]).status == 200
    assert Client(pair["access_token"]).get("/users/me").status == 200


def test_a_locked_account_s_password_can_be_reset(anonymous, eve, mailbox):
    """Whoever holds the mailbox gets in at once (threats A17)."""
    guess_until_locked()
    anonymous.post("/password/forgot", {"email": EMAIL})
    body = {"token": mailbox[-1].token, "password": "a wholly different one"}
    assert anonymous.post("/password/reset", body).status == 204
    assert sign_in(far(11), password="a wholly different one").status == 200


def test_an_account_that_was_locked_can_be_registered_later(time, anonymous, mailbox):
    """The counter of an address without an account does not hinder it (threats A15)."""
    guess_until_locked("new@example.org")
    body = {"email": "new@example.org", "password": PASSWORD}
    assert anonymous.post("/register", body).status == 202
    assert EmailClaim.owner("new@example.org")
