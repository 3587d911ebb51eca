"""Building all zips of a target, into an empty folder."""

import hashlib
import shutil
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from infra.blueprint import BLUEPRINT
from infra.bundle import archive, manifest, materials
from infra.bundle.compiling import Interpreter, compile_all, compiled
from infra.bundle.descriptions import cut_descriptions
from infra.bundle.endpoints import cut_endpoints
from infra.bundle.imports import imports, services, sources
from infra.bundle.installing import install
from infra.bundle.known import NEVER_LOADED
from infra.bundle.manifest import Bundle, Manifest
from infra.bundle.packages import Package, Shelf
from infra.bundle.pages import SERVED_BY, pack_pages
from infra.bundle.pins import read_pins
from infra.bundle.places import LOCK, ROOT
from infra.bundle.targets import Target
from infra.bundle.trimming import trim


@dataclass(frozen=True, slots=True)
class _Content:
    """What goes into one zip: files by their place, and the packages that they are of."""

    files: dict[str, Path]
    packages: list[Package]


def doors() -> dict[str, tuple[str, ...]]:
    """The zips that there are, each with the handlers that start from it."""
    found: dict[str, list[str]] = {}
    for handler in sorted({function.handler for function in BLUEPRINT.functions}):
        found.setdefault(handler.split(".")[-2], []).append(handler)
    return {name: tuple(handlers) for name, handlers in found.items()}


def build(
    target: Target,
    folder: Path,
    *,
    sites: Path,
    fingerprint: str,
    interpreter: Interpreter | None,
) -> Manifest:
    """Build the zips, their bills of materials and the manifest. Raises BundleFailed."""
    shelf = _shelf(target, sites)
    contents = {name: _content(handlers[0], shelf) for name, handlers in doors().items()}
    _stage(contents, folder / "task", interpreter)
    with ThreadPoolExecutor() as pool:
        bundles = tuple(pool.map(lambda name: _pack(name, contents[name], folder, target), doors()))
    for bundle in bundles:
        bill = materials.bill_of_materials(
            bundle, app_version(), contents[bundle.name].packages, target
        )
        (folder / f"{bundle.name}.cdx.json").write_text(bill)
    compiler = interpreter.version if interpreter else None
    made = Manifest(target.name, target.version, compiler, fingerprint, bundles)
    manifest.write(made, folder)
    shutil.rmtree(folder / "task")
    return made


def app_version() -> str:
    """The application's own version."""
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def _shelf(target: Target, sites: Path) -> Shelf:
    pins = [pin for pin in read_pins(LOCK.read_text(), target) if pin.name not in NEVER_LOADED]
    return Shelf(install(pins, target, sites), pins, target)


def _content(handler: str, shelf: Shelf) -> _Content:
    found = imports(handler.rpartition(".")[0])
    packages, called = shelf.needed(found.external), services(found.modules)
    theirs = {
        place: package.files[place] for package in packages for place in trim(package, called)
    }
    return _Content(theirs | sources(found.modules), packages)


def _stage(contents: Mapping[str, _Content], task: Path, interpreter: Interpreter | None) -> None:
    """Lay all files out as Lambda will, and compile them once for all zips."""
    for content in contents.values():
        for place, file in content.files.items():
            staged = task / place
            if not staged.exists():
                staged.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, staged)
    cut_endpoints(task)
    cut_descriptions(task)
    for place in pack_pages(task):
        for content in contents.values():
            if SERVED_BY in content.files:
                content.files[place] = task / place
    if interpreter:
        compile_all(task, interpreter)


def _pack(name: str, content: _Content, folder: Path, target: Target) -> Bundle:
    task, path = folder / "task", folder / f"{name}.zip"
    code = (compiled(place, target.version) for place in content.files if place.endswith(".py"))
    places = [*content.files, *(place for place in code if (task / place).exists())]
    archive.write_zip(path, {place: task / place for place in places})
    size = path.stat().st_size
    return Bundle(
        name=name,
        handlers=doors()[name],
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size=size,
        plain=size - archive.bytecode_size(path),
        unpacked=archive.unpacked_size(path),
    )
