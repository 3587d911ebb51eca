"""The lock as a target reads it."""

import pytest

from infra.bundle.failures import BundleFailed
from infra.bundle.pins import read_pins
from infra.bundle.places import LOCK
from infra.bundle.targets import LAMBDA, find_target, here

HASH = "0" * 64
OTHER = "1" * 64


def names(lock, target=LAMBDA):
    """Give the names that a target reads."""
    return [pin.name for pin in read_pins(lock, target)]


def line(said, *hashes):
    """Write a line of a lock."""
    return " \\\n".join([said, *(f"    --hash=sha256:{one}" for one in hashes or (HASH,))]) + "\n"


def test_a_line_is_read_with_all_its_hashes():
    """Sorted, so that the order of the lock does not matter."""
    (pin,) = read_pins(line("Some_Package==1.2", OTHER, HASH) + "    # via other\n", LAMBDA)
    assert pin.line == f"some-package==1.2 --hash=sha256:{HASH} --hash=sha256:{OTHER}"


@pytest.mark.parametrize(
    ("marker", "there"),
    [
        ("platform_machine == 'aarch64'", True),
        ("platform_machine == 'x86_64'", False),
        ("python_version < '3.13'", False),
        ("python_full_version >= '3.13'", True),
        ("sys_platform == 'win32'", False),
        ("implementation_name != 'PyPy'", True),
    ],
)
def test_markers_are_answered_for_the_target(marker, there):
    """Not for the Python that builds."""
    assert names(line(f"one==1 ; {marker}")) == ["one"] * there


def test_another_python_of_this_machine_answers_with_its_version():
    """And with this machine's platform."""
    lock = line("new==1 ; python_version == '3.99'") + line("old==1 ; python_version < '3.99'")
    assert names(lock, here((3, 99))) == ["new"]


def test_extras_are_kept():
    """They decide what the package requires."""
    (pin,) = read_pins(line("jose[cryptography]==3"), LAMBDA)
    assert pin.extras == {"cryptography"}


@pytest.mark.parametrize(
    "lock",
    [
        "loose>=1 --hash=sha256:" + HASH,
        "wild==1.* --hash=sha256:" + HASH,
        "bare==1",
        "short==1 --hash=sha256:00",
        "weak==1 --hash=md5:" + HASH,
        "-e .",
        "one @ https://shop.example/one.whl --hash=sha256:" + HASH,
    ],
)
def test_what_is_not_fixed_by_version_and_hash_is_refused(lock):
    """Nothing is built."""
    with pytest.raises(BundleFailed, match="The lock"):
        read_pins(lock, LAMBDA)


def test_the_lock_of_what_ships_is_read():
    """With what the application stands on."""
    assert {"fastapi", "pynamodb", "python-jose"} <= set(names(LOCK.read_text()))


def test_the_target_is_lambda_unless_the_environment_says_otherwise(monkeypatch):
    """`BUNDLE_TARGET` names another."""
    monkeypatch.delenv("BUNDLE_TARGET", raising=False)
    assert find_target() is LAMBDA
    monkeypatch.setenv("BUNDLE_TARGET", "here")
    assert find_target() == here()


def test_a_target_that_there_is_not_is_refused(monkeypatch):
    """A typing error must not deploy something else."""
    monkeypatch.setenv("BUNDLE_TARGET", "lamda")
    with pytest.raises(BundleFailed, match="no target lamda"):
        find_target()
