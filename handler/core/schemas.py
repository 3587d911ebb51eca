"""What every room's wire shapes share: strict requests, and the kinds of text people type."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from handler.core.ids import ID_PATTERN

# FastAPI builds a validator for each place where a model stands in a route. `defer_build`: the
# model's own, which nobody then uses, is built when it is asked for. That is 3 % of a cold start.


class In(BaseModel):
    """Base of what clients send: unknown fields and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Query(BaseModel):
    """Base of what stands in a query: unknown names are refused; everything there is text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """Base of what clients get; it reads models directly."""

    model_config = ConfigDict(from_attributes=True, defer_build=True)


def _composed(text: str) -> str:
    """NFC, because DynamoDB takes the two spellings of `é` for different texts."""
    return unicodedata.normalize("NFC", text)


def _no_controls(text: str) -> str:
    if any(unicodedata.category(char) == "Cc" for char in text):
        raise ValueError("must not contain control characters")
    return text


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _trimmed(text: str) -> str:
    return text.strip()


def _not_blank(text: str) -> str:
    if not text:
        raise ValueError("must not be blank")
    return text


_PRINTED = r"[^\u0000-\u001f\u007f-\u009f]"
_LINE = rf"^{_PRINTED}*[^\s\u0000-\u001f\u007f-\u009f]{_PRINTED}*$"

Line = Annotated[
    str,
    AfterValidator(_composed),
    AfterValidator(_no_controls),
    AfterValidator(_trimmed),
    AfterValidator(_not_blank),
    Field(json_schema_extra={"pattern": _LINE}),
]
"""One line of text: trimmed, not blank, no control characters, NFC."""

Prose = Annotated[
    str,
    AfterValidator(_composed),
    AfterValidator(_no_nul),
    Field(json_schema_extra={"pattern": r"^[^\u0000]*$"}),
]
"""Text of any number of lines, possibly empty: no NUL, NFC."""

Id = Annotated[
    str, Field(pattern=ID_PATTERN, json_schema_extra={"examples": ["01K0N4Q7Y2V9S6T3R8W5X1Z0AB"]})
]
"""The id of anything: a ULID."""


class Problem(BaseModel):
    """RFC 9457 problem details. `code` is stable and made for programs; `detail` is for people."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    request_id: str
    errors: list["ValueProblem"] | None = None
    error: str | None = Field(None, description="At `/token`: OAuth's code (RFC 6749, 5.2).")
    error_description: str | None = Field(None, description="At `/token`: the detail again.")


class ValueProblem(BaseModel):
    """Where in the input which rule was broken. It never repeats the input."""

    loc: list[str | int]
    type: str
    msg: str
