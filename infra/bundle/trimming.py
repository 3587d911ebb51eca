"""What of a package is shipped: what Python loads, and what its licence asks for."""

from pathlib import PurePosixPath

from infra.bundle.packages import Package

_LEFT_OUT = {
    ".c": "compiled already",
    ".h": "compiled already",
    ".pyi": "for type checkers",
    ".typed": "for type checkers",
}
"""By suffix: why nothing misses it."""

_TOLD = ("METADATA", "entry_points.txt")
"""What code asks of packages at run time: passlib and OpenTelemetry find their parts so."""
_LEGAL = ("AUTHORS", "COPYING", "LICENCE", "LICENSE", "NOTICE", "licenses/")
_DATA = "botocore/data/"
_EXAMPLES = "examples-1.json"


def trim(package: Package, services: frozenset[str]) -> list[str]:
    """The places of its files that are shipped to who calls these AWS services."""
    return [place for place in sorted(package.files) if _shipped(place, services)]


def _shipped(place: str, services: frozenset[str]) -> bool:
    path = PurePosixPath(place)
    if path.parts[0].endswith(".dist-info"):
        return place.partition("/")[2].startswith((*_TOLD, *_LEGAL))
    if place.startswith(_DATA):
        return _described(path, services)
    return "tests" not in path.parts and path.suffix not in _LEFT_OUT


def _described(path: PurePosixPath, services: frozenset[str]) -> bool:
    """Whether botocore needs a description: those of all services at once, and of the called."""
    service, *rest = path.parts[2:]
    return not rest or (service in services and path.name != _EXAMPLES)
