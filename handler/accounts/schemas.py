"""What crosses a wire of accounts."""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from handler.accounts import emails, passwords
from handler.core.auth import Role
from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import In, Line, Out, Query
from handler.jobs import Event, Job

_PREFERENCES_MAX = 50


def _long_enough(password: str) -> str:
    length = len(passwords.normalized(password))
    if not passwords.LENGTH_MIN <= length <= passwords.LENGTH_MAX:
        raise ValueError(f"must have {passwords.LENGTH_MIN} to {passwords.LENGTH_MAX} characters")
    return _typed(password)


def _typed(password: str) -> str:
    if "\0" in password:
        raise ValueError("must not contain NUL")
    return password


Email = Annotated[
    str,
    Field(max_length=254, examples=["ann@example.org"], json_schema_extra={"format": "email"}),
    AfterValidator(emails.canonical),
]
"""An address, in its canonical spelling."""
_WITHOUT_NUL = {"format": "password", "pattern": r"^[^\u0000]*$"}
_LENGTHS = {"minLength": passwords.LENGTH_MIN, "maxLength": passwords.LENGTH_MAX}
NewPassword = Annotated[
    str,
    Field(json_schema_extra={**_WITHOUT_NUL, **_LENGTHS}),
    AfterValidator(_long_enough),
]
"""15 to 128 characters of any kind, counted in Unicode's form NFC."""
TypedPassword = Annotated[
    str,
    Field(max_length=1024, json_schema_extra={**_WITHOUT_NUL}),
    AfterValidator(_typed),
]
"""Whatever somebody types as their password."""
FullName = Annotated[Line, Field(max_length=200)]
OneTimeToken = Annotated[str, Field(max_length=200)]
Preferences = Annotated[
    dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_.]{0,49}$")], bool],
    Field(max_length=_PREFERENCES_MAX, json_schema_extra={"additionalProperties": False}),
]
"""Switches by name, such as `mail.job_ended`."""


class RegistrationIn(In):
    """Who wants an account."""

    email: Email
    password: NewPassword
    full_name: FullName | None = None


class TokenIn(In):
    """The token of a mailed link."""

    token: OneTimeToken


class EmailIn(In):
    """An address."""

    email: Email


class ResetIn(In):
    """A new password, by a mailed link."""

    token: OneTimeToken
    password: NewPassword


class PasswordChangeIn(In):
    """The password that is, and the one to be."""

    current: TypedPassword
    new: NewPassword


class EmailChangeIn(In):
    """A new address, with the password again."""

    email: Email
    password: TypedPassword


class ProfilePatch(In):
    """Some of the own profile."""

    full_name: FullName = ""
    preferences: Preferences = {}

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must name a field to change")
        return self


class AccountPatch(In):
    """What administrators change of an account."""

    role: Annotated[Role, Field(strict=False)] = Role.USER
    disabled: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("must name a field to change")
        return self


class TokenForm(BaseModel):
    """OAuth 2's form for both grants; fields that it does not know are ignored (RFC 6749, 3.2)."""

    model_config = ConfigDict(frozen=True)

    grant_type: Literal["password", "refresh_token"] = "password"
    username: Annotated[str, Field(max_length=254, description="The e-mail address.")] = ""
    password: TypedPassword = ""
    refresh_token: Annotated[str | None, Field(max_length=400)] = None


class AccountQuery(Query):
    """Which accounts to list."""

    q: Annotated[
        str | None, Field(max_length=200, description="Part of the address or of the name.")
    ] = None
    role: Role | None = None
    disabled: bool | None = None
    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str | None, Field(max_length=600)] = None


class ProfileOut(Out):
    """An account, as its owner and administrators see it."""

    id: str
    email: str
    full_name: str
    role: Role
    disabled: bool
    verified: bool
    preferences: dict[str, bool]
    created_at: datetime
    version: int


class AccountPageOut(Out):
    """A page of accounts."""

    items: list[ProfileOut]
    next: str | None


class TokensOut(Out):
    """Tokens, as OAuth 2 answers them (RFC 6749, 5.1)."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the type's name
    expires_in: int
    refresh_token: str | None = Field(description="Not in cookie mode, where a cookie has it.")
    scope: str = ""


class SessionOut(Out):
    """A device that is signed in. Times are when it signed in and when it last refreshed."""

    id: str
    agent: str
    address: str
    created_at: datetime
    used_at: datetime
    current: bool


class SessionsOut(Out):
    """All sessions of an account, the last used first."""

    items: list[SessionOut]


class AcceptedOut(Out):
    """What is said whether or not there was anything to do."""

    detail: str


class JwksOut(Out):
    """Public keys (RFC 7517)."""

    keys: list[dict[str, str]]


class MailLink(Job, name="accounts.mail_link", attempts=12):
    """Make a one-time link and mail it. The token is in no row: it is drawn when the mail is sent.

    `email` is where to. The account is the address's own; for a new address it is `account_id`,
    whose row knows this `request` until something newer has taken its place.
    """

    purpose: str
    email: str
    account_id: str = ""
    request: str = ""


class MailAccount(Job, name="accounts.mail_account", attempts=12):
    """Mail a template to the address that an account has by then."""

    template: str
    account_id: str


class RenewKeys(Job, name="accounts.renew_keys", cron="23 3 * * *"):
    """Announce the next signing key when it is time, also where nobody signs in."""


class AccountClosed(Event, name="accounts.closed", queue="slow", timeout=800):
    """An account was closed: what it owns must go."""

    account_id: str


class AddressConfirmed(Event, name="accounts.address_confirmed"):
    """The address of a new account was confirmed: it is ready."""

    account_id: str
