"""What operators do with accounts and keys, from the command line."""

import secrets
from typing import Any

from handler import audit
from handler.accounts import emails, keyring, passwords
from handler.accounts.models import Account, EmailClaim
from handler.accounts.service.registration import AddressMoved, open_account
from handler.core.auth import Role
from handler.core.errors import BadRequest, Conflict
from handler.core.settings import settings

_WORD_BYTES = 18  # of chance in a password that is made here: 24 characters


class EmailInvalid(BadRequest):
    """What should be an e-mail address is none."""

    detail = "That is no e-mail address."


class EmailExists(Conflict):
    """The address has an account already."""

    detail = "This address has an account. Change its role as an administrator."


class OnlyLocal(BadRequest):
    """Demo accounts have known passwords."""

    detail = "Demo accounts exist only on a laptop."


def create_admin(email: str) -> dict[str, Any]:
    """Open a confirmed account with role `admin`, and answer the password it was given.

    Raises EmailInvalid, EmailExists.
    """
    address = emails.canonical_or_none(str(email))
    if address is None:
        raise EmailInvalid
    password = secrets.token_urlsafe(_WORD_BYTES)
    _open(Account(email=address), password, Role.ADMIN)
    audit.record("account.admin_created", subject=EmailClaim.owner(address))
    return {"email": address, "password": password}


def open_demo_accounts(accounts: list[dict[str, str]]) -> dict[str, Any]:
    """Open demo accounts (`email`, `password`, `role`, `full_name`) in stage `local`.

    Those that exist stay as they are. Raises OnlyLocal.
    """
    if settings().stage != "local":
        raise OnlyLocal
    for one in accounts:
        account = Account(email=one["email"], full_name=one["full_name"])
        try:
            _open(account, one["password"], Role(one["role"]))
        except EmailExists:
            continue
    return {"accounts": len(accounts)}


def rotate_keys(*, at_once: bool = False) -> dict[str, Any]:
    """Announce the next key for access tokens; `at_once` ends all tokens of the old ones."""
    ring = keyring.rotate(at_once=at_once)
    audit.record("keys.rotated", generation=str(ring.generation))
    return {"generation": ring.generation, "kids": [key.kid for key in ring.keys]}


def _open(account: Account, password: str, role: Role) -> None:
    account.role = role.value
    account.verified = True
    account.password_hash = passwords.hashed(password)
    try:
        open_account(account)
    except AddressMoved as taken:
        raise EmailExists from taken
