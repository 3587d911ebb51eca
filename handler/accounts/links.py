"""One-time links: what a mail carries, and what is kept of it (a hash, never the token).

A token is `<account>.<secret>`. The account's row keeps the secret's SHA-256 under the link's
purpose, so a newer request takes the place of an older one, and using it removes it in the update
that does the work: it works once.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any

from handler.core import clock
from handler.core.errors import BadRequest

VERIFY = "verify"
RESET = "reset"
EMAIL = "email"
_SECONDS = {VERIFY: 24 * 3600, RESET: 30 * 60, EMAIL: 30 * 60}  # parameters.md, "One-time links"
_BYTES = 16  # 128 bits of chance
_TOKEN = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{22})", re.ASCII)


class LinkInvalid(BadRequest):
    """A one-time link was used before, has expired, or never was one."""

    detail = "This link does not hold any more. Ask for a new one."


@dataclass(frozen=True, slots=True)
class Link:
    """A link's token, taken apart."""

    account_id: str
    secret: str

    @property
    def digest(self) -> str:
        """What is stored of it."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def written(self) -> str:
        """The token as the mail carries it."""
        return f"{self.account_id}.{self.secret}"

    def stored(self, purpose: str, **extra: str) -> dict[str, Any]:
        """What the account's row keeps of it."""
        return {"hash": self.digest, "expires": clock.epoch() + _SECONDS[purpose], **extra}


def new(account_id: str) -> Link:
    """A link for an account."""
    return Link(account_id, secrets.token_urlsafe(_BYTES))


def read(token: str) -> Link:
    """The link that a token is. Raises LinkInvalid."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise LinkInvalid
    return Link(match[1], match[2])
