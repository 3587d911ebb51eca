"""E-mail addresses: one key for each mailbox, and no key for what is none (threats A3)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.accounts.emails import canonical, canonical_or_none

_LABELS = [
    "example",
    "MÜNCHEN",
    "mu\u0308nchen",
    "\uff45x",
    "xn--mnchen-3ya",
    "\u212aelvin",
    "ü" * 50,
]
_DOMAINS = st.lists(st.sampled_from(_LABELS) | st.text(max_size=8), max_size=6).map(".".join)
_LOCALS = st.text(max_size=66) | st.text("aB.+-_'", max_size=66)

_SAME = [
    ("mike@example.org", "MiKe@example.org"),
    ("mike@example.org", "mike@EXAMPLE.org"),
    ("a@example.org", "a@\uff45\uff58ample.org"),
    ("a@kelvin.org", "a@\u212aelvin.org"),
    ("a@xn--mnchen-3ya.de", "a@münchen.de"),
    ("a@xn--mnchen-3ya.de", "a@MÜNCHEN.de"),
    ("a@xn--mnchen-3ya.de", "a@mu\u0308nchen.de"),
    ("a@xn--mnchen-3ya.de", "a@XN--MNCHEN-3YA.de"),
    ("a@example.org", "a@example\u3002org"),
    ("o'brien+shop@example.org", "O'Brien+Shop@example.org"),
    ("a@sub.sub.example.org", "a@Sub.SUB.example.org"),
]


@pytest.mark.parametrize(("key", "address"), _SAME, ids=ascii)
def test_spellings_of_a_mailbox_have_one_key(key, address):
    """Whatever the letter case, the width or the composition of a domain."""
    assert canonical(address) == key


_NONE = [
    *("", "@", "a", "a@", "@example.org", "a@b", "a@@example.org", "a@b@", "a b@example.org"),
    *("mi\u212ae@example.org", "\uff41dmin@example.org", "é@example.org", "\u0430nn@example.org"),
    *("Name <a@example.org>", "<a@example.org>", '"a b"@example.org', '"a"@example.org'),
    *("a@example.org ", " a@example.org", "a@example.org\n", "a@example.org\r\nBcc: b@b.org"),
    *("a@example.org\u2028", "a\u2028@example.org", "a@exam\u2028ple.org", "a@example.org\0"),
    *("a@example.org\u200b", "a\u200b@example.org", "a@exam\u200dple.org", "\u202ea@example.org"),
    *("a@example.org\ud800", "\ufeffa@example.org", "a@example.org\u00a0", "a\t@example.org"),
    *("a.@example.org", ".a@example.org", "a..b@example.org", "a@example.org.", "a@.example.org"),
    *("a@example..org", "a@example.org..", "a@-example.org", "a@example-.org", "a@exa_mple.org"),
    *("a@[127.0.0.1]", "a@127.0.0.1", "a@localhost", "a@example.o", "a@example.1", "a@[::1]"),
    *("a@example.org,b@example.org", "a@example.org;b@example.org", "mailto:a@example.org"),
    *("a(comment)@example.org", "a@example.org(comment)", "a\\@b@example.org", "a:b@example.org"),
    *("#administrators", "a#@exam#ple.org", "a@example.org/", "a@example.org:25", "a%b@"),
    *("a@straße.de", "a@STRAẞE.de", "a@βόλος.gr"),
    *("x" * 65 + "@example.org", "a@" + "x" * 64 + ".org", "a@" + "x." * 130 + "org"),
    *("a" * 250 + "@b.org", "a@" + ".".join(["日本語東京都市場駅"] * 12) + ".org"),
]


@pytest.mark.parametrize("address", _NONE, ids=lambda address: ascii(address)[:40])
def test_what_is_no_plain_address_has_no_key(address):
    """Nothing is stripped, mapped or guessed in a local part; ambiguous domains are refused."""
    assert canonical_or_none(address) is None


_LONGEST = [
    "x" * 64 + "@example.org",
    "a@" + "x" * 63 + ".org",
    "a@" + ".".join(["x" * 60] * 4) + ".organic",
    "!#$%&'*+/=?^_`{|}~-@example.org",
    "1@1.org",
]


@pytest.mark.parametrize("address", _LONGEST)
def test_an_address_may_be_as_long_and_odd_as_mail_allows(address):
    """RFC 5321, 4.5.3.1: 64 characters before the @, 254 in all."""
    assert canonical(address) == address


@given(st.builds("{}@{}".format, _LOCALS, _DOMAINS) | st.text(max_size=300))
def test_a_key_is_its_own_key(address):
    """Whatever is typed: a key is plain ASCII, short enough, and canonical itself."""
    key = canonical_or_none(address)
    assert key is None or (canonical(key) == key and key.isascii() and len(key) <= 254)


@given(
    st.from_regex(
        r"[A-Za-z0-9]{1,10}@([A-Za-z][A-Za-z0-9]{1,9}\.){1,3}[A-Za-z]{2,5}", fullmatch=True
    )
)
def test_letter_case_makes_no_other_mailbox(address):
    """Two accounts never differ by letter case alone."""
    assert canonical(address) == canonical(address.upper()) == canonical(address.lower())
