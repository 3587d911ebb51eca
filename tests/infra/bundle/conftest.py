"""Bundles for this machine, built once and unpacked where nothing may be written."""

import zipfile
from pathlib import Path

import pytest

from infra import bundle

ALL = ("api", "changes", "clock", "letters", "operators", "sockets", "worker")


def by_name(paths):
    """Give zips by their name instead of by handler."""
    return {path.stem: path for path in paths.values()}


@pytest.fixture(scope="session")
def here():
    """Stand for the zips for this machine, by name. Whoever asks first has them built."""
    return by_name(bundle.ensure("here"))


@pytest.fixture(scope="session")
def there():
    """Stand for the zips for Lambda, by name."""
    return by_name(bundle.ensure("lambda"))


def unpack(path, folder):
    """Unpack a zip as Lambda does: to a folder that nobody may write to."""
    folder.mkdir()
    with zipfile.ZipFile(path) as packed:
        packed.extractall(folder)
    for one in folder.rglob("*"):
        one.chmod(0o555 if one.is_dir() else 0o444)
    folder.chmod(0o555)
    return folder


def release(folder):
    """Let an unpacked folder be deleted."""
    for one in (folder, *folder.rglob("*")):
        if one.is_dir():
            one.chmod(0o755)


@pytest.fixture(scope="session")
def unpacked(here, tmp_path_factory):
    """Unpack a zip by name, once."""
    made = {}

    def find(name) -> Path:
        if name not in made:
            made[name] = unpack(here[name], tmp_path_factory.mktemp("task") / name)
        return made[name]

    yield find
    for folder in made.values():
        release(folder)
