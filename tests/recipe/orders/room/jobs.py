"""Jobs of orders."""

from handler.accounts import AccountClosed
from handler.jobs import Run, handles
from handler.orders import service
from handler.orders.schemas import ConfirmOrder


@handles(ConfirmOrder)
def confirm_order(job: ConfirmOrder, run: Run) -> None:
    """Confirm an order."""
    service.confirm_order(job, run)


@handles(AccountClosed, name="orders.forget_all")
def forget_all(job: AccountClosed, run: Run) -> int:
    """Delete the orders of a closed account."""
    return service.forget_all(job.account_id, run)
