"""Makes access tokens by hand, from nothing but hashlib and cryptography.

What is not said otherwise is as the application itself would write it, signature included: a
forgery that is refused is refused for the one thing that is wrong with it.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from handler.accounts.keyring import SigningKey, key_ring

Sign = Callable[[bytes], bytes]
ABSENT = object()
"""In the place of a value: leave the member out."""


def encoded(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(segment: str) -> bytes:
    """The bytes of a segment."""
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def private_key(key: SigningKey) -> ec.EllipticCurvePrivateKey:
    """What a key of the ring signs with."""
    found = serialization.load_pem_private_key(key.pem.encode(), None)
    assert isinstance(found, ec.EllipticCurvePrivateKey)
    return found


def es256(key: ec.EllipticCurvePrivateKey) -> Sign:
    """Signs as ES256 does (RFC 7518, 3.4)."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign


class Forger:
    """Has seen one token of the application, and holds the key that signed it."""

    def __init__(self, token: str) -> None:
        self.token = token
        header, claims, _ = token.split(".")
        self.header: dict[str, Any] = json.loads(decoded(header))
        self.claims: dict[str, Any] = json.loads(decoded(claims))
        self.key = key_ring().signing()

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        """What everybody can read in the JWKS."""
        return private_key(self.key).public_key()

    def with_header(self, sign: Sign | None = None, **changes: Any) -> str:
        """The token with another header."""
        return self.written(_written(self.header | changes), _written(self.claims), sign)

    def with_claims(self, **changes: Any) -> str:
        """The token with other claims."""
        return self.written(_written(self.header), _written(self.claims | changes))

    def with_raw_claim(self, name: str, literal: str) -> str:
        """The token with a claim whose JSON is written as it is."""
        text = _written(self.claims | {name: "@"}).decode().replace('"@"', literal)
        return self.written(_written(self.header), text.encode())

    def written(self, header: bytes, claims: bytes, sign: Sign | None = None) -> str:
        """A token of these bytes, signed with the ring's own key unless said otherwise."""
        message = f"{encoded(header)}.{encoded(claims)}"
        signature = (sign or es256(private_key(self.key)))(message.encode())
        return f"{message}.{encoded(signature)}"


def _written(members: dict[str, Any]) -> bytes:
    kept = {name: value for name, value in members.items() if value is not ABSENT}
    return json.dumps(kept, separators=(",", ":")).encode()
