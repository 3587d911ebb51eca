"""Whom other features may tell something: accounts that are open, and whose address is proved."""

from collections.abc import Mapping
from dataclasses import dataclass

from handler.accounts import emails
from handler.accounts.models import Account, EmailClaim


@dataclass(frozen=True, slots=True)
class Recipient:
    """An account that can be told something, and its switches."""

    id: str
    email: str
    preferences: Mapping[str, bool]


def recipient(account_id: str) -> Recipient | None:
    """An account that can be told something: one call.

    None where it is closed or disabled, or its address waits to be confirmed.
    """
    account = Account.find(account_id)
    if account is None or account.disabled or not account.verified:
        return None
    return Recipient(account.id, account.email, account.preferences)


def recipient_called(name: str) -> Recipient | None:
    """The same by its id or its address: one or two calls."""
    if "@" not in name:
        return recipient(name)
    email = emails.canonical_or_none(name)
    owner = EmailClaim.owner(email) if email else None
    return recipient(owner) if owner else None
