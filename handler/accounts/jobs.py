"""Jobs of accounts."""

from handler import jobs
from handler.accounts import keyring
from handler.accounts.schemas import AccountClosed, MailAccount, MailLink, RenewKeys
from handler.accounts.service import mailing
from handler.jobs import Run, handles


@handles(MailLink)
def mail_link(job: MailLink, _run: Run) -> None:
    """Make a one-time link and mail it."""
    mailing.mail_link(job)


@handles(MailAccount)
def mail_account(job: MailAccount, _run: Run) -> None:
    """Mail to the address that an account has by now."""
    mailing.mail_account(job)


@handles(RenewKeys)
def renew_keys(_job: RenewKeys, _run: Run) -> None:
    """Look at the signing keys, which adds the next one when it is time."""
    keyring.key_ring()


@handles(AccountClosed, name="accounts.forget_jobs")
def forget_jobs(job: AccountClosed, run: Run) -> int:
    """Cancel and delete the jobs of a closed account."""
    return jobs.forget(job.account_id, run)
