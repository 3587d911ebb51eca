"""One-time links: what a mail carries, and what is kept of it."""

import hashlib
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.accounts import links
from handler.accounts.links import Link, LinkInvalid

_TOKEN = "01K0N4Q7Y2V9S6T3R8W5X1Z0AB.AAAAAAAAAAAAAAAAAAAAAA"
_URL_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def test_a_link_is_read_as_it_was_written():
    """Whose it is, and its secret."""
    made = links.new("01K0N4Q7Y2V9S6T3R8W5X1Z0AB")
    assert links.read(made.written()) == made


def test_a_secret_has_128_bits():
    """22 characters of base64url, and never the same twice."""
    secrets = {links.new("ann").secret for _ in range(1000)}
    assert len(secrets) == 1000
    assert {len(secret) for secret in secrets} == {22}


def test_only_the_hash_is_stored(time):
    """Who reads the table cannot follow a link (threats A25)."""
    made = links.new("ann")
    kept = made.stored(links.RESET)
    assert kept["hash"] == hashlib.sha256(made.secret.encode()).hexdigest()
    assert made.secret not in json.dumps(kept)


@pytest.mark.parametrize(
    ("purpose", "minutes"), [(links.VERIFY, 24 * 60), (links.RESET, 30), (links.EMAIL, 30)]
)
def test_a_link_says_how_long_it_holds(time, purpose, minutes):
    """parameters.md, "One-time links"."""
    expires = links.new("ann").stored(purpose)["expires"]
    assert expires - int(time.now.timestamp()) == minutes * 60


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "ann", "ann.", ".AAAAAAAAAAAAAAAAAAAAAA", _TOKEN[:-1], _TOKEN + "A"),
        *(_TOKEN + "\n", _TOKEN + "=", _TOKEN + ".A", " " + _TOKEN, _TOKEN.replace(".", "..")),
        *("../x.AAAAAAAAAAAAAAAAAAAAAA", "a#b.AAAAAAAAAAAAAAAAAAAAAA", "x" * 65 + _TOKEN[26:]),
        *("\u0661.AAAAAAAAAAAAAAAAAAAAAA", _TOKEN[:-1] + "é", _TOKEN[:-1] + "\0", "\ud800"),
    ],
    ids=ascii,
)
def test_what_is_no_link_is_refused(text):
    """Before anything is looked up."""
    with pytest.raises(LinkInvalid):
        links.read(text)


@given(st.text())
def test_no_text_is_a_fault(text):
    """Whatever claims to be a link is one or is refused."""
    with suppress(LinkInvalid):
        assert links.read(text).written() == text


@pytest.mark.parametrize("last", _URL_SAFE)
def test_a_secret_has_one_spelling(last):
    """The text is hashed, not the bytes: another last character is another secret."""
    other = Link("ann", "A" * 21 + last)
    assert (other.digest == Link("ann", "A" * 22).digest) is (last == "A")
