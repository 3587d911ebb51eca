"""Development tokens: a stand-in for accounts that exists in stage `local` alone.

A token is `dev.<claims>.<signature>`, signed with a key that only the laptop's twin hands out
(`Settings` refuses it in every other stage). Without the key every token is refused.
"""

import base64
import hashlib
import hmac
import json
import re

from handler.core import clock
from handler.core.auth import Caller, Role
from handler.core.errors import BadRequest, Unauthenticated
from handler.core.settings import settings

_LIFETIME = 12 * 3600  # seconds: a working day at the laptop
_TOKEN = re.compile(r"dev\.([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{43})", re.ASCII)
_ACCOUNT = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class NoDevTokens(BadRequest):
    """This stage has no development tokens."""

    detail = "Development tokens exist only on a laptop."


class AccountIdInvalid(BadRequest):
    """A development token was asked for an odd account."""

    detail = "An account id is 1 to 64 letters, digits, - or _."


def issue(account_id: str, role: Role) -> str:
    """Make a token for an account, for 12 hours. Raises NoDevTokens, AccountIdInvalid."""
    if settings().dev_token_key is None:
        raise NoDevTokens
    if not _ACCOUNT.fullmatch(account_id):
        raise AccountIdInvalid
    claims = {"id": account_id, "role": role, "exp": clock.epoch() + _LIFETIME}
    text = _encoded(json.dumps(claims, separators=(",", ":")).encode())
    return f"dev.{text}.{_signature(text)}"


def authenticate(token: str) -> Caller:
    """The caller of a token. Raises Unauthenticated."""
    match = _TOKEN.fullmatch(token)
    if match is None or settings().dev_token_key is None:
        raise Unauthenticated
    text, signature = match.groups()
    if not hmac.compare_digest(signature, _signature(text)):
        raise Unauthenticated
    claims = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    if claims["exp"] <= clock.epoch():
        raise Unauthenticated
    return Caller(claims["id"], Role(claims["role"]))


def _signature(text: str) -> str:
    key = settings().dev_token_key
    secret = key.get_secret_value() if key else ""
    return _encoded(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
