"""`dunlin bundle`: builds what ships, and tells how large it is."""

import argparse
import sys
from typing import TYPE_CHECKING

from infra.commands.tables import table
from infra.local.terminal import say

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from infra.bundle import Manifest

    _Commands = _SubParsersAction[argparse.ArgumentParser]

_HEADINGS = ("ZIP", "STARTS AT", "MB", "WITHOUT .PYC", "UNPACKED", "SHA256")
_SHOWN = 12  # of a hash's digits


def add(commands: "_Commands") -> None:
    """Add the command."""
    told = "build the zips that ship to Lambda, if their sources changed"
    parser = commands.add_parser("bundle", help=told, description=told.capitalize() + ".")
    target = "Lambda, or this machine and its Python (default $BUNDLE_TARGET, else lambda)"
    parser.add_argument("--target", choices=("lambda", "here"), help=target)
    parser.set_defaults(command=_bundle)


def _bundle(arguments: argparse.Namespace) -> int:
    # The other commands need not wait for what the bundle imports.
    from infra import bundle  # noqa: PLC0415

    try:
        target = bundle.find_target(arguments.target)
        made = bundle.up_to_date(target, folder=target.folder)
    except bundle.BundleFailed as error:
        sys.stderr.write(f"dunlin: {error}\n")
        return 1
    _say(made, str(target.folder))
    return 0


def _say(made: "Manifest", folder: str) -> None:
    rows = [
        (
            one.file,
            " ".join(one.handlers),
            *(_megabytes(size) for size in (one.size, one.plain, one.unpacked)),
            one.sha256[:_SHOWN],
        )
        for one in made.bundles
    ]
    say(table(_HEADINGS, rows))
    code = f"byte code of {made.compiler}" if made.compiler else "no byte code"
    say(f"\n{folder}: for {made.target}, Python {made.python}, {code}.")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f}"
