"""Reading JSON in one way, within bounds (parameters.md, "Body")."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core import strict_json
from handler.core.errors import InputInvalid
from handler.core.strict_json import BODY_BYTES, BodyTooLarge, JsonInvalid

_NOT_JSON = {
    "empty": b"",
    "blank": b"  ",
    "cut": b'{"a": 1',
    "two values": b"1 2",
    "comment": b"1 // one",
    "single quotes": b"{'a': 1}",
    "trailing comma": b"[1,]",
    "NaN": b"[NaN]",
    "infinity": b"[-Infinity]",
    "a float beyond floats": b"[1e999]",
    "an endless exponent": b"[1e99999999999999999999]",
    "a bottomless exponent": b"[1e-999]",
    "5000 digits": b"[" + b"9" * 5000 + b"]",
    "100,000 levels": b"[" * 100_000,
    "a key twice": b'{"a": 1, "a": 1}',
    "a key twice, escaped": b'{"a": 1, "\\u0061": 1}',
    "a key twice, deep": b'[{"b": {"a": 1, "a": 2}}]',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "UTF-16 without BOM": '{"a": 1}'.encode("utf-16-le"),
    "UTF-32": '{"a": 1}'.encode("utf-32"),
    "a BOM": b'\xef\xbb\xbf{"a": 1}',
    "Latin-1": '"é"'.encode("latin-1"),
    "encoded surrogate": b'"\xed\xa0\x80"',
    "overlong": b'"\xc0\xaf"',
    "raw control": b'"\n"',
    "raw NUL": b"\0",
}
_OUT_OF_BOUNDS = {
    "4000 digits": ("9" * 4000, "int_too_large", ["body"]),
    "2^53 + 1": (str(2**53 + 1), "int_too_large", ["body"]),
    "-2^53 - 1": (f'{{"a": [{-(2**53) - 1}]}}', "int_too_large", ["body", "a", 0]),
    "33 levels": ("[" * 33 + "]" * 33, "too_deep", ["body"]),
    "900 levels": ('{"a":' * 900 + "1" + "}" * 900, "too_deep", ["body"]),
    "10,001 characters": (json.dumps(["x" * 10_001]), "too_long", ["body", 0]),
    "a key of 10,001": (json.dumps({"x" * 10_001: 1}), "too_long", ["body"]),
    "1001 elements": (json.dumps([0] * 1001), "too_many", ["body"]),
    "1001 keys": (json.dumps({str(n): 0 for n in range(1001)}), "too_many", ["body"]),
    "a lone surrogate": ('["\\ud800"]', "surrogate", ["body"]),
    "a pair the wrong way round": ('"\\udc00\\ud800"', "surrogate", ["body"]),
    "a surrogate as key": ('{"\\ud800": 1}', "surrogate", ["body"]),
}
_BOUNDS = {
    "2^53": str(2**53),
    "32 levels": "[" * 32 + "]" * 32,
    "10,000 characters": json.dumps("x" * 10_000),
    "1000 elements": json.dumps([0] * 1000),
    "a surrogate pair": '"\\ud83d\\ude00"',
}
_PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("body", _NOT_JSON.values(), ids=_NOT_JSON)
def test_refuses_what_is_not_json(body):
    """A body that is no JSON, or two kinds of JSON, is refused."""
    with pytest.raises(JsonInvalid):
        strict_json.parse(body)


@pytest.mark.parametrize(("text", "kind", "loc"), _OUT_OF_BOUNDS.values(), ids=_OUT_OF_BOUNDS)
def test_says_where_a_bound_is_broken(text, kind, loc):
    """What is too large is refused with its place."""
    with pytest.raises(InputInvalid) as refusal:
        strict_json.parse(text.encode())
    error = refusal.value.errors[0]
    assert (error["type"], error["loc"]) == (kind, loc)


@pytest.mark.parametrize("text", _BOUNDS.values(), ids=_BOUNDS)
def test_takes_what_just_fits(text):
    """Every bound is itself allowed."""
    assert strict_json.parse(text.encode()) == json.loads(text)


def test_measures_before_it_reads():
    """A byte over the limit is too large, whatever it holds."""
    assert strict_json.parse(b"1".ljust(BODY_BYTES)) == 1
    with pytest.raises(BodyTooLarge):
        strict_json.parse(b"{".ljust(BODY_BYTES + 1))


@pytest.mark.parametrize("text", ["0.1", "-0.0", "1e2", "12.500", "1E-400"])
def test_reads_numbers_exactly(text):
    """A number with a point is the decimal that was written."""
    read = strict_json.parse(text.encode())
    assert isinstance(read, Decimal)
    assert str(read) == str(Decimal(text))


@given(_PLAIN)
def test_reads_as_json_does(value):
    """Whatever is unambiguous and within bounds is read as it was written."""
    assert strict_json.parse(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_refuses_or_reads_any_bytes(body):
    """Bytes of any kind are read or refused, never a fault."""
    try:
        strict_json.parse(body)
    except (JsonInvalid, InputInvalid):
        return
