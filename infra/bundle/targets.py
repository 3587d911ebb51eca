"""What a bundle is built for: Lambda, or this machine."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import default_environment
from packaging.tags import platform_tags

from infra.bundle.failures import BundleFailed
from infra.bundle.places import DIST

_VARIABLE = "BUNDLE_TARGET"
_PYTHON = (3, 13)  # as the functions of infra/cloud say
_GLIBC = range(28, 16, -1)  # Amazon Linux 2023 has 2.34; 2.17 is the oldest with aarch64 (PEP 599)


@dataclass(frozen=True, slots=True)
class Target:
    """A machine and its Python: which wheels fit, and what the markers of a lock see."""

    name: str
    python: tuple[int, int]
    platforms: tuple[str, ...]
    environment: Mapping[str, str]

    @property
    def version(self) -> str:
        """Its Python, as in `3.13`."""
        return ".".join(map(str, self.python))

    @property
    def abi(self) -> str:
        """Its Python, as in `cp313`."""
        return "cp" + "".join(map(str, self.python))

    @property
    def folder(self) -> Path:
        """Where its bundles are: those that deploy lie at the top."""
        return DIST if self is LAMBDA else DIST / self.name


LAMBDA = Target(
    name="lambda",
    python=_PYTHON,
    platforms=(*(f"manylinux_2_{minor}_aarch64" for minor in _GLIBC), "manylinux2014_aarch64"),
    environment={
        "implementation_name": "cpython",
        "implementation_version": "3.13.0",
        "os_name": "posix",
        "platform_machine": "aarch64",
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": "3.13.0",
        "python_version": "3.13",
        "sys_platform": "linux",
    },
)


def here(python: tuple[int, int] = sys.version_info[:2]) -> Target:
    """This machine, with the Python that runs or with another."""
    version = ".".join(map(str, python))
    environment = {name: str(value) for name, value in default_environment().items()}
    if python != sys.version_info[:2]:
        full = {"python_full_version": f"{version}.0", "implementation_version": f"{version}.0"}
        environment |= {"python_version": version, **full}
    return Target("here", python, tuple(platform_tags()), environment)


def find_target(name: str | None = None) -> Target:
    """The target of that name; without one that of `BUNDLE_TARGET`, else Lambda."""
    name = name or os.environ.get(_VARIABLE) or LAMBDA.name
    if name == LAMBDA.name:
        return LAMBDA
    if name == "here":
        return here()
    raise BundleFailed(f"There is no target {name}: take lambda or here.")
