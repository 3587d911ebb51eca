"""Cursors: opaque, signed, bound to query and caller (api.md, "Lists")."""

import pytest

from handler.core import pages
from handler.core.pages import CursorInvalid

_QUERY = ("brass", None, 12)


@pytest.fixture
def cursor(aws, time) -> str:
    """A cursor of Ann's."""
    return pages.seal("01K0N4Q7Y2V9S6T3R8W5X1Z0AB", _QUERY, "ann")


def test_gives_its_position_back(cursor):
    """The same query and caller go on where they were."""
    assert pages.unseal(cursor, _QUERY, "ann") == "01K0N4Q7Y2V9S6T3R8W5X1Z0AB"


@pytest.mark.parametrize("length", [0, 1, 2, 3])
def test_any_length_of_position_survives(aws, time, length):
    """No padding is lost."""
    assert pages.unseal(pages.seal("é" * length, (), None), (), None) == "é" * length


@pytest.mark.parametrize(
    ("query", "caller"),
    [
        (_QUERY, "max"),
        (_QUERY, None),
        (("brass", None, 13), "ann"),
        (("brass", None, "12"), "ann"),
        (("brass", "None", 12), "ann"),
        (("brass", 12, None), "ann"),
        (("brass", None), "ann"),
        ((), "ann"),
    ],
)
def test_belongs_to_one_query_and_caller(cursor, query, caller):
    """A cursor of another query or caller does not hold."""
    with pytest.raises(CursorInvalid):
        pages.unseal(cursor, query, caller)


def test_no_byte_may_change(cursor):
    """Changed anywhere, a cursor does not hold."""
    for place, byte in enumerate(cursor):
        for other in "AB.-_+/=1 é":
            if other != byte:
                with pytest.raises(CursorInvalid):
                    pages.unseal(cursor[:place] + other + cursor[place + 1 :], _QUERY, "ann")


def test_no_byte_may_be_missing_or_added(cursor):
    """Cut or prolonged anywhere, a cursor does not hold."""
    for place in range(len(cursor)):
        for damaged in (cursor[:place], cursor[:place] + "A" + cursor[place:]):
            with pytest.raises(CursorInvalid):
                pages.unseal(damaged, _QUERY, "ann")


@pytest.mark.parametrize("text", ["", ".", "..", "a.1.b", "\0", "é", "{}", "A" * 5000])
def test_other_texts_are_no_cursors(aws, text):
    """What was never a cursor is refused like one that was tampered with."""
    with pytest.raises(CursorInvalid):
        pages.unseal(text, _QUERY, "ann")


def test_lasts_a_day(cursor, time):
    """A cursor holds for 24 hours, and not for a second more."""
    time.pass_(hours=23, minutes=59, seconds=59)
    pages.unseal(cursor, _QUERY, "ann")
    time.pass_(seconds=1)
    with pytest.raises(CursorInvalid):
        pages.unseal(cursor, _QUERY, "ann")
