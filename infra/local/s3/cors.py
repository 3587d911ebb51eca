"""CORS: which pages may send a bucket something, by the rules that were put on it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Protocol

from infra.local.calls import Answer
from infra.local.s3.refusals import Refusal

_VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


class Rule(Protocol):
    """Origins, of which a `*` may be a part, and what their pages may do."""

    allowed_origins: Sequence[str]
    allowed_methods: Sequence[str]
    allowed_headers: Sequence[str] | None
    exposed_headers: Sequence[str] | None
    max_age_seconds: object


def preflight(rules: Sequence[Rule], headers: Mapping[str, str]) -> Answer:
    """Answer a browser that asks whether a page may. Raises Refusal."""
    origin, method = headers.get("origin"), headers.get("access-control-request-method")
    if origin is None or method is None:
        message = "Insufficient information. Origin request header needed."
        raise Refusal("BadRequest", message, HTTPStatus.BAD_REQUEST)
    if not rules:
        raise _forbidden("CORSResponse: CORS is not enabled for this bucket.")
    asked = headers.get("access-control-request-headers", "")
    wanted = [one.strip().lower() for one in asked.split(",") if one.strip()]
    rule = next((one for one in rules if _fits(one, origin, method, wanted)), None)
    if rule is None:
        raise _forbidden("CORSResponse: This CORS request is not allowed.")
    told = _told(rule, origin)
    if wanted:
        told["Access-Control-Allow-Headers"] = ", ".join(wanted)
    return Answer(HTTPStatus.OK, told, b"")


def shown(answer: Answer, rules: Sequence[Rule], headers: Mapping[str, str], method: str) -> Answer:
    """Let the page that sent a request read its answer, if it may."""
    origin = headers.get("origin")
    rule = next((one for one in rules if origin and _fits(one, origin, method, [])), None)
    if origin is None or rule is None:
        return answer
    return replace(answer, headers={**answer.headers, **_told(rule, origin)})


def _fits(rule: Rule, origin: str, method: str, headers: list[str]) -> bool:
    allowed = [one.lower() for one in rule.allowed_headers or ()]
    return (
        any(_matches(pattern, origin) for pattern in rule.allowed_origins)
        and method in rule.allowed_methods
        and all(any(_matches(pattern, one) for pattern in allowed) for one in headers)
    )


def _matches(pattern: str, value: str) -> bool:
    """Whether a value is like a pattern, in which one `*` stands for anything."""
    start, star, end = pattern.partition("*")
    if not star:
        return value == pattern
    fits = value.startswith(start) and value.endswith(end)
    return fits and len(value) >= len(start) + len(end)


def _told(rule: Rule, origin: str) -> dict[str, str]:
    anybody = "*" in rule.allowed_origins
    told = {
        "Access-Control-Allow-Origin": "*" if anybody else origin,
        "Access-Control-Allow-Methods": ", ".join(rule.allowed_methods),
        "Vary": _VARY,
    }
    if not anybody:
        told["Access-Control-Allow-Credentials"] = "true"
    if rule.exposed_headers:
        told["Access-Control-Expose-Headers"] = ", ".join(rule.exposed_headers)
    if rule.max_age_seconds:
        told["Access-Control-Max-Age"] = str(rule.max_age_seconds)
    return told


def _forbidden(message: str) -> Refusal:
    return Refusal("AccessForbidden", message, HTTPStatus.FORBIDDEN)
