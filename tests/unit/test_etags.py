"""Versions as entity tags."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.core.http import etags


@pytest.mark.parametrize(
    ("if_match", "versions"),
    [
        (None, None),
        ("*", None),
        (" * ", None),
        ('"7"', (7,)),
        ('"7", "8"', (7, 8)),
        ('"7","8"', (7, 8)),
        ('W/"7"', ()),
        ('W/"7", "8"', (8,)),
        ("7", ()),
        ("", ()),
        ('"x"', ()),
        ('""', ()),
        ('"-7"', ()),
        ('"07"', ()),
        ('"0"', ()),
        ('"\u0667"', ()),
        ('"' + "7" * 16 + '"', ()),
        ('"' + "7" * 400 + '"', ()),
    ],
)
def test_if_match_names_versions(if_match, versions):
    """Only strong tags in our one spelling name a version; `*` and nothing name all."""
    assert etags.accepted(if_match) == versions


@pytest.mark.parametrize(
    ("if_none_match", "same"),
    [
        (None, False),
        ("*", True),
        ('"7"', True),
        ('W/"7"', True),
        ('"6", W/"7"', True),
        ('"6"', False),
        ('"07"', False),
        ("7", False),
        ("", False),
    ],
)
def test_if_none_match_knows_the_version(if_none_match, same):
    """Weak and strong tags will do for reading."""
    assert etags.unchanged(if_none_match, 7) is same


@given(st.integers(1, 10**15 - 1))
def test_a_tag_names_its_version(version):
    """What was answered as ETag is taken back as If-Match and If-None-Match."""
    tag = etags.etag(version)
    assert etags.accepted(tag) == (version,)
    assert etags.unchanged(tag, version)


@given(st.text(st.sampled_from('"W/,* 7\\')))
def test_any_text_is_read(header):
    """No header is a fault."""
    etags.accepted(header)
    etags.unchanged(header, 7)
