"""The own account."""

from handler.accounts.links import LinkInvalid
from handler.accounts.models import Account
from handler.accounts.schemas import (
    AcceptedOut,
    EmailChangeIn,
    PasswordChangeIn,
    ProfileOut,
    ProfilePatch,
    TokenIn,
)
from handler.accounts.service import profile
from handler.accounts.service.administration import AccountNotFound, LastAdministrator
from handler.accounts.service.profile import EmailTaken, PasswordWrong
from handler.accounts.service.registration import PasswordGuessable
from handler.core.errors import RateLimited, WriteConflict
from handler.core.http import ANYBODY, Expected, Router, SignedIn, raises

router = Router(prefix="/users/me", tags=["profile"])


@router.get("", response_model=ProfileOut)
@raises(AccountNotFound)
def get_profile(caller: SignedIn) -> Account:
    """Read your account."""
    return profile.get_profile(caller)


@router.patch("", response_model=ProfileOut)
@raises(AccountNotFound)
def patch_profile(caller: SignedIn, body: ProfilePatch, expected: Expected) -> Account:
    """Change your name or your preferences."""
    return profile.patch_profile(caller, body, expected)


@router.delete("", status_code=202, response_model=AcceptedOut)
@raises(LastAdministrator, AccountNotFound, WriteConflict)
def close_account(caller: SignedIn) -> dict[str, str]:
    """Close your account for good; every device is signed out."""
    profile.close_account(caller)
    return {"detail": "The account is closed."}


@router.post("/password", status_code=204)
@raises(PasswordWrong, PasswordGuessable, AccountNotFound, WriteConflict)
def change_password(caller: SignedIn, body: PasswordChangeIn) -> None:
    """Set a new password; other devices are signed out, and a notice is mailed."""
    profile.change_password(caller, body)


@router.post("/email", status_code=202, response_model=AcceptedOut)
@raises(PasswordWrong, AccountNotFound)
def request_email_change(caller: SignedIn, body: EmailChangeIn) -> dict[str, str]:
    """Ask for another address; the link that is mailed there makes it yours."""
    profile.request_email(caller, body)
    return {"detail": "If this can be done, a mail is on its way."}


@router.post("/email/confirm", status_code=204, dependencies=[ANYBODY])
@raises(LinkInvalid, EmailTaken, RateLimited)
def confirm_email_change(body: TokenIn) -> None:
    """Move your account to the address that the link was mailed to."""
    profile.confirm_email(body.token)
