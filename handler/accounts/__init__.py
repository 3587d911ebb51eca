"""People and programs that sign in: accounts, their sessions, their roles."""

from handler.accounts.schemas import AccountClosed, AddressConfirmed
from handler.accounts.service.holdings import (
    is_open,
    opened_between,
    profile_held,
    sessions_held,
)
from handler.accounts.service.operations import create_admin, open_demo_accounts, rotate_keys
from handler.accounts.service.reaching import Recipient, recipient, recipient_called
from handler.accounts.service.signin import authenticate, recognise
from handler.accounts.tokens import load as load_tokens

__all__ = [
    "AccountClosed",
    "AddressConfirmed",
    "Recipient",
    "authenticate",
    "create_admin",
    "is_open",
    "load_tokens",
    "open_demo_accounts",
    "opened_between",
    "profile_held",
    "recipient",
    "recipient_called",
    "recognise",
    "rotate_keys",
    "sessions_held",
]
