"""Opening an account, and getting back into one."""

from handler.accounts.links import LinkInvalid
from handler.accounts.schemas import AcceptedOut, EmailIn, RegistrationIn, ResetIn, TokenIn
from handler.accounts.service import profile, registration
from handler.accounts.service.registration import PasswordGuessable, RegistrationClosed
from handler.core.errors import RateLimited
from handler.core.http import ANYBODY, Router, Source, raises

router = Router(tags=["accounts"])
_MAILED = {"detail": "If this can be done, a mail is on its way."}


@router.post("/register", status_code=202, response_model=AcceptedOut)
@raises(RegistrationClosed, PasswordGuessable, RateLimited)
def register_account(body: RegistrationIn, source: Source) -> dict[str, str]:
    """Open an account; a mailed link confirms the address. The answer is always the same."""
    registration.register(body, source)
    return _MAILED


@router.post("/register/verify", status_code=204, dependencies=[ANYBODY])
@raises(LinkInvalid, RateLimited)
def verify_email(body: TokenIn) -> None:
    """Confirm an address by its mailed link."""
    registration.verify(body.token)


@router.post("/register/resend", status_code=202, response_model=AcceptedOut)
@raises(RateLimited)
def resend_verification(body: EmailIn, source: Source) -> dict[str, str]:
    """Mail the confirming link again. The answer is always the same."""
    registration.resend(body.email, source)
    return _MAILED


@router.post("/password/forgot", status_code=202, response_model=AcceptedOut)
@raises(RateLimited)
def forget_password(body: EmailIn, source: Source) -> dict[str, str]:
    """Mail a link that sets a new password. The answer is always the same."""
    profile.forget_password(body.email, source)
    return _MAILED


@router.post("/password/reset", status_code=204, dependencies=[ANYBODY])
@raises(LinkInvalid, PasswordGuessable, RateLimited)
def reset_password(body: ResetIn) -> None:
    """Set a new password by its mailed link; every device is signed out."""
    profile.reset_password(body.token, body.password)
