"""Errors and their codes: names that clients switch on."""

import re

import pytest

from handler.core.errors import InputInvalid, NotFound, Unavailable
from tests import documents

_ERRORS = documents.kinds()


class TestCode:
    """The class name in snake case."""

    def test_is_the_class_in_snake_case(self):
        """ItemNotFound is `item_not_found`."""

        class ItemLost(NotFound):
            pass

        assert ItemLost.code() == "item_lost"

    def test_belongs_to_one_error(self):
        """No two errors share a code, but the two ways to meet a stale version."""
        codes = [kind.code() for kind in _ERRORS]
        shared = {code for code in codes if codes.count(code) > 1}
        assert shared == {"version_conflict"}


@pytest.mark.parametrize("kind", _ERRORS, ids=lambda kind: kind.code())
def test_every_error_can_be_answered(kind):
    """A status of HTTP's errors, a plain code and a sentence that users may read."""
    assert 400 <= kind.status < 600
    assert re.fullmatch("[a-z]+(_[a-z]+)*", kind.code())
    assert re.fullmatch(r"[A-Z].*\.", kind.detail)


def test_a_detail_may_be_more_exact():
    """An error can say more than its kind."""
    assert Unavailable("The queue does not answer.").detail == "The queue does not answer."


def test_an_invalid_value_has_a_place():
    """InputInvalid names one place, one rule and a message."""
    error = InputInvalid.at("body", "price", type_="too_low", msg="At least 0")
    assert error.errors == [{"loc": ["body", "price"], "type": "too_low", "msg": "At least 0"}]
