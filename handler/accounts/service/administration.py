"""Looking after accounts: listing, roles, disabling, closing. One administrator always remains.

Who can administer is counted in one row, changed in the transaction of every account that becomes
or ceases to be an administrator, so that two who demote each other at once do not both succeed.
"""

from collections.abc import Sequence

from handler import audit
from handler.accounts.models import Account, Administrators, EmailClaim, newest
from handler.accounts.schemas import AccountClosed, AccountPatch, AccountQuery
from handler.core import lists
from handler.core.auth import Caller, Role
from handler.core.errors import Conflict, NotFound, VersionConflict, WriteConflict
from handler.core.lists import Plan, Request
from handler.core.pages import Page
from handler.core.records import RawRow, Versions
from handler.core.transactions import Transaction
from handler.jobs import transaction
from handler.mail import SendMail
from handler.realtime import end_sockets

_TRIES = 3


class AccountNotFound(NotFound):
    """No account has that id."""

    detail = "There is no such account."


class LastAdministrator(Conflict):
    """Nobody else could administer any more."""

    detail = "One administrator must remain."


class _Moved(Exception):
    """The account changed between reading and writing; tried again."""


def list_accounts(caller: Caller, query: AccountQuery) -> Page[Account]:
    """A page of accounts, newest first. Raises CursorInvalid."""
    asked = (query.q, query.role, query.disabled)
    plan = Plan(newest(), _accounts, lambda account: _matches(account, query))
    return lists.read(plan, Request(caller, asked, query.limit, query.cursor))


def _accounts(rows: Sequence[RawRow]) -> Sequence[Account]:
    return [Account.from_raw_data(row) for row in rows]


def _matches(account: Account, query: AccountQuery) -> bool:
    part = (query.q or "").casefold()
    return (
        (part in account.email or part in account.full_name.casefold())
        and query.role in (None, account.role)
        and query.disabled in (None, account.disabled)
    )


def get_account(account_id: str) -> Account:
    """An account. Raises AccountNotFound."""
    account = Account.find(account_id)
    if account is None:
        raise AccountNotFound
    return account


def patch_account(
    caller: Caller, account_id: str, body: AccountPatch, expected: Versions
) -> Account:
    """Change a role, or disable an account, which ends its sessions.

    Raises AccountNotFound, VersionConflict, LastAdministrator.
    """
    for _ in range(_TRIES):
        account = get_account(account_id)
        if expected is not None and account.version not in expected:
            raise VersionConflict
        try:
            return _change(caller, account, body)
        except _Moved:
            continue
    raise WriteConflict


def _change(caller: Caller, account: Account, body: AccountPatch) -> Account:
    before, role = administers(account), account.role
    fields = body.model_dump(include=body.model_fields_set)
    same = Account.version == account.version
    actions = [getattr(Account, name).set(value) for name, value in fields.items()]
    for name, value in fields.items():
        setattr(account, name, value)
    if account.disabled:
        actions.append(Account.sessions.set({}))
    with transaction() as writes:
        writes.update(account, [*actions, Account.version.add(1)], same, lambda _: _Moved())
        count_administrators(writes, int(administers(account)) - int(before))
        told = {name: str(value) for name, value in fields.items()}
        writes.save(audit.entry("account.changed", actor=caller.id, subject=account.id, **told))
    if account.disabled:
        end_sockets(account.id, code="disabled")
    elif account.role != role:
        end_sockets(account.id, code="role_changed")
    return get_account(account.id)


def close(caller: Caller, account_id: str, *, told: bool = False) -> None:
    """Delete an account with its sessions, and give its address free; all that it owns follows.

    With `told` its address gets a mail. Raises AccountNotFound, LastAdministrator, WriteConflict.
    """
    for _ in range(_TRIES):
        account = get_account(account_id)
        try:
            _leave(caller, account, told=told)
        except _Moved:
            continue
        end_sockets(account_id, code="closed")
        return
    raise WriteConflict


def _leave(caller: Caller, account: Account, *, told: bool) -> None:
    same = (
        (Account.role == account.role)
        & (Account.disabled == account.disabled)
        & (Account.email == account.email)
    )
    with transaction() as writes:
        writes.delete(account, same, lambda _: _Moved())
        writes.delete(EmailClaim(account.email), EmailClaim.account_id == account.id)
        count_administrators(writes, -int(administers(account)))
        writes.save(audit.entry("account.closed", actor=caller.id, subject=account.id))
        writes.enqueue(AccountClosed(account_id=account.id))
        if told:
            writes.enqueue(SendMail(template="closed", to=account.email))


def administers(account: Account) -> bool:
    """Whether an account counts as an administrator."""
    return account.role == Role.ADMIN and not account.disabled


def count_administrators(writes: Transaction, change: int) -> None:
    """Count so many more or fewer, in the transaction that makes or unmakes them."""
    if change == 0:
        return
    row = Administrators(Administrators.KEY)
    enough = None if change > 0 else Administrators.number > 1
    writes.update(row, [Administrators.number.add(change)], enough, lambda _: LastAdministrator())
