"""The tests of the tests: the real code with one mistake is found out."""

import pytest

from tests.faults.jobs.mutants import MUTANTS, hunt


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mistake_is_found(world, mutant):
    """Each mutant breaks an invariant in its scenario."""
    assert hunt(world, mutant), f"{mutant} survives {MUTANTS[mutant][1]!r}"
