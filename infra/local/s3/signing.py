"""Signatures of version 4: whether a form or a URL was signed by whom it says, and still holds.

By AWS's own description, not by botocore's code, which makes the signatures that are checked here.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import quote, unquote

from infra.local.credentials import Credentials
from infra.local.s3.refusals import (
    Refusal,
    absent,
    argument,
    denied,
    other_signature,
    other_token,
    unknown_key,
)

ALGORITHM = "AWS4-HMAC-SHA256"
_SCOPE = re.compile(r"([A-Z0-9]+)/(\d{8})/([a-z0-9-]+)/s3/aws4_request")
_MOMENT = "%Y%m%dT%H%M%SZ"
_LONGEST = 604_800  # seconds that a URL may hold: seven days
_SKEW = timedelta(minutes=15)  # by which a signer's clock may be ahead
_SIGNING = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Signature")
_QUERY = (*_SIGNING, "X-Amz-SignedHeaders", "X-Amz-Expires")
_TOKEN = "X-Amz-Security-Token"  # noqa: S105 - the name of a parameter

Known = Callable[[str], Credentials | None]
"""Who has an access key id."""


@dataclass(frozen=True, slots=True)
class Scope:
    """By whom, on which day and for which region something was signed."""

    key_id: str
    day: str
    region: str

    def sign(self, secret: str, text: str) -> str:
        """Give the signature of a text."""
        key = f"AWS4{secret}".encode()
        for part in (self.day, self.region, "s3", "aws4_request"):
            key = _mac(key, part)
        return _mac(key, text).hex()

    def __str__(self) -> str:
        return f"{self.day}/{self.region}/s3/aws4_request"


@dataclass(frozen=True, slots=True)
class Presented:
    """A request to a signed URL, as it came: its path is encoded and has the query."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def query(self) -> list[tuple[str, str]]:
        """The names and values of the query, decoded, in their order."""
        parts = self.path.partition("?")[2].split("&")
        pairs = (part.partition("=") for part in parts if part)
        return [(unquote(name), unquote(value)) for name, _, value in pairs]

    @property
    def rest(self) -> str:
        """The path without what only signs."""
        kept = [(name, value) for name, value in self.query if not name.startswith("X-Amz-")]
        query = "&".join(_written(name, value) for name, value in kept)
        return self.path.partition("?")[0] + (f"?{query}" if query else "")

    def canonical(self, signed_headers: str) -> str:
        """Write it in the form that is signed."""
        path = quote(unquote(self.path.partition("?")[0]), safe="/-_.~")
        signed = [(name, value) for name, value in self.query if name != "X-Amz-Signature"]
        query = "&".join(sorted(_written(name, value) for name, value in signed))
        names = signed_headers.split(";")
        headers = "".join(f"{one}:{' '.join(self.headers.get(one, '').split())}\n" for one in names)
        return f"{self.method}\n{path}\n{query}\n{headers}\n{signed_headers}\nUNSIGNED-PAYLOAD"


def signer_of_form(fields: Mapping[str, str], known: Known) -> Scope:
    """Who signed a form's policy, which is the text of that field. Raises Refusal."""
    given = [name for name in _SIGNING if name.lower() in fields]
    if "policy" not in fields or not given:
        raise denied()  # it is signed by nobody
    for name in _SIGNING:
        if name not in given:
            raise absent(name)
    if fields["x-amz-algorithm"] != ALGORITHM:
        raise argument(f'X-Amz-Algorithm only supports "{ALGORITHM}"', "X-Amz-Algorithm")
    scope = _SCOPE.fullmatch(fields["x-amz-credential"])
    if scope is None:
        raise argument(_malformed(), "X-Amz-Credential", fields["x-amz-credential"])
    token, signature = fields.get(_TOKEN.lower(), ""), fields["x-amz-signature"]
    return _checked(Scope(*scope.groups()), known, token, fields["policy"], signature)


def signer_of_url(request: Presented, known: Known, now: datetime) -> Scope:
    """Who signed a URL that still holds. Raises Refusal."""
    query = dict(request.query)
    if not any(name in query for name in _QUERY):
        raise denied()
    if missing := [name for name in _QUERY if name not in query]:
        raise _unreadable(f"Query-string authentication version 4 requires {missing[0]}.")
    if query["X-Amz-Algorithm"] != ALGORITHM:
        raise _unreadable(f'X-Amz-Algorithm only supports "{ALGORITHM}"')
    scope = _SCOPE.fullmatch(query["X-Amz-Credential"])
    if scope is None:
        raise _unreadable(f"Error parsing the X-Amz-Credential parameter; {_malformed()}")
    _check_moment(query["X-Amz-Date"], query["X-Amz-Expires"], now)
    names = query["X-Amz-SignedHeaders"]
    _check_headers(request.headers, names.split(";"))
    hashed = hashlib.sha256(request.canonical(names).encode()).hexdigest()
    signing = Scope(*scope.groups())
    text = "\n".join([ALGORITHM, query["X-Amz-Date"], str(signing), hashed])
    return _checked(signing, known, query.get(_TOKEN, ""), text, query["X-Amz-Signature"])


def _checked(scope: Scope, known: Known, token: str, text: str, signature: str) -> Scope:
    credentials = known(scope.key_id)
    if credentials is None:
        raise unknown_key(scope.key_id)
    if not hmac.compare_digest(token.encode(), credentials.token.encode()):
        raise other_token()
    if not hmac.compare_digest(scope.sign(credentials.secret, text).encode(), signature.encode()):
        raise other_signature(scope.key_id, text, signature)
    return scope


def _check_moment(written: str, expires: str, now: datetime) -> None:
    try:
        signed = datetime.strptime(written, _MOMENT).replace(tzinfo=UTC)
    except ValueError as error:
        raise _unreadable("X-Amz-Date must be in the ISO8601 Long Format") from error
    if not expires.isdecimal() or not 0 < int(expires) <= _LONGEST:
        raise _unreadable(f"X-Amz-Expires must be between 1 and {_LONGEST} seconds")
    if now < signed - _SKEW:
        raise denied("Request is not valid yet")
    end = signed + timedelta(seconds=int(expires))
    if now > end:
        times = {"Expires": f"{end:%Y-%m-%dT%H:%M:%SZ}", "ServerTime": f"{now:%Y-%m-%dT%H:%M:%SZ}"}
        raise denied("Request has expired", **{"X-Amz-Expires": expires, **times})


def _check_headers(headers: Mapping[str, str], signed: list[str]) -> None:
    """Refuse what would change the request's meaning and was not signed."""
    loose = sorted(name for name in headers if name.startswith("x-amz-") and name not in signed)
    if loose or "host" not in signed:
        message = "There were headers present in the request which were not signed"
        raise denied(message, HeadersNotSigned=", ".join(loose or ["host"]))


def _unreadable(message: str) -> Refusal:
    return Refusal("AuthorizationQueryParametersError", message, HTTPStatus.BAD_REQUEST)


def _malformed() -> str:
    form = "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request"
    return f'the Credential is mal-formed; expecting "{form}".'


def _written(name: str, value: str) -> str:
    return f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}"


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()
