"""What AWS asks: each price with its source, and tiers."""

import json
from datetime import date

import pytest

from infra.costs import load_prices
from infra.costs.prices import Price, Tier

PRICES = load_prices().by_id
TIERED = Price(
    service="A",
    what="things",
    per=10,
    tiers=(Tier(100, 5.0), Tier(300, 4.0), Tier(float("inf"), 3.0)),
    free=20,
    source="https://aws.amazon.com/",
    as_of="2026-01",
    checked=True,
)


@pytest.mark.parametrize(
    ("amount", "cost"),
    [(0, 0), (10, 5), (100, 50), (110, 54), (300, 130), (400, 160)],
)
def test_each_tier_has_its_own_price(amount, cost):
    """What is in a tier costs what the tier says, also when there is more."""
    assert TIERED.cost(amount) == pytest.approx(cost)


@pytest.mark.parametrize(("amount", "cost"), [(0, 0), (20, 0), (30, 5), (130, 54)])
def test_what_is_free_is_taken_off_first(amount, cost):
    """Of the first tier, if it is asked for."""
    assert TIERED.cost(amount, free=True) == pytest.approx(cost)


@pytest.mark.parametrize("name", PRICES)
def test_a_price_has_a_source_and_a_date(name):
    """A page of AWS, and a month that is not before the ones of the last change that we know."""
    price = PRICES[name]
    assert price.source.startswith("https://aws.amazon.com/")
    assert price.source.removesuffix("/").partition("/pricing")[1]
    assert date(2025, 1, 1) <= date.fromisoformat(f"{price.as_of}-01")


@pytest.mark.parametrize("name", PRICES)
def test_tiers_go_on_without_end(name):
    """Each begins where the one before ends, and costs less."""
    tiers = PRICES[name].tiers
    assert [tier.up_to for tier in tiers] == sorted({tier.up_to for tier in tiers})
    assert [tier.price for tier in tiers] == sorted({tier.price for tier in tiers}, reverse=True)
    assert tiers[-1].up_to == float("inf")


def test_no_price_is_younger_than_the_file():
    """The file's date is the newest."""
    file = load_prices()
    assert max(price.as_of for price in file.by_id.values()) <= file.as_of


def test_another_file_may_be_read(tmp_path):
    """Of another region, of the same form."""
    tiers = [{"up_to": None, "price": "7"}]
    said = {"service": "S", "what": "w", "per": 1, "tiers": tiers, "free": 0}
    said |= {"source": "https://aws.amazon.com/", "as_of": "2026-02", "checked": False}
    file = tmp_path / "prices.json"
    file.write_text(json.dumps({"region": "mars-1", "as_of": "2026-02-01", "prices": {"a": said}}))
    found = load_prices(file)
    assert (found.region, found.by_id["a"].cost(3)) == ("mars-1", 21)
