"""The bill says what is measured here and now; `python -m tests.bill` writes it anew."""

import json

import pytest

from handler.accounts import keyring
from handler.core import keys
from infra.blueprint import BLUEPRINT
from infra.costs import assumptions
from infra.costs.bill import FILE
from tests.bill import kinds
from tests.bill.standing import STAGES, standing

WRITTEN = json.loads(FILE.read_text())


@pytest.fixture(scope="module")
def measured():
    """Give what each kind asks now."""
    return dict(kinds.measured())


@pytest.mark.parametrize("kind", kinds.KINDS)
def test_a_kind_asks_what_the_bill_says(measured, kind):
    """Calls, units, bytes of log and of the answer, exactly."""
    assert measured[kind] == WRITTEN["kinds"][kind]


def test_the_bill_has_no_other_kinds():
    """Whatever stands in it is measured."""
    assert list(WRITTEN["kinds"]) == list(kinds.KINDS)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_what_the_bill_says(assembled, name):
    """Alarms, secrets, memory and so on are those of its templates."""
    assert standing(assembled(name)) == WRITTEN["stages"][name]


def test_the_mix_is_of_kinds_of_requests(bill):
    """Each is measured, each is one of the API, and together they are all."""
    assert {bill.kinds[name].function for name in assumptions.MIX} == {BLUEPRINT.http}
    assert sum(assumptions.MIX.values()) == pytest.approx(1)


def test_secrets_are_believed_as_long_as_is_assumed():
    """The calls to Secrets Manager follow from it."""
    assert assumptions.SECRET_SECONDS == keys._FRESH == keyring._FRESH


def test_a_line_of_log_is_short(bill):
    """Of ours, at most 250 bytes a request (performance.md, P1)."""
    assert max(kind.log_bytes for kind in bill.kinds.values()) <= 250
