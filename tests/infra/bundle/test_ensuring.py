"""Bundles are built when they have to be, once, and to the same bytes."""

import json
import subprocess
import sys

import pytest

from infra import bundle
from infra.bundle import ensuring
from infra.bundle.manifest import Bundle, Manifest, read, write
from infra.bundle.targets import here as this_machine

ONE = Bundle("api", ("handler.api.handle",), sha256="0" * 64, size=3, plain=2, unpacked=9)
ASK = """
import sys
from pathlib import Path
from infra import bundle
for path in bundle.ensure("here", folder=Path(sys.argv[1])).values():
    print(path.name, path.stat().st_ino)
"""


@pytest.fixture
def made(tmp_path):
    """Stand for a folder with a zip and its manifest, up to date."""
    target = this_machine()
    interpreter = ensuring.find_interpreter(target.version)
    fingerprint = ensuring._fingerprint(target, interpreter)
    manifest = Manifest("here", target.version, interpreter.version, fingerprint, (ONE,))
    (tmp_path / ONE.file).write_bytes(b"zip")
    write(manifest, tmp_path)
    return tmp_path


def test_what_is_up_to_date_is_not_built_again(made, tmp_path):
    """Nothing is installed, so it needs no network."""
    nowhere = tmp_path / "nowhere"
    found = bundle.ensure("here", folder=made, sites=nowhere)
    assert found == {"handler.api.handle": made / "api.zip"}
    assert not nowhere.exists()


def test_a_manifest_is_read_as_it_was_written(made):
    """With its bundles."""
    assert read(made).bundles == (ONE,)


@pytest.mark.parametrize("said", ["", "[]", "{}", '{"bundles": []}', '{"bundles": [{}]}'])
def test_a_manifest_of_another_shape_is_none(tmp_path, said):
    """It was written by another version: build anew."""
    (tmp_path / "bundles.json").write_text(said)
    assert read(tmp_path) is None


def test_a_zip_that_is_gone_or_cut_is_missed(made):
    """Its length tells."""
    assert read(made).whole(made)
    (made / ONE.file).write_bytes(b"zi")
    assert not read(made).whole(made)
    (made / ONE.file).unlink()
    assert not read(made).whole(made)


def test_the_fingerprint_depends_on_the_target_and_its_compiler():
    """Another Python, another byte code."""
    compiler = ensuring.find_interpreter(this_machine().version)
    prints = {
        ensuring._fingerprint(target, by)
        for target in (bundle.LAMBDA, this_machine())
        for by in (compiler, None)
    }
    assert len(prints) == 4


@pytest.mark.parametrize("changed", ["handler/room/words.txt", "infra/bundle/x.py", "ship.txt"])
def test_the_fingerprint_depends_on_every_source(monkeypatch, tmp_path, changed):
    """The handler, its data, the lock, and what builds."""
    monkeypatch.setattr(ensuring, "ROOT", tmp_path)
    monkeypatch.setattr(ensuring, "LOCK", tmp_path / "ship.txt")
    for name in ("handler/room/words.txt", "handler/api.py", "infra/bundle/x.py", "ship.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("before")
    before = ensuring._fingerprint(bundle.LAMBDA, None)
    (tmp_path / changed).write_text("after")
    assert ensuring._fingerprint(bundle.LAMBDA, None) != before


def test_what_is_published_takes_the_place_of_all_that_was_there(made, tmp_path):
    """Also of the zip of a function that is no more."""
    (made / "gone.zip").touch()
    (made / "gone.cdx.json").touch()
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    (unfinished / "new.zip").touch()
    (unfinished / "bundles.json").write_text("{}")
    ensuring._publish(unfinished, made)
    assert {file.name for file in made.iterdir() if file.is_file()} == {"new.zip", "bundles.json"}


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    """Let two processes ask at once, in a folder where nothing is built yet. What each was told."""
    folder = tmp_path_factory.mktemp("twice")
    command = [sys.executable, "-c", ASK, str(folder)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]  # noqa: S603 - ours
    said = [process.communicate(timeout=300)[0] for process in running]
    assert [process.returncode for process in running] == [0, 0]
    return folder, said


@pytest.mark.slow
def test_processes_that_ask_at_once_get_the_same_files(twice):
    """One of them builds, the other waits."""
    _, (one, other) = twice
    assert one == other


def content(folder):
    """Read what was built."""
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.name[0] != "."}


@pytest.mark.slow
def test_a_bundle_is_the_same_to_the_byte_when_built_again(twice):
    """The zips, and what is told of them."""
    folder, _ = twice
    bundle.ensure("here")
    first, again = content(this_machine().folder), content(folder)
    assert first.keys() == again.keys()
    assert not [name for name in first if first[name] != again[name]]


@pytest.mark.slow
def test_nothing_is_left_of_building(twice):
    """Only what was built, and the lock."""
    folder, _ = twice
    assert [file.name for file in folder.iterdir() if file.name[0] == "."] == [".lock"]


@pytest.mark.slow
def test_a_failed_build_leaves_what_was_there(made, monkeypatch):
    """And its reason is told."""
    manifest = json.loads((made / "bundles.json").read_text()) | {"fingerprint": "older"}
    (made / "bundles.json").write_text(json.dumps(manifest))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    with pytest.raises(bundle.BundleFailed, match="pip could not install"):
        bundle.ensure("here", folder=made, sites=made / "sites")
    assert (made / ONE.file).read_bytes() == b"zip"
