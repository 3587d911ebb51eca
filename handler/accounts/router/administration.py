"""Accounts, for administrators."""

from typing import Annotated

from fastapi import Path, Query

from handler.accounts.models import Account
from handler.accounts.schemas import AccountPageOut, AccountPatch, AccountQuery, ProfileOut
from handler.accounts.service import administration
from handler.accounts.service.administration import AccountNotFound, LastAdministrator
from handler.core.errors import WriteConflict
from handler.core.http import Admin, Expected, Router, raises
from handler.core.pages import CursorInvalid, Page

router = Router(prefix="/admin/users", tags=["administration"])

AccountId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


@router.get("", response_model=AccountPageOut)
@raises(CursorInvalid)
def list_accounts(caller: Admin, query: Annotated[AccountQuery, Query()]) -> Page[Account]:
    """List accounts, newest first."""
    return administration.list_accounts(caller, query)


@router.get("/{account_id}", response_model=ProfileOut)
@raises(AccountNotFound)
def get_account(_caller: Admin, account_id: AccountId) -> Account:
    """Read an account."""
    return administration.get_account(account_id)


@router.patch("/{account_id}", response_model=ProfileOut)
@raises(AccountNotFound, LastAdministrator, WriteConflict)
def patch_account(
    caller: Admin, account_id: AccountId, body: AccountPatch, expected: Expected
) -> Account:
    """Change an account's role, or disable it, which signs its devices out."""
    return administration.patch_account(caller, account_id, body, expected)


@router.delete("/{account_id}", status_code=204)
@raises(AccountNotFound, LastAdministrator, WriteConflict)
def delete_account(caller: Admin, account_id: AccountId) -> None:
    """Close an account for good."""
    administration.close(caller, account_id)
