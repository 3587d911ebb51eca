"""Generic OAuth 2 clients sign in over HTTP: two libraries that know nothing of this application.

Against a server in this process, or with `--url` against any that knows eve and her password.
"""

import socket
import threading
from collections.abc import Iterator

import pytest
import uvicorn
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error
from requests_oauthlib import OAuth2Session

from handler import api
from tests.integration.accounts.conftest import PASSWORD, WRONG

_EMAIL = "eve@example.org"


@pytest.fixture
def url(eve, request) -> Iterator[str]:
    """The address of a server that knows eve."""
    if elsewhere := request.config.getoption("url"):
        yield elsewhere
        return
    listening = socket.create_server(("127.0.0.1", 0))
    options = uvicorn.Config(api.create_app(), lifespan="off", log_config=None, ws="none")
    server = uvicorn.Server(options)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture
def authlib(url) -> Iterator[AuthlibSession]:
    """Authlib's client, on requests."""
    with AuthlibSession(token_endpoint_auth_method="none") as client:
        yield client


@pytest.fixture
def oauthlib(url, monkeypatch) -> Iterator[OAuth2Session]:
    """The client of requests-oauthlib."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no TLS
    with OAuth2Session(client=LegacyApplicationClient(client_id="any")) as client:
        yield client


def test_authlib_signs_in(authlib, url):
    """And asks for its own account."""
    authlib.fetch_token(f"{url}/token", username=_EMAIL, password=PASSWORD)
    assert authlib.get(f"{url}/users/me").json()["email"] == _EMAIL


def test_authlib_refreshes(authlib, url):
    """And goes on with the next pair."""
    first = authlib.fetch_token(f"{url}/token", username=_EMAIL, password=PASSWORD)
    second = authlib.refresh_token(f"{url}/token")
    assert first["refresh_token"] != second["refresh_token"]
    assert authlib.get(f"{url}/users/me").status_code == 200


def test_authlib_is_told_that_a_password_is_wrong(authlib, url):
    """As OAuth's own error, and nothing is taken for a token."""
    with pytest.raises(OAuthError) as refusal:
        authlib.fetch_token(f"{url}/token", username=_EMAIL, password=WRONG)
    assert refusal.value.error == "invalid_grant"
    assert not authlib.token


def test_authlib_is_told_that_a_session_has_ended(authlib, url):
    """So that it asks for the password again."""
    token = authlib.fetch_token(f"{url}/token", username=_EMAIL, password=PASSWORD)
    authlib.post(f"{url}/logout", data={"refresh_token": token["refresh_token"]})
    with pytest.raises(OAuthError) as refusal:
        authlib.refresh_token(f"{url}/token")
    assert refusal.value.error == "invalid_grant"


def test_requests_oauthlib_signs_in(oauthlib, url):
    """And asks for its own account."""
    oauthlib.fetch_token(f"{url}/token", username=_EMAIL, password=PASSWORD)
    assert oauthlib.get(f"{url}/users/me").json()["email"] == _EMAIL


def test_requests_oauthlib_refreshes(oauthlib, url):
    """And goes on with the next pair."""
    first = oauthlib.fetch_token(f"{url}/token", username=_EMAIL, password=PASSWORD)
    second = oauthlib.refresh_token(f"{url}/token")
    assert first["refresh_token"] != second["refresh_token"]
    assert oauthlib.get(f"{url}/users/me").status_code == 200


def test_requests_oauthlib_is_told_that_a_password_is_wrong(oauthlib, url):
    """As OAuth's own error, not as a token that lacks its members."""
    with pytest.raises(OAuth2Error) as refusal:
        oauthlib.fetch_token(f"{url}/token", username=_EMAIL, password=WRONG)
    assert (refusal.value.error, oauthlib.authorized) == ("invalid_grant", False)


def test_requests_oauthlib_is_told_that_a_token_is_none(oauthlib, url):
    """A refresh token that was never issued."""
    with pytest.raises(OAuth2Error) as refusal:
        oauthlib.refresh_token(f"{url}/token", refresh_token="made up")
    assert refusal.value.error == "invalid_grant"


_REFUSED = [
    ({"username": _EMAIL, "password": WRONG}, 401, "invalid_grant"),
    ({"grant_type": "refresh_token", "refresh_token": "made up"}, 401, "invalid_grant"),
    ({"grant_type": "refresh_token"}, 422, "invalid_request"),
    ({"grant_type": "client_credentials"}, 422, "unsupported_grant_type"),
    ({"grant_type": "authorization_code", "code": "x"}, 422, "unsupported_grant_type"),
    ({"username": "x" * 300, "password": PASSWORD}, 422, "invalid_request"),
]


@pytest.mark.parametrize(("form", "status", "error"), _REFUSED)
def test_every_refusal_names_an_error_of_oauth(anonymous, eve, form, status, error):
    """RFC 6749, 5.2, beside what every problem has (RFC 9457, 3.2)."""
    answer = anonymous.form("/token", **form)
    assert (answer.status, answer.body["error"]) == (status, error)
    assert answer.body["error_description"] == answer.body["detail"]


def test_a_body_that_is_no_form_names_an_error_too(anonymous):
    """OAuth has forms, not JSON."""
    answer = anonymous.post("/token", {"username": _EMAIL, "password": PASSWORD})
    assert (answer.status, answer.body["error"]) == (415, "invalid_request")


def test_other_routes_have_plain_problems(anonymous):
    """The members belong to OAuth alone."""
    assert not {"error", "error_description"} & anonymous.get("/users/me").body.keys()
