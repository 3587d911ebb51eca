"""Money: which currencies there are, and how many digits their minor units have.

Source: ISO 4217 (SIX Financial Information AG, list one, 2026-01-01), without funds, metals and
testing codes.
"""

from decimal import Decimal

_BY_DIGITS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD "
    "CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ "
    "GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL "
    "MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR "
    "PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "UYW",
}
MINOR_DIGITS = {code: digits for digits, codes in _BY_DIGITS.items() for code in codes.split()}
"""Digits of the minor unit by currency code."""


def digits_of(amount: Decimal) -> int:
    """How many digits an amount has behind the point, trailing zeros aside."""
    return len(f"{amount:f}".partition(".")[2].rstrip("0"))


def written(amount: Decimal, currency: str) -> str:
    """An amount as the API writes it: all minor digits, no exponent (`12.50`)."""
    return f"{amount:.{MINOR_DIGITS[currency]}f}"
