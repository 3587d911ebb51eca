"""The keys that sign access tokens: announced, then signing, then retired, in one secret.

The secret is `{"generation": n, "keys": [{"kid", "from", "pem"}, ...]}`, oldest first. A key signs
from its `from` on, until the next one does; it verifies until the last token it signed has expired.
Whoever finds no key, or only an old one, adds the next: with a ClientRequestToken that follows from
the generation, so that of many at once exactly one wins and the others read what it wrote.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from handler.core import aws, clock, log, snapshots
from handler.core.errors import Unavailable
from handler.core.settings import settings

TOKEN_SECONDS = 15 * 60
"""Life of an access token (parameters.md)."""
_FRESH = 300.0  # seconds a ring is believed: a removed key dies within them
_GLANCE = 10.0  # seconds between looks for a key that is not known
_ANNOUNCED = 15 * 60  # seconds between a key's publication and its first signature
_ROTATED = 90 * 24 * 3600  # seconds a key signs before the next one is announced
_TRIES = 3
_SECRET = "tokens"  # noqa: S105 - the secret's name


class _Outrun(Exception):
    """Somebody else has written the next generation."""


@dataclass(frozen=True)
class SigningKey:
    """One key pair: `since` is when (epoch seconds) it begins to sign."""

    kid: str
    since: int
    pem: str = field(repr=False)

    @cached_property
    def private(self) -> Any:
        """The key as python-jose signs with it, built once."""
        from jose import jwk  # noqa: PLC0415 - only those who sign pay for it

        return jwk.construct(self.pem, "ES256")

    @cached_property
    def public(self) -> Any:
        """The key as python-jose verifies with it, built once."""
        return self.private.public_key()

    def published(self) -> dict[str, str]:
        """The public key as a JWK (RFC 7517)."""
        found = self.public.to_dict()
        return {
            name: value.decode() if isinstance(value, bytes) else value
            for name, value in {**found, "kid": self.kid, "use": "sig"}.items()
        }


@dataclass(frozen=True)
class KeyRing:
    """All keys of a moment, oldest first, and when they were read (monotonic seconds)."""

    generation: int
    keys: tuple[SigningKey, ...]
    read_at: float

    def signing(self) -> SigningKey:
        """The key that signs now: the newest whose time has come.

        The only key of a ring signs even if another instance's clock, which set its time, is ahead.
        """
        now = clock.epoch()
        return next((key for key in reversed(self.keys) if key.since <= now), self.keys[0])

    def verifying(self, kid: str) -> SigningKey | None:
        """The key of that id, while tokens that it signed may live."""
        return next((key for key in self._alive() if key.kid == kid), None)

    def published(self) -> list[dict[str, str]]:
        """The public keys that verify, and the next one before it signs."""
        return [key.published() for key in self._alive()]

    def _alive(self) -> tuple[SigningKey, ...]:
        """Keys that no other has followed for longer than a token lives."""
        long_ago = clock.epoch() - TOKEN_SECONDS
        successors = (*self.keys[1:], None)
        return tuple(
            key
            for key, successor in zip(self.keys, successors, strict=False)
            if successor is None or successor.since > long_ago
        )


class _Cache:
    """The ring of this process, and when the secret was last asked for (monotonic seconds)."""

    ring: KeyRing | None = None
    asked_at = 0.0


@snapshots.on_restore
def _forget() -> None:
    """How old the ring is cannot be told across a snapshot."""
    _Cache.ring, _Cache.asked_at = None, 0.0


def key_ring() -> KeyRing:
    """The ring, read again every few minutes, with its next key when it is time for one.

    Raises Unavailable.
    """
    ring = _Cache.ring
    if ring is None or time.monotonic() - ring.read_at > _FRESH:
        ring = _Cache.ring = _renewed()
    return ring


def verifying_key(kid: str) -> SigningKey | None:
    """The key of that id, while tokens that it signed may live. Raises Unavailable.

    A key that is not known may have begun to sign at once elsewhere: the ring is then read again,
    but not for every token that somebody makes up.
    """
    found = key_ring().verifying(kid)
    if found is None and time.monotonic() - _Cache.asked_at > _GLANCE:
        _Cache.ring = _renewed()
        found = _Cache.ring.verifying(kid)
    return found


def rotate(*, at_once: bool = False) -> KeyRing:
    """Announce the next key, or with `at_once` sign with it now and drop all others.

    The latter ends every access token within minutes; it is for a key that leaked.
    Raises Unavailable, also when others kept rotating.
    """
    for _ in range(_TRIES):
        try:
            _Cache.ring = _add(_read(), at_once=at_once)
        except _Outrun:
            continue
        return _Cache.ring
    raise Unavailable


def _renewed() -> KeyRing:
    """The ring as it stands, after adding its next key if it is time."""
    ring = _read()
    if ring.keys and ring.keys[-1].since + _ROTATED > clock.epoch():
        return ring
    try:
        return _add(ring)
    except _Outrun:
        ring = _read()
    except Unavailable:
        log.line(level="error", metric="key_rotation_failed")
    if not ring.keys:
        raise Unavailable
    return ring


def _read() -> KeyRing:
    _Cache.asked_at = time.monotonic()
    try:
        answer = aws.call("secretsmanager", "GetSecretValue", {"SecretId": _name()})
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise Unavailable from error
        return KeyRing(0, (), _Cache.asked_at)
    try:
        found = json.loads(answer["SecretString"])
        keys = tuple(SigningKey(key["kid"], key["from"], key["pem"]) for key in found["keys"])
        return KeyRing(found["generation"], keys, _Cache.asked_at)
    except (KeyError, TypeError, ValueError) as error:
        log.line(level="error", metric="keys_malformed")
        raise Unavailable from error


def _add(ring: KeyRing, *, at_once: bool = False) -> KeyRing:
    """Write the next generation and return it. Raises _Outrun when somebody else has."""
    first = at_once or not ring.keys
    new = SigningKey(secrets.token_hex(8), clock.epoch() + (0 if first else _ANNOUNCED), _new_pem())
    keep = () if at_once else ring._alive()  # noqa: SLF001 - the same module
    grown = KeyRing(ring.generation + 1, (*keep, new), time.monotonic())
    content = {
        "generation": grown.generation,
        "keys": [{"kid": k.kid, "from": k.since, "pem": k.pem} for k in grown.keys],
    }
    token = hashlib.sha256(f"{_name()}:{grown.generation}".encode()).hexdigest()
    write = {"SecretId": _name(), "SecretString": json.dumps(content), "ClientRequestToken": token}
    try:
        aws.call("secretsmanager", "PutSecretValue", write)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceExistsException":
            raise _Outrun from error
        raise Unavailable from error
    return grown


def _new_pem() -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - once in 90 days
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - the same

    return (
        ec.generate_private_key(ec.SECP256R1())
        .private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


def _name() -> str:
    return settings().resource_prefix + _SECRET
