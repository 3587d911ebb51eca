"""Generic OAuth 2 clients sign in: two libraries that know nothing of Dunlin."""

from collections.abc import Iterator

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import LegacyApplicationClient, OAuth2Error
from requests.adapters import HTTPAdapter
from requests_oauthlib import OAuth2Session
from urllib3.util import Retry

from tests.e2e.places import NewAccount

pytestmark = pytest.mark.slow

_EMAIL = "ann@example.org"
_PASSWORD = "grey plover on the mudflat"  # as the demo account has it
_WRONG = "grey plover on the meadow"
_PATIENT = HTTPAdapter(max_retries=Retry(3, status_forcelist=[429], allowed_methods=None))
"""Waits as it is told to: whatever else signs in at this place counts with it."""


@pytest.fixture(scope="module")
def url(place) -> str:
    """Where an account can sign in."""
    place.open_accounts([NewAccount(_EMAIL, _PASSWORD, "Ann")])
    return place.url


@pytest.fixture
def authlib(url) -> Iterator[AuthlibSession]:
    """Authlib's client, on requests."""
    with AuthlibSession(token_endpoint_auth_method="none") as client:
        client.mount("http://", _PATIENT)
        yield client


@pytest.fixture
def oauthlib(url, monkeypatch) -> Iterator[OAuth2Session]:
    """The client of requests-oauthlib."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # loopback has no TLS
    with OAuth2Session(client=LegacyApplicationClient(client_id="any")) as client:
        client.mount("http://", _PATIENT)
        yield client


def test_authlib_signs_in(authlib, url):
    """And asks for its own account."""
    authlib.fetch_token(f"{url}/token", username=_EMAIL, password=_PASSWORD)
    assert authlib.get(f"{url}/users/me").json()["email"] == _EMAIL


def test_authlib_refreshes(authlib, url):
    """And goes on with the next pair."""
    first = authlib.fetch_token(f"{url}/token", username=_EMAIL, password=_PASSWORD)
    second = authlib.refresh_token(f"{url}/token")
    assert first["refresh_token"] != second["refresh_token"]
    assert authlib.get(f"{url}/users/me").status_code == 200


def test_authlib_is_told_that_a_password_is_wrong(authlib, url):
    """As OAuth's own error, and nothing is taken for a token."""
    with pytest.raises(OAuthError) as refusal:
        authlib.fetch_token(f"{url}/token", username=_EMAIL, password=_WRONG)
    assert refusal.value.error == "invalid_grant"
    assert not authlib.token


def test_authlib_is_told_that_a_session_has_ended(authlib, url):
    """So that it asks for the password again."""
    token = authlib.fetch_token(f"{url}/token", username=_EMAIL, password=_PASSWORD)
    authlib.post(f"{url}/logout", data={"refresh_token": token["refresh_token"]})
    with pytest.raises(OAuthError) as refusal:
        authlib.refresh_token(f"{url}/token")
    assert refusal.value.error == "invalid_grant"


def test_requests_oauthlib_signs_in(oauthlib, url):
    """And asks for its own account."""
    oauthlib.fetch_token(f"{url}/token", username=_EMAIL, password=_PASSWORD)
    assert oauthlib.get(f"{url}/users/me").json()["email"] == _EMAIL


def test_requests_oauthlib_refreshes(oauthlib, url):
    """And goes on with the next pair."""
    first = oauthlib.fetch_token(f"{url}/token", username=_EMAIL, password=_PASSWORD)
    second = oauthlib.refresh_token(f"{url}/token")
    assert first["refresh_token"] != second["refresh_token"]
    assert oauthlib.get(f"{url}/users/me").status_code == 200


def test_requests_oauthlib_is_told_that_a_password_is_wrong(oauthlib, url):
    """As OAuth's own error, not as a token that lacks its members."""
    with pytest.raises(OAuth2Error) as refusal:
        oauthlib.fetch_token(f"{url}/token", username=_EMAIL, password=_WRONG)
    assert (refusal.value.error, oauthlib.authorized) == ("invalid_grant", False)


def test_requests_oauthlib_is_told_that_a_token_is_none(oauthlib, url):
    """A refresh token that was never issued."""
    with pytest.raises(OAuth2Error) as refusal:
        oauthlib.refresh_token(f"{url}/token", refresh_token="made up")
    assert refusal.value.error == "invalid_grant"
