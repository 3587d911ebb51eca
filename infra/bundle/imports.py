"""What a door imports, read from the source: also what is imported within functions."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grimp

from infra.bundle.failures import BundleFailed
from infra.bundle.places import ROOT

_PACKAGE = "handler"


@dataclass(frozen=True, slots=True)
class Imports:
    """Ours, and the top-level packages of others (but those of Python itself)."""

    modules: frozenset[str]
    external: frozenset[str]


def imports(door: str) -> Imports:
    """All that importing a door can ever load."""
    graph = grimp.build_graph(
        _PACKAGE,
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )
    found, waiting = {door}, [door]
    while waiting:
        module = waiting.pop()
        for one in _loaded_with(module, graph) - found:
            found.add(one)
            waiting.append(one)
    ours = frozenset(one for one in found if one.partition(".")[0] == _PACKAGE)
    others = {one.partition(".")[0] for one in found - ours}
    return Imports(ours, frozenset(others - sys.stdlib_module_names))


def _loaded_with(module: str, graph: grimp.ImportGraph) -> set[str]:
    """What a module imports, and the packages around it, which Python loads before it."""
    if module.partition(".")[0] != _PACKAGE:
        return set()
    around, _, _ = module.rpartition(".")
    return graph.find_modules_directly_imported_by(module) | ({around} if around else set())


def sources(modules: frozenset[str]) -> dict[str, Path]:
    """Their files, and the data files of those that are packages, by their place in the zip."""
    found = [_file(module) for module in modules]
    packages = {file.parent for file in found if file.name == "__init__.py"}
    data = [file for package in packages for file in _data(package)]
    return {str(file.relative_to(ROOT).as_posix()): file for file in [*found, *data]}


def _file(module: str) -> Path:
    place = ROOT.joinpath(*module.split("."))
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _data(package: Path) -> Iterator[Path]:
    """What lies in a package or in a folder of it, but is no Python and not hidden."""
    for entry in package.iterdir():
        if entry.name.startswith((".", "__pycache__")) or entry.suffix in {".py", ".pyc"}:
            continue
        if entry.is_file():
            yield entry
        elif not (entry / "__init__.py").exists():
            yield from _data(entry)


def services(modules: frozenset[str]) -> frozenset[str]:
    """Which AWS services they call, as botocore names them. Raises BundleFailed if that varies."""
    return frozenset(name for module in modules for name in _services(_file(module)))


def _services(file: Path) -> Iterator[str]:
    """The first argument of each `aws.call(...)` and `aws.client(...)`."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"aws.call", "aws.client"}:
            match node.args:
                case [ast.Constant(value=str(name)), *_]:
                    yield name
                case _:
                    place = f"{file.relative_to(ROOT)}:{node.lineno}"
                    raise BundleFailed(f"{place}: name the AWS service as a plain string.")
