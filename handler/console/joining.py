"""The console's modules as one script, put together when it is first asked for.

Fifty small files would be fifty requests, each of which may wake an environment, and pack to half
as much again. So modules are joined here, each in a function of its own; nothing has to be built,
and what is written is what runs. Comments and indentation stay behind.
"""

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath

_IMPORT = re.compile(r'^import (?:(\w+)|\{([^}]*)\}) from "([^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (default )?((?:async )?function|class|const) (\w+)", re.MULTILINE)
_LIST = re.compile(r"^export \{(\s*(?:\w+\s*,\s*)*\w*\s*)\};\n", re.MULTILINE)
_STRANGE = re.compile(r"^(?:import|export|await)\b.*", re.MULTILINE)
_SILENT = re.compile(r"^[ \t]*(?://.*)?\n|^[ \t]+|[ \t]+// [^\"'`\n]*$", re.MULTILINE)
_VENDOR = "vendor/"


class ModuleStrange(Exception):
    """A module imports or exports in a way that is not joined here; the text says which line."""


class ModulesInCircle(Exception):
    """Two modules need each other, so neither can come first; the text names one."""


def join(folder: Path, entry: str) -> str:
    """A module and all that it imports, as one; what is vendored stays in files of its own.

    Modules are numbered, each behind those that it needs. Raises ModulesInCircle, ModuleStrange.
    """
    found: dict[str, str] = {}
    _collect(folder, entry, found, ())
    vendored = {n: name for n, name in enumerate(found) if name.startswith(_VENDOR)}
    lines = [f'import * as v{number} from "./{name}";' for number, name in vendored.items()]
    lines += ["const $ = [];", *(f"$[{number}] = v{number};" for number in vendored)]
    return "\n".join([*lines, *filter(None, found.values()), ""])


def _collect(folder: Path, name: str, found: dict[str, str], around: tuple[str, ...]) -> None:
    """Add a module behind those that it imports."""
    if name in around:
        raise ModulesInCircle(name)
    if name in found:
        return
    if name.startswith(_VENDOR):
        found[name] = ""
        return
    text = (folder / name).read_text()
    for match in _IMPORT.finditer(text):
        _collect(folder, _beside(name, match[3]), found, (*around, name))
    numbers = {one: number for number, one in enumerate([*found, name])}
    found[name] = _wrapped(name, text, numbers)


def _beside(name: str, path: str) -> str:
    return normpath(PurePosixPath(name).parent / path)


def _wrapped(name: str, text: str, numbers: dict[str, int]) -> str:
    """A module as a function that returns what it exports."""

    def bound(match: re.Match[str]) -> str:
        names = f"default: {match[1]}" if match[1] else match[2].replace(" as ", ": ")
        return f"const {{ {' '.join(names.split())} }} = $[{numbers[_beside(name, match[3])]}];\n"

    exports = [
        f"default: {made}" if default else made for default, _, made in _EXPORT.findall(text)
    ]
    exports += [one.strip() for names in _LIST.findall(text) for one in names.split(",")]
    plain = _EXPORT.sub(r"\2 \3", _LIST.sub("", _IMPORT.sub(bound, text))).rstrip() + "\n"
    if strange := _STRANGE.search(plain):
        raise ModuleStrange(f"{name}: {strange[0]}")
    told = ", ".join(filter(None, exports))
    return f"$[{numbers[name]}] = (() => {{\n{_SILENT.sub('', plain)}return {{ {told} }};\n}})();"
