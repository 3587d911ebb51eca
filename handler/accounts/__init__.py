"""People and programs that sign in: accounts, their sessions, their roles."""

from handler.accounts.schemas import AccountClosed
from handler.accounts.service.operations import create_admin, open_demo_accounts, rotate_keys
from handler.accounts.service.signin import authenticate
from handler.accounts.tokens import load as load_tokens

__all__ = [
    "AccountClosed",
    "authenticate",
    "create_admin",
    "load_tokens",
    "open_demo_accounts",
    "rotate_keys",
]
