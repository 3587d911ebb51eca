"""JSON as parameters.md "Body" wants it: one reading of every text, and bounds on all of it.

What is not JSON answers 400 (malformed, other encodings, NaN, duplicate keys), what is too large
for us 422 with its place.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from handler.core.errors import AppError, BadRequest, InputInvalid, TooLarge

BODY_BYTES = 256 * 1024
_DEPTH = 32
_STRING = 10_000  # characters
_ARRAY = 1_000  # elements, and keys of an object
_INTEGER = 2**53  # the integers that JavaScript can tell apart
_EXPONENT = 400  # digits that a number may have before or behind the point
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*"')


class JsonInvalid(BadRequest):
    """The body is not JSON, or could be read in two ways."""

    detail = "The body is not valid JSON (UTF-8, no NaN, no duplicate keys)."


class BodyTooLarge(TooLarge):
    """A JSON body over 256 KB."""

    detail = "A JSON body may have 256 KB."


def parse(body: bytes) -> Any:
    """Read a body. Numbers with a point come as Decimal. Raises the errors above, InputInvalid."""
    if len(body) > BODY_BYTES:
        raise BodyTooLarge
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_refuse,
            parse_float=_number,
        )
    except RecursionError as error:
        raise _beyond_the_parser(body) from error
    except (ValueError, InvalidOperation) as error:
        raise JsonInvalid from error
    _check(value, ["body"])
    return value


def _beyond_the_parser(body: bytes) -> AppError:
    """What a body is that nests deeper than the parser's stack: too deep, if its brackets pair."""
    plain = _TEXTS.sub(b"", body)
    paired = all(plain.count(a) == plain.count(b) for a, b in ((b"[", b"]"), (b"{", b"}")))
    return _too_deep() if paired else JsonInvalid()


def _too_deep() -> InputInvalid:
    return InputInvalid.at("body", type_="too_deep", msg=f"At most {_DEPTH} levels")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonInvalid
    return found


def _refuse(_name: str) -> NoReturn:
    raise JsonInvalid


def _number(text: str) -> Decimal:
    number = Decimal(text)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or abs(number.adjusted()) > _EXPONENT or -exponent > _EXPONENT:
        raise JsonInvalid
    return number


def _check(value: Any, loc: list[str | int]) -> None:
    if isinstance(value, str):
        _check_text(value, loc)
    elif isinstance(value, dict):
        _check_size(value, loc)
        for key, child in value.items():
            _check_text(key, loc)
            _check(child, [*loc, key])
    elif isinstance(value, list):
        _check_size(value, loc)
        for index, child in enumerate(value):
            _check(child, [*loc, index])
    elif isinstance(value, int) and abs(value) > _INTEGER:
        raise InputInvalid.at(*loc, type_="int_too_large", msg="Integers end at 2^53")


def _check_size(value: dict[str, Any] | list[Any], loc: list[str | int]) -> None:
    if len(loc) > _DEPTH:
        raise _too_deep()
    if len(value) > _ARRAY:
        raise InputInvalid.at(*loc, type_="too_many", msg=f"At most {_ARRAY} elements")


def _check_text(text: str, loc: list[str | int]) -> None:
    if len(text) > _STRING:
        raise InputInvalid.at(*loc, type_="too_long", msg=f"At most {_STRING} characters")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputInvalid.at("body", type_="surrogate", msg="Text must be Unicode") from error
