"""Wheels are installed once, and only with the hash that the lock says."""

import base64
import hashlib
import zipfile

import pytest

from infra.bundle.failures import BundleFailed
from infra.bundle.installing import install
from infra.bundle.pins import Pin
from infra.bundle.targets import LAMBDA

MODULE = "some_package/__init__.py"


def wheel(folder, *, version="1.0", tag="py3-none-any"):
    """Make the wheel of a package. Returns its pin."""
    folder.mkdir(exist_ok=True)
    info, named = f"some_package-{version}.dist-info", f"Name: some_package\nVersion: {version}\n"
    files = {
        MODULE: b"",
        f"{info}/METADATA": f"Metadata-Version: 2.1\n{named}".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode(),
    }
    record = "".join(f"{name},{_digest(content)},\n" for name, content in files.items())
    path = folder / f"some_package-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as made:
        for name, content in (*files.items(), (f"{info}/RECORD", record + f"{info}/RECORD,,\n")):
            made.writestr(name, content)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Pin("some-package", version, frozenset(), (f"sha256:{digest}",))


def _digest(content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest())
    return "sha256=" + digest.rstrip(b"=").decode()


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """Stand for the only place that pip looks at."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "wheels"))
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    return tmp_path / "wheels"


@pytest.fixture
def sites(tmp_path):
    """Stand for where installed packages are kept."""
    return tmp_path / "sites"


def test_a_wheel_with_its_hash_is_installed(wheels, sites):
    """The site says which wheel it was."""
    pin = wheel(wheels)
    site = install([pin], LAMBDA, sites)
    assert (site.folder / MODULE).exists()
    assert site.wheels == {"some-package": pin.hashes[0].removeprefix("sha256:")}


def test_a_wheel_with_another_hash_is_refused(wheels, sites):
    """Nothing of it is left."""
    pin = wheel(wheels)
    (path,) = wheels.iterdir()
    with zipfile.ZipFile(path, "a") as tampered:
        tampered.writestr("some_package/more.py", "")
    with pytest.raises(BundleFailed, match="DO NOT MATCH THE HASHES"):
        install([pin], LAMBDA, sites)
    assert not list(sites.rglob(MODULE))


def test_a_wheel_for_another_machine_is_refused(wheels, sites):
    """Lambda could not load it."""
    pin = wheel(wheels, tag="cp313-cp313-manylinux_2_28_x86_64")
    with pytest.raises(BundleFailed, match="No matching distribution"):
        install([pin], LAMBDA, sites)


@pytest.mark.parametrize("glibc", ["manylinux_2_17", "manylinux2014", "manylinux_2_26"])
def test_a_wheel_for_an_older_lambda_is_taken(wheels, sites, glibc):
    """Every glibc runs what was built for those before it."""
    assert install([wheel(wheels, tag=f"cp313-abi3-{glibc}_aarch64")], LAMBDA, sites)


def test_what_is_installed_is_not_fetched_again(wheels, sites):
    """The next build needs no network."""
    pin = wheel(wheels)
    first = install([pin], LAMBDA, sites)
    (path,) = wheels.iterdir()
    path.unlink()
    assert install([pin], LAMBDA, sites) == first


def test_an_install_that_was_stopped_is_begun_anew(wheels, sites):
    """What it left is taken away."""
    (sites / "unfinished" / "site").mkdir(parents=True)
    install([wheel(wheels)], LAMBDA, sites)
    assert not (sites / "unfinished").exists()


def test_only_the_last_lock_is_kept(wheels, sites):
    """Else every update would leave its packages behind."""
    install([wheel(wheels)], LAMBDA, sites)
    last = install([wheel(wheels, version="2.0")], LAMBDA, sites)
    assert [place / "site" for place in sites.iterdir()] == [last.folder]


def test_what_is_kept_does_not_say_where_it_came_from(wheels, sites):
    """An index's address may hold a password."""
    install([wheel(wheels)], LAMBDA, sites)
    kept = b"".join(file.read_bytes() for file in sites.rglob("*") if file.is_file())
    assert str(wheels).encode() not in kept
