"""Made-up credentials: by them calls are told apart, and what a function signed is known as its.

Like those that Lambda gives a function they are of a session: a key id, a secret, and a token that
goes with every signature.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

_RUN = secrets.token_bytes(32)  # what another run signed is worth nothing in this one


@dataclass(frozen=True, slots=True)
class Credentials:
    """What signs requests."""

    key_id: str
    secret: str = field(repr=False)
    token: str = field(repr=False)


def access_key_id() -> str:
    """A made-up access key id that tells whose calls are whose."""
    return "ASIA" + secrets.token_hex(8).upper()


def of(key_id: str) -> Credentials:
    """The credentials with this key id, in this run."""
    return Credentials(key_id, _drawn("secret", key_id), _drawn("token", key_id))


def _drawn(purpose: str, key_id: str) -> str:
    return hmac.new(_RUN, f"{purpose} {key_id}".encode(), hashlib.sha256).hexdigest()
