"""Keys, most for signing, from Secrets Manager: read at first use, and again every few minutes.

A secret is a JSON object of key id (a number) to key. The highest number signs, all verify: a key
is rotated by adding the next number and, later, removing the old one.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from handler.core import aws, log, snapshots
from handler.core.errors import Unavailable
from handler.core.settings import settings

_FRESH = 300.0  # seconds; a removed key stops verifying within this time
_MAC_BYTES = 16  # 128 bits, as RFC 2104 section 5 advises at least half of SHA-256


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one secret, and when they were read (monotonic seconds)."""

    keys: dict[int, bytes] = field(repr=False)
    read_at: float

    def sign(self, message: bytes) -> str:
        """`<key id>.<signature>` of a message."""
        newest = max(self.keys)
        return f"{newest}.{self._mac(newest, message)}"

    def verifies(self, message: bytes, signature: str) -> bool:
        """Whether a signature is one of this ring's for the message."""
        id_, _, mac = signature.partition(".")
        for known in self.keys:
            if id_ == str(known):
                return hmac.compare_digest(self._mac(known, message).encode(), mac.encode())
        return False

    def has(self, key: str) -> bool:
        """Whether a text is one of the keys. How long it takes tells nothing of them."""
        given = key.encode()
        return True in [hmac.compare_digest(known, given) for known in self.keys.values()]

    def _mac(self, id_: int, message: bytes) -> str:
        digest = hmac.digest(self.keys[id_], message, hashlib.sha256)[:_MAC_BYTES]
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


_rings: dict[str, KeyRing] = {}
snapshots.on_restore(_rings.clear)  # how old they are is not known then


def key_ring(name: str) -> KeyRing:
    """The keys of the secret with that short name. Raises Unavailable when it cannot be read."""
    ring = _rings.get(name)
    if ring is None or time.monotonic() - ring.read_at > _FRESH:
        ring = _rings[name] = _read(name)
    return ring


def _read(name: str) -> KeyRing:
    try:
        answer = aws.call(
            "secretsmanager", "GetSecretValue", {"SecretId": settings().resource_prefix + name}
        )
    except ClientError as error:
        raise Unavailable from error
    try:
        found = json.loads(answer["SecretString"])
        keys = {int(id_): key.encode() for id_, key in found.items()}
    except (AttributeError, KeyError, ValueError) as error:
        raise _malformed(name) from error
    if not keys or not all(keys.values()):  # an empty key is everybody's
        raise _malformed(name)
    return KeyRing(keys, time.monotonic())


def _malformed(name: str) -> Unavailable:
    log.line(level="error", metric="keys_malformed", secret=name)
    return Unavailable()
