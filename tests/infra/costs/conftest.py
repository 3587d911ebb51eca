"""What was measured, what AWS asks, and months computed from both."""

import pytest

from infra.costs import Use, estimate, load_bill, load_prices


@pytest.fixture(scope="session")
def bill():
    """Give what was measured."""
    return load_bill()


@pytest.fixture(scope="session")
def prices():
    """Give what AWS asks."""
    return load_prices()


@pytest.fixture(scope="session")
def month(bill, prices):
    """Compute a month: what was used, by the names of `Use`, and in which stage."""

    def computed(*, stage="prod", free=False, **used):
        return estimate(Use(**used), stage=stage, bill=bill, prices=prices, free=free)

    return computed


@pytest.fixture(scope="session")
def lines(month):
    """Give a month's lines by the names of their prices."""

    def by_id(**used):
        return {line.id: line for line in month(**used).lines}

    return by_id
