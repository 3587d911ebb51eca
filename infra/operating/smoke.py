"""Whether a deployment works, seen from outside.

It reads only; signing in, if that is asked for, writes a session.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from infra.operating.findings import Finding, failed, ok, warning
from infra.operating.site import Answer, NoAnswer, Site

SECURITY = {
    "Strict-Transport-Security": "max-age=",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'",
}
"""Headers that every answer carries, and what their value begins with."""
_STRANGER = "https://stranger.invalid"
"""An origin that nobody allows: no such name is ever given out (RFC 2606)."""
_NOWHERE = "/there-is-nothing-here"
_PROBLEM = "application/problem+json"
_DAYS_LEFT = 14
"""Certificates of AWS are renewed 60 days before they end: one that has two weeks was not."""
_PAUSE = 2.0


class Unexpected(Exception):
    """An answer is not what it must be; the text says what was expected."""


Check = Callable[[Site], Finding]


def findings(site: Site) -> Iterator[Finding]:
    """Look at everything that anybody may look at. Ends early where nobody answers."""
    if site.is_secure:
        yield _of(check_certificate, site)
    try:
        site.get("/health")
    except NoAnswer as error:
        yield failed(str(error))
        return
    for check in _CHECKS:
        yield _of(check, site)


def account_findings(site: Site, email: str, password: str) -> Iterator[Finding]:
    """Sign in and read who that is."""
    yield _of(lambda site: check_account(site, email, password), site)


def await_health(site: Site, seconds: float) -> None:
    """Wait until it is well, no longer than that: what was just made is not known at once."""
    patience_ends = time.monotonic() + seconds
    while time.monotonic() < patience_ends:
        try:
            if site.get("/health").status == HTTPStatus.OK:
                return
        except NoAnswer:
            pass  # yet; who looks afterwards is told
        time.sleep(_PAUSE)


def _of(check: Check, site: Site) -> Finding:
    try:
        return check(site)
    except (NoAnswer, Unexpected) as error:
        return failed(str(error))


def check_certificate(site: Site) -> Finding:
    """TLS, with a certificate for this name that is valid for a while."""
    ends = ssl.cert_time_to_seconds(str(site.certificate()["notAfter"]))
    days = int((ends - time.time()) // 86_400)
    if days < _DAYS_LEFT:
        return warning(f"TLS: the certificate ends in {days} days", "It should have been renewed.")
    return ok(f"TLS: the certificate is valid for {days} more days")


def check_health(site: Site) -> Finding:
    """The function answers."""
    answer = site.get("/health")
    _require(answer.status == HTTPStatus.OK, "/health", answer, "200")
    _require(answer.json == {"status": "ok"}, "/health", answer, '{"status": "ok"}')
    return ok("/health: the function answers")


def check_ready(site: Site) -> Finding:
    """The database answers."""
    answer = site.get("/health/ready")
    _require(answer.status == HTTPStatus.OK, "/health/ready", answer, "200")
    return ok("/health/ready: the database answers")


def check_document(site: Site) -> Finding:
    """The API describes itself, unless it is in production, where nothing is published."""
    answer = site.get("/openapi.json")
    if answer.status == HTTPStatus.NOT_FOUND:
        _require_problem(answer, "/openapi.json", HTTPStatus.NOT_FOUND, "route_not_found")
        return ok("/openapi.json: not published, as in production")
    document = answer.json if isinstance(answer.json, dict) else {}
    described = str(document.get("openapi", "")).startswith("3.") and document.get("paths")
    _require(bool(described), "/openapi.json", answer, "an OpenAPI 3 document with paths")
    release = document.get("info", {}).get("version")
    return ok(f"/openapi.json: release {release}, {len(document['paths'])} paths")


def check_headers(site: Site) -> Finding:
    """Every answer carries the headers that protect browsers."""
    answer = site.get("/health")
    for name, begins in SECURITY.items():
        value = answer.headers.get(name, "")
        if not value.startswith(begins):
            raise Unexpected(f"headers: {name} is {value!r}, expected {begins!r}")
    if not answer.headers.get("X-Request-Id"):
        raise Unexpected("headers: X-Request-Id is missing")
    return ok(f"headers: {', '.join(SECURITY)}, X-Request-Id")


def check_nowhere(site: Site) -> Finding:
    """What is not there is a problem that says so."""
    _require_problem(site.get(_NOWHERE), _NOWHERE, HTTPStatus.NOT_FOUND, "route_not_found")
    return ok("a path that is not there: 404, as a problem")


def check_nobody(site: Site) -> Finding:
    """Who shows no token is asked for one."""
    path = "/users/me"
    answer = site.get(path)
    _require_problem(answer, path, HTTPStatus.UNAUTHORIZED)
    scheme = answer.headers.get("WWW-Authenticate", "")
    _require(scheme.startswith("Bearer"), path, answer, "WWW-Authenticate: Bearer")
    return ok("/users/me without a token: 401, as a problem")


def check_stranger(site: Site) -> Finding:
    """Pages of strangers may not read answers, and with credentials never."""
    answer = site.get("/health", {"Origin": _STRANGER})
    allowed = answer.headers.get("Access-Control-Allow-Origin")
    credentials = answer.headers.get("Access-Control-Allow-Credentials")
    if allowed == _STRANGER or (allowed and credentials):
        raise Unexpected(f"CORS: {_STRANGER} is allowed, expected a refusal")
    if allowed == "*":
        advice = "Fine for trying; name your origins in `allowed_origins` of the stage."
        return warning("CORS: pages of any origin may read what is public", advice)
    return ok("CORS: pages of strangers are refused")


def check_list(site: Site) -> Finding:
    """A list that anybody may read has its form, and came from the database."""
    document = site.get("/openapi.json").json
    path = _public_list(document if isinstance(document, dict) else {})
    if path is None:
        return ok("no list is known to be public")
    answer = site.get(path)
    _require(answer.status == HTTPStatus.OK, path, answer, "200")
    page = answer.json if isinstance(answer.json, dict) else {}
    formed = isinstance(page.get("items"), list) and "next" in page
    _require(formed, path, answer, 'a page of "items" and "next"')
    return ok(f"{path}: a page")


def check_account(site: Site, email: str, password: str) -> Finding:
    """An account signs in and reads itself."""
    answer = site.post_form("/token", {"username": email, "password": password})
    token = answer.json.get("access_token") if isinstance(answer.json, dict) else None
    if not token:
        raise Unexpected(f"/token: {_said(answer)}, expected a token for {email}")
    answer = site.get("/users/me", {"Authorization": f"Bearer {token}"})
    known = isinstance(answer.json, dict) and answer.json.get("email") == email.lower()
    _require(known, "/users/me", answer, f"the account of {email}")
    return ok(f"/token and /users/me: {email}, {answer.json.get('role')}")


def _public_list(document: dict[str, Any]) -> str | None:
    """The path of a list whose description asks for no token, from its start."""
    for path, methods in document.get("paths", {}).items():
        operation = methods.get("get", {})
        pages = {"cursor", "limit"} <= {one["name"] for one in operation.get("parameters", ())}
        public = {} in operation.get("security", [{}])
        if pages and public and "{" not in path:
            return f"{path}?limit=1"
    return None


_CHECKS: tuple[Check, ...] = (
    check_health,
    check_ready,
    check_document,
    check_headers,
    check_nowhere,
    check_nobody,
    check_stranger,
    check_list,
)


def _require(holds: bool, what: str, answer: Answer, expected: str) -> None:  # noqa: FBT001 - what is required
    if not holds:
        raise Unexpected(f"{what}: {_said(answer)}, expected {expected}")


def _require_problem(answer: Answer, what: str, status: HTTPStatus, code: str = "") -> None:
    _require(answer.status == status, what, answer, str(status.value))
    _require(answer.media_type == _PROBLEM, what, answer, _PROBLEM)
    problem: Any = answer.json if isinstance(answer.json, dict) else {}
    found = problem.get("code")
    _require(bool(found) and code in {"", found}, what, answer, f"code {code or 'of its own'}")


def _said(answer: Answer) -> str:
    """What came instead, in short: its status, form and code, and never a whole page."""
    code = answer.json.get("code") if isinstance(answer.json, dict) else None
    return " ".join(str(one) for one in (answer.status, answer.media_type, code) if one)
