"""The devices of an account: listing and ending them, and signing out (threats C6 to C14)."""

import pytest

from handler.accounts.models import Account
from tests.client import Client, at_once, open_account
from tests.integration.accounts.conftest import (
    PASSWORD,
    far,
    hash_of_password,
    refresh,
    sign_in,
)

SHOP = {"origin": "https://shop.example", "x-token-mode": "cookie"}
COOKIE = "__Host-refresh"


@pytest.fixture
def pair(time, anonymous, eve):
    """What eve's sign-in was answered."""
    return sign_in(anonymous).body


def holds(access_token):
    """Whether an access token opens a door."""
    return Client(access_token).get("/users/me").status == 200


def test_signing_out_ends_the_session_and_may_be_repeated(pair):
    """204 both times; the access token is dead at once (threats C6)."""
    client = Client(pair["access_token"])
    assert [client.form("/logout").status, client.form("/logout").status] == [204, 204]
    assert not holds(pair["access_token"])
    assert refresh(client, pair["refresh_token"]).status == 401


def test_signing_out_with_a_refresh_token_may_be_repeated(anonymous, pair):
    """The access token need not be there any more (threats C6)."""
    answers = [anonymous.form("/logout", refresh_token=pair["refresh_token"]) for _ in range(2)]
    assert [answer.status for answer in answers] == [204, 204]
    assert not holds(pair["access_token"])


@pytest.mark.parametrize("token", ["", "x", "a.b.c"])
def test_signing_out_with_what_is_no_token_is_refused(anonymous, token):
    """401, as everywhere."""
    assert Client(token).form("/logout").status == 401


def test_signing_out_without_anything_is_no_error(anonymous):
    """Nobody is signed out already."""
    assert anonymous.form("/logout").status == 204


def test_the_devices_are_listed_the_last_used_first(time, anonymous, eve):
    """With what each calls itself, where it was, and which one asks."""
    for number, agent in enumerate(["Firefox", "curl/8"]):
        time.pass_(hours=1)
        headers = {"user-agent": agent}
        form = {"username": "eve@example.org", "password": PASSWORD}
        pair = far(number).form("/token", headers=headers, **form).body
    found = Client(pair["access_token"]).get("/sessions").body["items"]
    told = [(one["agent"], one["address"], one["created_at"], one["current"]) for one in found]
    assert told == [
        ("curl/8", "198.51.0.2", "2026-03-01T14:00:00Z", True),
        ("Firefox", "198.51.0.1", "2026-03-01T13:00:00Z", False),
    ]


def test_one_device_is_signed_out(anonymous, pair):
    """The other stays (threats C7)."""
    other = sign_in(anonymous).body
    client = Client(pair["access_token"])
    (gone,) = [one for one in client.get("/sessions").body["items"] if not one["current"]]
    assert client.delete(f"/sessions/{gone['id']}").status == 204
    assert (holds(other["access_token"]), holds(pair["access_token"])) == (False, True)


def test_all_other_devices_are_signed_out(anonymous, pair):
    """The one that asks stays (threats C7)."""
    others = [sign_in(anonymous).body["access_token"] for _ in range(3)]
    assert Client(pair["access_token"]).delete("/sessions").status == 204
    assert [holds(token) for token in others] == [False] * 3
    assert holds(pair["access_token"])


def test_signing_out_all_others_alone_is_no_error(pair):
    """There is nothing to do."""
    assert Client(pair["access_token"]).delete("/sessions").status == 204


def test_another_s_device_is_not_found(anonymous, ann, max_):
    """Nobody signs others out, nor learns of their devices (threats C8, D5)."""
    (theirs,) = max_.get("/sessions").body["items"]
    assert ann.delete(f"/sessions/{theirs['id']}").code == "session_not_found"
    assert max_.get("/users/me").status == 200


@pytest.mark.parametrize("id_", ["x", "sessions", "01K0N4Q7Y2V9S6T3R8W5X1Z0A%", "counter"])
def test_what_is_no_id_is_refused(ann, id_):
    """Ids match their pattern before any look-up (threats D13)."""
    assert ann.delete(f"/sessions/{id_}").status == 422


def test_the_eleventh_session_ends_the_one_unused_for_longest(time, anonymous, eve):
    """Ten devices an account (threats C10)."""
    tokens = []
    for _ in range(11):
        time.pass_(minutes=1)
        tokens.append(sign_in(anonymous).body)
    alive = [refresh(anonymous, pair["refresh_token"]).status == 200 for pair in tokens]
    assert alive == [False] + [True] * 10


