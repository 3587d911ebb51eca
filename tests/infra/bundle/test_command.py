"""`dunlin bundle`."""

import sys

from tests.infra.bundle.conftest import ALL


def test_it_tells_how_large_each_zip_is(here, dunlin):
    """In megabytes, with byte code and without."""
    done = dunlin("bundle", "--target", "here")
    assert done.code == 0
    heading, *lines = done.lines
    assert heading.split() == ["ZIP", "STARTS", "AT", "MB", "WITHOUT", ".PYC", "UNPACKED", "SHA256"]
    told = {line.split()[0]: line.split()[1:] for line in lines[: len(ALL)]}
    assert told.keys() == {f"{name}.zip" for name in ALL}
    size, plain, unpacked = map(float, told["api.zip"][1:4])
    assert plain < size < unpacked
    assert size == round(here["api"].stat().st_size / 1e6, 1)


def test_it_tells_what_they_are_for(here, dunlin):
    """The target, its Python, and that of the byte code."""
    last = dunlin("bundle", "--target", "here").lines[-1]
    exact = ".".join(map(str, sys.version_info[:3]))
    folder = here["api"].parent
    assert last.startswith(f"{folder}: for here, Python {exact[:4]}")
    assert last.endswith(f"byte code of {exact}.")


def test_it_says_why_nothing_is_built(monkeypatch, dunlin):
    """And fails."""
    monkeypatch.setenv("BUNDLE_TARGET", "mars")
    done = dunlin("bundle")
    assert done.code == 1
    assert "There is no target mars" in done.err
