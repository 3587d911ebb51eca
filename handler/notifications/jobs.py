"""Jobs of notifications."""

from handler.accounts import AccountClosed, AddressConfirmed
from handler.jobs import Run, handles
from handler.notifications import clearing, service
from handler.notifications.schemas import MailNotification, ReadAll


@handles(MailNotification)
def mail_notification(job: MailNotification, _run: Run) -> None:
    """Mail a notification."""
    service.mail_notification(job)


@handles(ReadAll)
def read_all(job: ReadAll, run: Run) -> int:
    """Read what is left unread."""
    return clearing.read_all(job, run)


@handles(AddressConfirmed, name="notifications.welcome")
def welcome(event: AddressConfirmed, run: Run) -> None:
    """Welcome a new account."""
    service.welcome(event.account_id, run)


@handles(AccountClosed, name="notifications.forget_all")
def forget_all(event: AccountClosed, run: Run) -> int:
    """Delete what a closed account was told."""
    return clearing.forget(event.account_id, run)
