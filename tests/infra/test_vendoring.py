"""Other people's files in the console: pinned, checked, and with their licences."""

import json

import pytest

from infra import vendoring

PACKAGES = json.loads((vendoring.ROOT / "infra/locks/console/package.json").read_text())


def test_what_is_committed_is_what_was_vendored():
    """By its hash."""
    assert list(vendoring.changed()) == []


def test_nothing_else_is_vendored():
    """Whatever lies there is of a package that is pinned."""
    assert {path.name for path in vendoring.VENDOR.iterdir()} == {
        part.name for part in vendoring.PARTS
    }


@pytest.mark.parametrize("package", PACKAGES["dependencies"])
def test_each_package_comes_with_its_licence(package):
    """As it asks for."""
    licences = {part.source for part in vendoring.PARTS if part.name.endswith(".licence.txt")}
    assert any(source.startswith(f"{package}/") for source in licences)


def test_a_file_that_was_edited_is_noticed(tmp_path):
    """Its hash is another."""
    for part in vendoring.PARTS:
        (tmp_path / part.name).write_bytes((vendoring.VENDOR / part.name).read_bytes())
    (tmp_path / "htm.js").write_text("edited")
    assert list(vendoring.changed(tmp_path)) == ["htm.js"]


def test_versions_are_exact():
    """In the lock as in what asks for them, with a hash each."""
    locked = json.loads((vendoring.ROOT / "infra/locks/console/package-lock.json").read_text())
    for package, version in PACKAGES["dependencies"].items():
        found = locked["packages"][f"node_modules/{package}"]
        assert found["version"] == version
        assert found["integrity"].startswith("sha512-")
        assert "resolved" not in found
