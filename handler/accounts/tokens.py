"""Access tokens: ES256 JWTs (RFC 9068). The only module that knows python-jose.

jose accepts much that is dangerous (traps.md), so nothing reaches it that a guard has not checked:
length, alphabet, the exact header, a key that is in the ring. After it, every claim is checked for
its exact type and value. Whatever is wrong, the answer is the same.
"""

import base64
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any, NoReturn

from handler.accounts.keyring import TOKEN_SECONDS, SigningKey, key_ring, verifying_key
from handler.core import clock
from handler.core.errors import Unauthenticated
from handler.core.settings import settings

_LENGTH = 4096
_REMEMBERED = 1_000  # verified tokens, at most 4 MB
_SKEW = 10  # seconds that nbf and iat may lie ahead; exp has none (parameters.md)
_TOKEN = re.compile(
    r"([A-Za-z0-9_-]{1,400})\.([A-Za-z0-9_-]{1,3000})\.([A-Za-z0-9_-]{86})", re.ASCII
)
_KID = re.compile(r"[0-9a-f]{16}", re.ASCII)
_TYPE = "at+jwt"
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CLAIMS = frozenset({"iss", "aud", "sub", "exp", "iat", "nbf", "jti", "sid"})
_TIMES = ("exp", "iat", "nbf")


@dataclass(frozen=True, slots=True)
class Access:
    """What a valid token says: whose it is, and of which session."""

    account_id: str
    session_id: str


def load() -> None:
    """Load what verifies tokens, else loaded at the first one.

    It carries an OpenSSL of its own, which seeds its generator at the first draw and, in the copies
    of a snapshot, in each anew: so nothing is drawn here.
    """
    from jose import jws  # noqa: F401, PLC0415 - loading it is the point


def issue(account_id: str, session_id: str) -> str:
    """Sign a token for a session, for 15 minutes. Raises Unavailable."""
    from jose import jws  # noqa: PLC0415 - loaded at the first token, not at start

    now = clock.epoch()
    claims = {
        "iss": _issuer(),
        "aud": _audience(),
        "sub": account_id,
        "sid": session_id,
        "jti": secrets.token_hex(8),
        "iat": now,
        "nbf": now,
        "exp": now + TOKEN_SECONDS,
    }
    key = key_ring().signing()
    signed: str = jws.sign(claims, key.private, {"kid": key.kid, "typ": _TYPE}, "ES256")
    return signed


_verified: dict[str, tuple[str, dict[str, Any]]] = {}


def read(token: str) -> Access:
    """What a token says. Raises Unauthenticated, and Unavailable when keys cannot be read.

    A signature is verified once in an environment, which the same callers keep coming back to.
    Whether its key and its time still hold is asked every time.
    """
    if token not in _verified:
        if len(_verified) >= _REMEMBERED:
            _verified.clear()
        _verified[token] = _verify(token)
    kid, claims = _verified[token]
    if verifying_key(kid) is None:
        raise Unauthenticated
    _check(claims)
    return Access(claims["sub"], claims["sid"])


def _verify(token: str) -> tuple[str, dict[str, Any]]:
    """The key's id and the claims of a token that one of our keys signed."""
    key = _guard(token)
    from jose import jws  # noqa: PLC0415 - as above
    from jose.exceptions import JOSEError  # noqa: PLC0415 - as above

    try:
        payload = jws.verify(token, key.public, algorithms=["ES256"])
    except (JOSEError, ValueError, TypeError) as error:
        raise Unauthenticated from error
    return key.kid, _object(payload)


def _guard(token: str) -> SigningKey:
    """The key that a token names, if all of its outside is exactly as we write it."""
    match = _TOKEN.fullmatch(token) if len(token) <= _LENGTH else None
    if match is None:
        raise Unauthenticated
    for segment in match.groups():
        if _encoded(_decoded(segment)) != segment:
            raise Unauthenticated
    header = _object(_decoded(match[1]))
    kid = header.get("kid")
    if header != {"alg": "ES256", "typ": _TYPE, "kid": kid}:
        raise Unauthenticated
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise Unauthenticated
    key = verifying_key(kid)
    if key is None:
        raise Unauthenticated
    return key


def _check(claims: dict[str, Any]) -> None:
    texts = [claims.get(name) for name in _CLAIMS.difference(_TIMES)]
    times = [claims.get(name) for name in _TIMES]
    if claims.keys() != _CLAIMS or not all(type(text) is str for text in texts):
        raise Unauthenticated
    if not all(type(moment) is int for moment in times):
        raise Unauthenticated
    now = clock.epoch()
    if claims["iss"] != _issuer() or claims["aud"] != _audience():
        raise Unauthenticated
    if claims["exp"] <= now or max(claims["nbf"], claims["iat"]) > now + _SKEW:
        raise Unauthenticated
    if claims["exp"] > claims["iat"] + TOKEN_SECONDS:
        raise Unauthenticated
    if not _ID.fullmatch(claims["sub"]) or not _ID.fullmatch(claims["sid"]):
        raise Unauthenticated


def _object(raw: bytes) -> dict[str, Any]:
    """A JSON object with one reading. Raises Unauthenticated."""
    try:
        found = json.loads(raw.decode(), object_pairs_hook=_distinct, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise Unauthenticated from error
    if not isinstance(found, dict):
        raise Unauthenticated
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Unauthenticated
    return found


def _refuse(_name: str) -> NoReturn:
    raise Unauthenticated


def _decoded(segment: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError as error:
        raise Unauthenticated from error


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _issuer() -> str:
    return f"urn:dunlin:{settings().resource_prefix}{settings().stage}"


def _audience() -> str:
    return f"{_issuer()}:api"
