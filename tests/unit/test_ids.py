"""Ids that sort by time."""

import re

from hypothesis import given
from hypothesis import strategies as st

from handler.core.ids import ID_PATTERN, mirrored, new_id

_IDS = st.from_regex(ID_PATTERN, fullmatch=True)


def test_new_ids_have_the_one_spelling(time):
    """An id matches the pattern that is asked of clients."""
    assert all(re.fullmatch(ID_PATTERN, new_id()) for _ in range(100))


def test_later_ids_sort_later(time):
    """A millisecond is enough to order two ids."""
    earlier = new_id()
    time.pass_(milliseconds=1)
    assert earlier < new_id()


def test_ids_of_one_moment_differ(time):
    """Chance tells ids of one millisecond apart."""
    assert len({new_id() for _ in range(1000)}) == 1000


@given(_IDS)
def test_the_mirror_is_its_own_inverse(id_):
    """A mirrored id mirrored is the id."""
    assert mirrored(mirrored(id_)) == id_


@given(_IDS, _IDS)
def test_the_mirror_reverses_order(one, other):
    """What was earlier is later in the mirror."""
    assert (one < other) == (mirrored(other) < mirrored(one))
