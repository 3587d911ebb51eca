"""Jobs of items."""

from handler.accounts import AccountClosed
from handler.items import service
from handler.jobs import Run, handles


@handles(AccountClosed, name="items.withdraw_all")
def withdraw_all(job: AccountClosed, run: Run) -> int:
    """Withdraw the items of a closed account."""
    return service.withdraw_all(job.account_id, run)
