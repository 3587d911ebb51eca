"""Which of the installed packages a door needs: those it imports, and what they require."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from infra.bundle.failures import BundleFailed
from infra.bundle.installing import Site
from infra.bundle.known import LOADED_BY_NAME, NEVER_LOADED, PROVIDED
from infra.bundle.pins import Pin
from infra.bundle.targets import Target


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package: its files by their place in the site, and what it requires here."""

    name: str
    version: str
    licence: str | None
    sha256: str
    files: dict[str, Path]
    requires: frozenset[str]


class Shelf:
    """All packages that are installed for a target."""

    def __init__(self, site: Site, pins: Iterable[Pin], target: Target) -> None:
        extras = {pin.name: pin.extras for pin in pins}
        found = [
            _package(one, site, extras, target) for one in distributions(path=[str(site.folder)])
        ]
        self._packages = {package.name: package for package in found}

    def needed(self, modules: Iterable[str]) -> list[Package]:
        """The packages of these top-level modules and all that they require, by name.

        Raises BundleFailed for a module that no package holds.
        """
        waiting = [name for module in modules for name in self._holders(module)]
        needed: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in needed and name not in NEVER_LOADED:
                needed.add(name)
                waiting += [*self._packages[name].requires, *LOADED_BY_NAME.get(name, ())]
        return [self._packages[name] for name in sorted(needed)]

    def _holders(self, module: str) -> list[str]:
        found = [one.name for one in self._packages.values() if module in _top_level(one)]
        if not found and module not in PROVIDED:
            raise BundleFailed(f"No package of infra/locks/ship.txt holds the module {module}.")
        return found


def _package(
    found: Distribution, site: Site, extras: dict[str, frozenset[str]], target: Target
) -> Package:
    name = canonicalize_name(found.name)
    return Package(
        name=name,
        version=found.version,
        licence=_licence(found),
        sha256=site.wheels[name],
        files=_files(found, site.folder),
        requires=frozenset(_requires(found, extras.get(name, frozenset()), target)),
    )


def _files(found: Distribution, folder: Path) -> dict[str, Path]:
    """Its files, without the scripts, which lie beside the site."""
    places = [str(file) for file in found.files or () if ".." not in file.parts]
    return {place: folder / place for place in places}


def _requires(found: Distribution, extras: frozenset[str], target: Target) -> Iterator[str]:
    for line in found.requires or ():
        asked = Requirement(line)
        marker = asked.marker
        if marker is None or any(
            marker.evaluate({**target.environment, "extra": extra}) for extra in ("", *extras)
        ):
            yield canonicalize_name(asked.name)


def _licence(found: Distribution) -> str | None:
    """What the package says of itself: an expression, a name, or only its classifiers."""
    said = found.metadata
    for field in ("License-Expression", "License"):
        for text in said.get_all(field) or []:
            if "\n" not in text:
                return str(text)
    classifiers = said.get_all("Classifier") or []
    names = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License ::")]
    return " / ".join(names) or None


def _top_level(package: Package) -> set[str]:
    return {place.partition("/")[0].partition(".")[0] for place in package.files}
