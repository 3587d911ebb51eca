"""The lock as the target reads it: which version of what, with the hashes of its files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from infra.bundle.failures import BundleFailed
from infra.bundle.targets import Target

_HASH = re.compile(r"\s--hash=(sha256:[0-9a-f]{64})(?=\s|$)")
_EXACT = re.compile(r"==([^*,]+)")


@dataclass(frozen=True, slots=True)
class Pin:
    """A locked package. `extras` are those that pyproject.toml asks for."""

    name: str
    version: str
    extras: frozenset[str]
    hashes: tuple[str, ...]

    @property
    def line(self) -> str:
        """What pip is told; markers are answered already, and extras stand on lines of their own.

        pip would answer the markers for the Python that runs it.
        """
        return " ".join([f"{self.name}=={self.version}", *(f"--hash={one}" for one in self.hashes)])


def read_pins(lock: str, target: Target) -> list[Pin]:
    """What the lock holds for a target. Raises BundleFailed for a line without version or hash."""
    return [pin for line in _lines(lock) if (pin := _pin(line, target))]


def _lines(lock: str) -> Iterator[str]:
    for line in lock.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield line


def _pin(line: str, target: Target) -> Pin | None:
    hashes = tuple(sorted(_HASH.findall(line)))
    try:
        asked = Requirement(_HASH.sub("", line).strip())
    except InvalidRequirement as error:
        raise BundleFailed(f"The lock has a line that says no version: {line.strip()}") from error
    if asked.marker is not None and not asked.marker.evaluate(dict(target.environment)):
        return None
    exact = _EXACT.fullmatch(str(asked.specifier))
    if exact is None or not hashes:
        raise BundleFailed(f"The lock does not fix {asked.name} by version and hash: `make lock`.")
    return Pin(canonicalize_name(asked.name), exact[1], frozenset(asked.extras), hashes)
