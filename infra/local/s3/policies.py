"""Policies of forms: what a form must and may contain, and how large its file may be."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from infra.local.s3.refusals import Refusal, denied

_MOMENTS = ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ")
_LARGEST = 5 * 1024**3  # bytes of an object that is sent in one piece
_RANGE = "content-length-range"
_UNNAMED = frozenset({"policy", "x-amz-signature", "file"})
_IGNORED = "x-ignore-"


@dataclass(frozen=True, slots=True)
class Condition:
    """What one field must be; its name is in lower case."""

    operation: str
    field: str
    value: str

    def holds(self, fields: Mapping[str, str]) -> bool:
        """Whether a form's field is so. One that is absent never is."""
        given = fields.get(self.field)
        if given is None:
            return False
        if self.operation == "eq":
            return given == self.value
        parts = given.split(",") if self.field == "content-type" else [given]
        return all(part.startswith(self.value) for part in parts)

    def __str__(self) -> str:
        return json.dumps([self.operation, f"${self.field}", self.value])


@dataclass(frozen=True, slots=True)
class Policy:
    """Until when a form may be sent, what its fields must be, and the sizes its file may have."""

    expiration: datetime
    conditions: tuple[Condition, ...]
    smallest: int
    largest: int

    def check(self, fields: Mapping[str, str], name: Callable[[str], str], now: datetime) -> None:
        """Hold a form's fields, its bucket among them, against it. Raises Refusal."""
        if now > self.expiration:
            raise denied("Invalid according to Policy: Policy expired.")
        for one in self.conditions:
            if not one.holds(fields):
                raise denied(f"Invalid according to Policy: Policy Condition failed: {one}")
        named = {one.field for one in self.conditions} | _UNNAMED
        extra = [one for one in fields if one not in named and not one.startswith(_IGNORED)]
        if extra:
            names = ", ".join("bucket" if one == "bucket" else name(one) for one in extra)
            raise denied(f"Invalid according to Policy: Extra input fields: {names}")

    def check_size(self, size: int) -> None:
        """Hold the size of the file against it. Raises Refusal."""
        if size > self.largest:
            message = "Your proposed upload exceeds the maximum allowed size"
            told = {"ProposedSize": str(size), "MaxSizeAllowed": str(self.largest)}
            raise Refusal("EntityTooLarge", message, HTTPStatus.BAD_REQUEST, **told)
        if size < self.smallest:
            message = "Your proposed upload is smaller than the minimum allowed size"
            told = {"ProposedSize": str(size), "MinSizeAllowed": str(self.smallest)}
            raise Refusal("EntityTooSmall", message, HTTPStatus.BAD_REQUEST, **told)


def parsed(text: str) -> Policy:
    """Read a policy as a form's field has it. Raises Refusal."""
    try:
        written = json.loads(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise _invalid("Invalid JSON.") from error
    if not isinstance(written, dict) or not isinstance(written.get("conditions"), list):
        raise _invalid("Policy missing conditions.")
    conditions = written["conditions"]
    sizes = [one for one in conditions if isinstance(one, list) and one[:1] == [_RANGE]]
    ranges = [_range(one) for one in sizes]
    return Policy(
        expiration=_moment(written.get("expiration")),
        conditions=tuple(_condition(one) for one in conditions if one not in sizes),
        smallest=max([0, *(smallest for smallest, _ in ranges)]),
        largest=min([_LARGEST, *(largest for _, largest in ranges)]),
    )


def _moment(written: object) -> datetime:
    for form in _MOMENTS:
        try:
            return datetime.strptime(str(written), form).replace(tzinfo=UTC)
        except ValueError:
            continue  # the other form may be its
    raise _invalid(f"Invalid 'expiration' value: '{written}'")


def _condition(written: Any) -> Condition:
    if isinstance(written, dict):
        if len(written) != 1:
            message = "Simple-Conditions must have exactly one property specified."
            raise _invalid(f"Invalid Simple-Condition: {message}")
        ((field, value),) = written.items()
        operation, field = "eq", f"${field}"
    elif isinstance(written, list) and len(written) == 3:  # noqa: PLR2004 - operation, field, value
        operation, field, value = written
    else:
        raise _invalid("Invalid Condition: wrong number of arguments.")
    if operation not in {"eq", "starts-with"}:
        raise _invalid(f"Invalid Condition: unknown operation '{operation}'.")
    if not isinstance(value, str) or not str(field).startswith("$"):
        raise _invalid("Invalid Simple-Condition: value must be a string.")
    return Condition(operation, field[1:].lower(), value)


def _range(written: list[Any]) -> tuple[int, int]:
    try:
        _, smallest, largest = written
        return int(smallest), int(largest)
    except (TypeError, ValueError) as error:
        raise _invalid(f"Invalid {_RANGE}: wrong number of arguments.") from error


def _invalid(what: str) -> Refusal:
    return Refusal("InvalidPolicyDocument", f"Invalid Policy: {what}", HTTPStatus.BAD_REQUEST)
