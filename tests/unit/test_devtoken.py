"""Development tokens: only local, only ours, only for a working day."""

import base64
import hmac
import json

import pytest

from handler.core import devtoken, settings
from handler.core.auth import Caller, Role
from handler.core.devtoken import AccountIdInvalid, NoDevTokens
from handler.core.errors import Unauthenticated


@pytest.fixture
def token(time) -> str:
    """A token of Ann's."""
    return devtoken.issue("ann", Role.MODERATOR)


@pytest.fixture
def elsewhere(monkeypatch):
    """A stage without development tokens."""
    there = settings.Settings.read({"STAGE": "prod", "RESOURCE_PREFIX": "x-", "ADMIN_EMAIL": "a@b"})
    monkeypatch.setattr(devtoken, "settings", lambda: there)


def test_stands_for_its_account(token):
    """A token gives the account and the role it was made for."""
    assert devtoken.authenticate(token) == Caller("ann", Role.MODERATOR)


def test_no_byte_may_change(token):
    """Changed anywhere, a token does not hold."""
    for place, byte in enumerate(token):
        for other in "AB.-_+=é":
            if other != byte:
                with pytest.raises(Unauthenticated):
                    devtoken.authenticate(token[:place] + other + token[place + 1 :])


@pytest.mark.parametrize("text", ["", "dev", "dev..", "dev.e30.", "x" * 5000, "\0", "é", "\ud800"])
def test_other_texts_are_no_tokens(text):
    """What never was a token is refused."""
    with pytest.raises(Unauthenticated):
        devtoken.authenticate(text)


@pytest.mark.parametrize("key", [b"", b"another key, of forty characters or more"])
def test_another_key_signs_nothing(key):
    """A token signed with a guess does not hold."""
    claims = json.dumps({"id": "ann", "role": "admin", "exp": 2**40}).encode()
    text = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
    mac = base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")).rstrip(b"=")
    with pytest.raises(Unauthenticated):
        devtoken.authenticate(f"dev.{text}.{mac.decode()}")


def test_lasts_twelve_hours(token, time):
    """At the moment it expires a token no longer holds."""
    time.pass_(hours=11, minutes=59, seconds=59)
    devtoken.authenticate(token)
    time.pass_(seconds=1)
    with pytest.raises(Unauthenticated):
        devtoken.authenticate(token)


def test_other_stages_take_none(token, elsewhere):
    """A token of the laptop opens nothing in a deployment."""
    with pytest.raises(Unauthenticated):
        devtoken.authenticate(token)


def test_other_stages_make_none(elsewhere):
    """A deployment hands out no development tokens."""
    with pytest.raises(NoDevTokens):
        devtoken.issue("ann", Role.USER)


@pytest.mark.parametrize("account", ["", "a b", "a#b", "é", "x" * 65, "a\n"])
def test_an_account_id_is_plain(account):
    """Odd account ids get no token."""
    with pytest.raises(AccountIdInvalid):
        devtoken.issue(account, Role.USER)