def test_expired_sessions_make_room_first(time, anonymous, eve):
    """An idle one goes, the ten that are used stay."""
    sign_in(anonymous)
    time.pass_(days=7)
    for number in range(10):
        sign_in(far(number))
    assert len(Account.find("eve").open_sessions) == 10


@pytest.mark.parametrize("before", [0, 8, 10])
def test_many_who_sign_in_at_once_are_ten_sessions_at_most(aws, before):
    """The bound holds whoever comes first (threats C10)."""
    open_account("eve", password_hash=hash_of_password())
    for number in range(before):
        sign_in(far(100 + number))
    answers = at_once([lambda n=n: sign_in(far(n)) for n in range(4)])
    assert {answer.status for answer in answers} <= {200, 409}
    assert len(Account.find("eve").open_sessions) == min(10, before + 4)


def test_a_request_reads_the_account_once_and_consistently(ann, requests):
    """What ended a session a moment ago holds: never an index, never a stale copy (threats C12)."""
    ann.get("/jobs/01K0N4Q7Y2V9S6T3R8W5X1Z0AB")
    requests.clear()
    ann.get("/jobs/01K0N4Q7Y2V9S6T3R8W5X1Z0AB")
    (read,) = [one for one in requests if one["TableName"].endswith("-accounts")]
    assert (read["Key"], read["ConsistentRead"]) == ({"id": {"S": "ann"}}, True)
    assert len(requests) == 2


def test_an_end_holds_from_the_next_request_on(anonymous, pair, eve):
    """Nothing of a session is remembered between two requests (threats C12)."""
    client = Client(pair["access_token"])
    assert client.get("/users/me").status == 200
    eve.update(actions=[Account.sessions.set({})])
    assert client.get("/users/me").status == 401


def test_in_cookie_mode_scripts_never_see_the_refresh_token(anonymous, eve):
    """It comes in a cookie for this host alone, over TLS alone (threats C14)."""
    form = {"username": "eve@example.org", "password": PASSWORD}
    answer = anonymous.form("/token", headers=SHOP, **form)
    assert "refresh_token" not in answer.body
    name, _, rest = answer.cookies[0].partition("=")
    assert name == COOKIE
    assert set(rest.split("; ")[1:]) == {
        "HttpOnly",
        "Secure",
        "SameSite=strict",
        "Path=/",
        "Max-Age=604800",
    }


@pytest.fixture
def cookie(anonymous, eve):
    """The cookie of a sign-in, as a browser sends it back."""
    form = {"username": "eve@example.org", "password": PASSWORD}
    return anonymous.form("/token", headers=SHOP, **form).cookies[0].partition(";")[0]


def with_cookie(client, path, cookie, headers=SHOP, body="grant_type=refresh_token"):
    """Post a form as a browser does."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return client.post(path, raw=body, headers={**kind, **headers}, cookies=[cookie])


def test_in_cookie_mode_the_cookie_refreshes(anonymous, cookie):
    """The next cookie comes with the next access token (threats C14)."""
    answer = with_cookie(anonymous, "/token", cookie)
    assert holds(answer.body["access_token"])
    assert answer.cookies[0].partition(";")[0] != cookie


def test_in_cookie_mode_signing_out_takes_the_cookie_away(anonymous, cookie):
    """And ends the session (threats C14)."""
    access_token = with_cookie(anonymous, "/token", cookie).body["access_token"]
    answer = with_cookie(anonymous, "/logout", cookie, body="")
    assert answer.status == 204
    assert "Max-Age=0" in answer.cookies[0]
    assert not holds(access_token)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-token-mode": "cookie"},
        SHOP | {"origin": "null"},
        SHOP | {"origin": "https://evil.example"},
        SHOP | {"origin": "https://shop.example.evil.example"},
        SHOP | {"origin": "http://shop.example"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", ["/token", "/logout"])
def test_in_cookie_mode_other_origins_are_refused(anonymous, cookie, path, headers):
    """Another page's form does nothing, and ends nothing (threats C14)."""
    answer = with_cookie(anonymous, path, cookie, headers)
    assert (answer.code, answer.cookies) == ("origin_foreign", [])
    assert with_cookie(anonymous, "/token", cookie).status == 200


@pytest.mark.parametrize("path", ["/token", "/logout"])
def test_without_cookie_mode_the_cookie_is_nothing(anonymous, cookie, path):
    """A browser that sends it along by itself changes nothing (threats C14)."""
    with_cookie(anonymous, path, cookie, headers={})
    assert with_cookie(anonymous, "/token", cookie).status == 200
