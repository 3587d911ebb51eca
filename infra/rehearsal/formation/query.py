"""The wire of AWS's Query protocol: arguments as a form, answers as XML. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from infra.local.calls import Answer

_XML = {"Content-Type": "text/xml"}


def arguments(body: bytes) -> dict[str, Any]:
    """Read the arguments of a call; `A.member.1.B=x` is the B of the first in the list A."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body.decode(), keep_blank_values=True):
        *path, last = name.replace(".member", "").split(".")
        into = found
        for step in path:
            into = into.setdefault(step, {})
        into[last] = value
    return {name: _listed(value) for name, value in found.items()}


def _listed(value: Any) -> Any:
    """Make lists of what is numbered."""
    if not isinstance(value, dict):
        return value
    parts = {name: _listed(part) for name, part in value.items()}
    return list(parts.values()) if all(name.isdecimal() for name in parts) else parts


def answer(action: str, result: Mapping[str, Any]) -> Answer:
    """Write an answer."""
    inner = f"<{action}Result>{_written(result)}</{action}Result>"
    return Answer(200, _XML, f"<{action}Response>{inner}</{action}Response>".encode())


def refusal(message: str, code: str = "ValidationError") -> Answer:
    """Write a refusal."""
    error = f"<Type>Sender</Type><Code>{code}</Code><Message>{escape(message)}</Message>"
    return Answer(400, _XML, f"<ErrorResponse><Error>{error}</Error></ErrorResponse>".encode())


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        parts = ((name, part) for name, part in value.items() if part is not None)
        return "".join(f"<{name}>{_written(part)}</{name}>" for name, part in parts)
    if isinstance(value, list):
        return "".join(f"<member>{_written(part)}</member>" for part in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return escape(str(value))
