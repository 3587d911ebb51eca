"""Currencies and their digits."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core.money import MINOR_DIGITS, digits_of, written


@pytest.mark.parametrize(
    ("amount", "digits"),
    [
        ("0", 0),
        ("12.50", 1),
        ("12.05", 2),
        ("1E+3", 0),
        ("1E-4", 4),
        ("-0.00", 0),
        ("0.1" + "0" * 40 + "1", 42),
    ],
)
def test_counts_digits_that_matter(amount, digits):
    """Zeros at the end do not count, and no precision hides a digit."""
    assert digits_of(Decimal(amount)) == digits


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.5", "EUR", "12.50"),
        ("12", "JPY", "12"),
        ("1E+3", "EUR", "1000.00"),
        ("0.001", "BHD", "0.001"),
        ("0", "UYW", "0.0000"),
        ("999999999999.99", "USD", "999999999999.99"),
    ],
)
def test_writes_all_minor_digits(amount, currency, text):
    """An amount is written with its currency's digits and without an exponent."""
    assert written(Decimal(amount), currency) == text


@given(st.decimals(0, 10**12, places=4, allow_nan=False), st.sampled_from(sorted(MINOR_DIGITS)))
def test_writes_what_it_reads(amount, currency):
    """An amount that fits its currency survives being written."""
    if digits_of(amount) <= MINOR_DIGITS[currency]:
        assert Decimal(written(amount, currency)) == amount


def test_knows_the_currencies_in_use():
    """Codes are three capitals with 0, 2, 3 or 4 digits, funds and metals are left out."""
    assert all(len(code) == 3 and code.isupper() for code in MINOR_DIGITS)
    assert (MINOR_DIGITS["EUR"], MINOR_DIGITS["JPY"], MINOR_DIGITS["KWD"]) == (2, 0, 3)
    assert not MINOR_DIGITS.keys() & {"XAU", "XXX", "XTS", "CHE", "CLF"}
