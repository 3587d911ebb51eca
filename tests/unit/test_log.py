"""One line for an event, without what users typed."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handler.core import log

_SECRET = "hunter2-and-fifteen-more"


def _lines(capsys) -> list[str]:
    text = capsys.readouterr().out
    assert text.endswith("\n")
    return text.splitlines()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters()) | st.sampled_from(["a\r\nb", "\x1b[31m", '"}', "\u2028", "\ud800"]))
def test_one_line_whatever_the_text(capsys, text):
    """Line ends, escapes, quotes and surrogates stay inside one JSON line of ASCII."""
    log.line(text=text)
    (line,) = _lines(capsys)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line).get("text", "") == text[:64]


def test_leaves_out_what_is_empty(capsys):
    """None and empty text are no fields; zero is one."""
    log.line(a=None, b="", c=0)
    assert json.loads(_lines(capsys)[0]) == {"c": 0}


def _fail() -> None:
    try:
        {}[_SECRET]
    except KeyError as error:
        raise ValueError(f"no {_SECRET}") from error


def test_a_fault_has_types_and_places(capsys):
    """A fault says what kind of error came from where, and from what."""
    with pytest.raises(ValueError, match="no") as raised:
        _fail()
    log.fault(raised.value, request_id="r-1")
    told = json.loads(_lines(capsys)[0])
    assert told["error"] == "ValueError < KeyError"
    assert told["at"][-1].startswith("unit/test_log.py:")
    assert (told["level"], told["request_id"]) == ("error", "r-1")


def test_a_fault_has_no_words(capsys):
    """The text of an exception, which may quote a secret, is not written (threats J5)."""
    with pytest.raises(ValueError, match="no") as raised:
        _fail()
    log.fault(raised.value)
    assert _SECRET not in _lines(capsys)[0]


def test_causes_in_a_circle_end(capsys):
    """Errors that name each other as their cause are told once."""
    one, other = ValueError(), KeyError()
    one.__cause__, other.__cause__ = other, one
    log.fault(one)
    assert len(_lines(capsys)) == 1
