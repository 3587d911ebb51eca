"""The console's modules as one script, put together when it is first asked for.

Fifty small files would be fifty requests, each of which may wake an environment, and pack to half
as much again. So modules are joined here, each in a function of its own; nothing has to be built,
and what is written is what runs. Comments and indentation stay behind.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath

_IMPORT = re.compile(r'^import (?:(\w+)|\{([^}]*)\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?function|class|const) (\w+)", re.MULTILINE)
_LIST = re.compile(r"^export \{([^}]*)\};\n", re.MULTILINE)
_SILENT = re.compile(r"^[ \t]*(?://.*)?\n|^[ \t]+", re.MULTILINE)
_VENDOR = "vendor/"


class ModulesInCircle(Exception):
    """Two modules need each other, so neither can come first; the text names one."""


def join(folder: Path, entry: str) -> str:
    """A module and all that it imports, as one; what is vendored stays in files of its own."""
    found: dict[str, str] = {}
    _collect(folder, entry, found, ())
    vendored = [name for name in found if name.startswith(_VENDOR)]
    own = [name for name in found if not name.startswith(_VENDOR)]
    lines = [f'import * as v{number} from "./{name}";' for number, name in enumerate(vendored)]
    lines += ["const $ = {};"]
    lines += [f'$["{name}"] = v{number};' for number, name in enumerate(vendored)]
    return "\n".join([*lines, *(found[name] for name in own), ""])


def _collect(folder: Path, name: str, found: dict[str, str], around: tuple[str, ...]) -> None:
    """Add a module behind those that it imports."""
    if name in around:
        raise ModulesInCircle(name)
    if name in found:
        return
    text = "" if name.startswith(_VENDOR) else (folder / name).read_text()
    for imported in _imported(name, text):
        _collect(folder, imported, found, (*around, name))
    found[name] = _wrapped(name, text)


def _imported(name: str, text: str) -> Iterator[str]:
    for match in _IMPORT.finditer(text):
        yield _beside(name, match[3])


def _beside(name: str, path: str) -> str:
    return normpath(PurePosixPath(name).parent / path)


def _wrapped(name: str, text: str) -> str:
    """A module as a function that returns what it exports."""

    def bound(match: re.Match[str]) -> str:
        names = f"default: {match[1]}" if match[1] else match[2].replace(" as ", ": ")
        return f'const {{ {" ".join(names.split())} }} = $["{_beside(name, match[3])}"];\n'

    exports = [
        f"default: {made}" if default else made for default, _, made in _EXPORT.findall(text)
    ]
    exports += [one.strip() for names in _LIST.findall(text) for one in names.split(",")]
    plain = _EXPORT.sub(r"\2 \3", _LIST.sub("", _IMPORT.sub(bound, text)))
    told = ", ".join(filter(None, exports))
    return f'$["{name}"] = (() => {{\n{_SILENT.sub("", plain)}return {{ {told} }};\n}})();'
