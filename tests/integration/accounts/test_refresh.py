"""Staying signed in: each refresh token is good for one turn, and a minute's grace (threats C)."""

import pytest

from handler.accounts.models import Account
from handler.accounts.sessions import RefreshToken
from handler.core.keys import key_ring
from tests.client import Client, at_once
from tests.integration.accounts.conftest import far, refresh, sign_in


@pytest.fixture
def pair(time, anonymous, eve):
    """What eve's sign-in was answered."""
    return sign_in(anonymous).body


def holds(access_token):
    """Whether an access token opens a door."""
    return Client(access_token).get("/users/me").status == 200


def session():
    """Eve's one session, as it is stored."""
    (found,) = Account.find("eve").open_sessions.values()
    return found


def test_a_refresh_answers_the_next_pair(anonymous, pair):
    """Both tokens are new, and hold."""
    answer = refresh(anonymous, pair["refresh_token"])
    new = answer.body
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert new["refresh_token"] != pair["refresh_token"]
    assert holds(new["access_token"])
    assert refresh(anonymous, new["refresh_token"]).status == 200


def test_ten_at_once_get_the_same_next_token(pair):
    """Two tabs log nobody out: one turn, and every access token holds (threats C2)."""
    calls = [lambda n=n: refresh(far(n), pair["refresh_token"]) for n in range(10)]
    answers = at_once(calls)
    assert [answer.status for answer in answers] == [200] * 10
    assert len({answer.body["refresh_token"] for answer in answers}) == 1
    assert session()["counter"] == 1
    assert all(holds(answer.body["access_token"]) for answer in answers)


@pytest.mark.parametrize("seconds", [0, 1, 60])
def test_a_lost_answer_is_asked_for_again_within_a_minute(time, anonymous, pair, seconds):
    """The same next token, and the session goes on (threats C3)."""
    lost = refresh(anonymous, pair["refresh_token"]).body["refresh_token"]
    time.pass_(seconds=seconds)
    again = refresh(anonymous, pair["refresh_token"])
    assert again.body["refresh_token"] == lost
    assert refresh(anonymous, lost).status == 200


def test_reuse_after_a_minute_ends_the_session(time, anonymous, pair):
    """Whoever stole a token, neither they nor the owner go on with it (threats C3)."""
    new = refresh(anonymous, pair["refresh_token"]).body
    time.pass_(seconds=61)
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert refresh(anonymous, new["refresh_token"]).status == 401
    assert not holds(new["access_token"])


def test_reuse_of_an_older_token_ends_the_session_at_once(anonymous, pair):
    """The grace is for the one before the last (threats C3)."""
    second = refresh(anonymous, pair["refresh_token"]).body
    third = refresh(anonymous, second["refresh_token"]).body
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert not holds(third["access_token"])


def test_reuse_leaves_other_sessions_alone(time, anonymous, pair):
    """Only the session whose token was used again ends."""
    other = sign_in(anonymous).body
    refresh(anonymous, pair["refresh_token"])
    time.pass_(seconds=61)
    refresh(anonymous, pair["refresh_token"])
    assert holds(other["access_token"])


def parts(pair):
    """The parts of a refresh token: version, account, session, counter, key, signature."""
    return pair["refresh_token"].split(".")


TAMPERED = {
    "counter": lambda p: [*p[:3], "1", *p[4:]],
    "counter with a zero": lambda p: [*p[:3], "00", *p[4:]],
    "session": lambda p: [*p[:2], p[2][:-1] + ("0" if p[2][-1] != "0" else "1"), *p[3:]],
    "account": lambda p: [p[0], "max", *p[2:]],
    "version": lambda p: ["r2", *p[1:]],
    "key": lambda p: [*p[:4], "2", p[5]],
    "signature": lambda p: [*p[:5], "A" * 22],
    "no signature": lambda p: p[:5],
    "more": lambda p: [*p, "x"],
    "a line": lambda p: [*p[:5], p[5] + "\n"],
}


@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED)
def test_a_changed_token_is_refused_and_ends_nothing(anonymous, pair, tamper):
    """Who cannot sign cannot end a session either (threats C4)."""
    forged = ".".join(tamper(parts(pair)))
    assert refresh(anonymous, forged).status == 401
    assert holds(pair["access_token"])


