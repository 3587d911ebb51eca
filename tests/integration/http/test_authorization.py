"""Where a token stands, and how it is spelled (threats B18, B19)."""

import pytest

from tests.client import open_to_anybody


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", "BEARER ", "Bearer  "])
def test_the_scheme_may_be_written_so(ann, scheme):
    """The scheme's case and the blanks behind it do not matter (RFC 9110, 11.1)."""
    sent = {"authorization": scheme + ann.token}
    assert ann.get("/users/me", headers=sent).status == 200


@pytest.mark.parametrize(
    "spelled",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer {0},Bearer {0}",
        "Bearer {0}, Bearer {0}",
        "Bearer {0} {0}",
        "Bearer\t{0}",
        "Bearer\u00a0{0}",
        'Bearer "{0}"',
        "Bearer token={0}",
        "Basic {0}",
        "Basic YW5uOmFubg==",
        "Token {0}",
        "{0}",
        "Bearer: {0}",
        "Bearer {0}=",
        "Bearer {0}\u00e9",
        "Bearer \u20ac",
        "Bearer " + "x" * 100_000,
    ],
    ids=lambda spelled: repr(spelled)[:30],
)
@pytest.mark.parametrize("path", ["/users/me", "/jobs", *open_to_anybody()])
def test_other_spellings_sign_nobody_in(ann, path, spelled):
    """Anything else in the header is refused, also where no token is needed."""
    sent = {"authorization": spelled.format(ann.token)}
    answer = ann.get(path, headers=sent)
    assert (answer.status, answer.code) == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["access_token", "token", "authorization", "bearer"])
def test_a_token_in_the_query_is_ignored(anonymous, ann, name):
    """A query ends up in logs: nobody is signed in by one."""
    query = f"{name}={ann.token}"
    assert anonymous.get("/users/me", query=query).status == 401


@pytest.mark.parametrize("name", ["access_token", "token", "Authorization", "__Host-token"])
def test_a_token_in_a_cookie_is_ignored(anonymous, ann, name):
    """A cookie is sent by any page: nobody is signed in by one."""
    sent = {"cookie": f"{name}={ann.token}"}
    assert anonymous.get("/users/me", headers=sent).status == 401


@pytest.mark.parametrize("name", ["x-authorization", "proxy-authorization", "x-access-token"])
def test_a_token_in_another_header_is_ignored(anonymous, ann, name):
    """One header counts."""
    sent = {name: f"Bearer {ann.token}"}
    assert anonymous.get("/users/me", headers=sent).status == 401


def test_an_expired_token_is_refused_everywhere(time, anonymous):
    """Also a call that needs no token says that this one is over."""
    ann = anonymous.signed_in("ann")
    token = ann.token
    time.pass_(minutes=15)
    sent = {"authorization": f"Bearer {token}"}
    for path in ("/users/me", *open_to_anybody()):
        assert ann.get(path).status == 200
        assert anonymous.get(path, headers=sent).status == 401
