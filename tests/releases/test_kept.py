"""Clients and data of one release go on with the next one."""

from itertools import pairwise

import pytest

from tests.releases import kept, operations, structure

_RELEASES = kept.releases()
_CHANGELOG = kept.sections((kept.ROOT / "CHANGELOG.md").read_text())


@pytest.fixture(scope="module")
def current():
    """Give the documents as they are now."""
    return kept.current()


def test_clients_of_the_last_release_are_served(current):
    """Paths and fields are only added. What may go, and when, is in docs/releasing.md."""
    assert operations.broken(kept.read(_RELEASES[-1], "openapi"), current["openapi"]) == []


def test_the_last_release_can_be_updated(current):
    """At most one index of a table changes, and nothing that holds data goes."""
    assert structure.broken(kept.read(_RELEASES[-1], "blueprint"), current["blueprint"]) == []


def test_releases_followed_from_one_another():
    """Each of them served the clients and took the data of the one before."""
    for older, newer in pairwise(_RELEASES):
        before, after = (
            {name: kept.read(release, name) for name in ("openapi", "blueprint")}
            for release in (older, newer)
        )
        assert operations.broken(before["openapi"], after["openapi"]) == []
        assert structure.broken(before["blueprint"], after["blueprint"]) == []


def test_the_version_is_that_of_the_newest_release():
    """In pyproject.toml, in the changelog and here, where its documents are kept."""
    released = [version for version in _CHANGELOG if version != "Unreleased"]
    assert released == _RELEASES[::-1]
    assert kept.version() == released[0]


def test_the_document_says_the_version(current):
    """What clients read is what is released."""
    assert current["openapi"]["info"]["version"] == kept.version()


def test_the_changelog_begins_with_what_is_not_released():
    """Somebody who changes something for users has a place to say so."""
    assert next(iter(_CHANGELOG)) == "Unreleased"


def test_what_is_kept_does_not_change():
    """A release that is kept is not written again."""
    with pytest.raises(FileExistsError):
        kept.write()