def test_an_access_token_refreshes_nothing(anonymous, pair):
    """(threats C4)."""
    assert 400 <= refresh(anonymous, pair["access_token"]).status < 500
    assert holds(pair["access_token"])


def test_a_refresh_token_opens_nothing(anonymous, pair):
    """(threats C4)."""
    assert not holds(pair["refresh_token"])


def test_a_signed_token_of_a_session_that_never_was_is_refused(anonymous, pair):
    """Not even our own signature makes a session."""
    token = RefreshToken("eve", "01K0N4Q7Y2V9S6T3R8W5X1Z0AB", 0)
    assert refresh(anonymous, token.written()).status == 401
    assert refresh(anonymous, RefreshToken("nobody", token.session_id, 0).written()).status == 401
    assert key_ring("refresh")


def test_a_token_from_ahead_is_refused_and_ends_nothing(anonymous, pair):
    """A restored table knows fewer turns than its clients: they sign in again."""
    ahead = RefreshToken("eve", parts(pair)[2], 7)
    assert refresh(anonymous, ahead.written()).status == 401
    assert session()["counter"] == 0


def test_a_session_ends_after_a_week_without_a_refresh(time, anonymous, pair):
    """Its row is still there, and refused (threats C11)."""
    time.pass_(days=7)
    assert refresh(anonymous, pair["refresh_token"]).status == 401
    assert session()["counter"] == 0


def test_a_session_goes_on_while_it_is_used(time, anonymous, pair):
    """A refresh a second before the week is over is in time."""
    for _ in range(3):
        time.pass_(days=7, seconds=-1)
        pair = refresh(anonymous, pair["refresh_token"]).body
    assert holds(pair["access_token"])


def test_no_session_lives_longer_than_a_month(time, anonymous, pair):
    """However often it is used (threats C11)."""
    for _ in range(5):
        time.pass_(days=6)
        pair = refresh(anonymous, pair["refresh_token"]).body
    assert pair["code"] == "unauthenticated"


def test_an_access_token_of_an_idle_session_is_refused(time, anonymous, pair):
    """A token that was just signed does not help where the session is over (threats C11)."""
    signed_in = anonymous.signed_in("eve")
    assert signed_in.get("/users/me").status == 200
    time.pass_(days=7)
    assert signed_in.get("/users/me").status == 401


@pytest.mark.parametrize("seconds", [-10, 10])
def test_clocks_that_differ_end_no_session(time, anonymous, pair, seconds):
    """Two environments, five seconds ahead and behind, refresh in turn (threats C15)."""
    for _ in range(6):
        time.pass_(seconds=seconds)
        new = refresh(anonymous, pair["refresh_token"]).body
        assert holds(new["access_token"])
        time.pass_(seconds=-seconds)
        assert (
            refresh(anonymous, pair["refresh_token"]).body["refresh_token"]
            == (new["refresh_token"])
        )
        assert holds(new["access_token"])
        pair = new


def test_a_refresh_is_one_conditional_write(anonymous, pair, wire):
    """And one more in every three, which counts against its limit (parameters.md)."""
    counts = []
    for _ in range(4):
        before = len(wire.apart)
        pair = refresh(anonymous, pair["refresh_token"]).body
        counts.append(wire.apart[before:])
    one = ["UpdateItem"]
    assert counts == [one * 2, one, one, one * 2]
    assert wire.calls == []


def test_a_session_refreshes_thirty_times_a_minute(anonymous, pair):
    """The 31st has to wait, and ends nothing (parameters.md, "Rate limits")."""
    for _ in range(30):
        pair = refresh(anonymous, pair["refresh_token"]).body
    answer = refresh(anonymous, pair["refresh_token"])
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    assert holds(pair["access_token"])


@pytest.mark.parametrize("fields", [{"grant_type": "refresh_token"}, {"grant_type": "magic"}])
def test_a_form_that_lacks_its_token_or_knows_another_grant_is_refused(anonymous, fields):
    """422 says what is wrong."""
    assert anonymous.form("/token", **fields).status == 422
