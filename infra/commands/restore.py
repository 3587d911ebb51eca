"""`dunlin restore`: brings rows of a table back from a point in time."""

import argparse
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from infra.commands.tables import pairs
from infra.local.terminal import say

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from infra.operating.restoring import Restoring

    _Commands = _SubParsersAction[argparse.ArgumentParser]


def add(commands: "_Commands") -> None:
    """Add the command with its three steps."""
    parser = commands.add_parser("restore", help="bring rows back from a point in time")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    begin = _added(actions, "begin", "restore a table as it was beside the live one", _begin)
    at = "when it was well, as in 2026-03-01T11:55:00Z"
    begin.add_argument("--at", type=_moment, required=True, metavar="TIME", help=at)
    _added(actions, "compare", "count what differs from the live table", _compare)
    apply_ = _added(actions, "apply", "put the rows back that the live table lacks", _apply)
    changed = "also undo what was changed since"
    apply_.add_argument("--changed", action="store_true", help=changed)
    added = "also delete what was added since"
    apply_.add_argument("--added", action="store_true", help=added)


def _added(
    actions: "_Commands", name: str, told: str, do: "Callable[[argparse.Namespace, Restoring], int]"
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=told, description=told.capitalize() + ".")
    parser.add_argument("table", metavar="TABLE", help="its short name, as in items")
    parser.add_argument("--stage", required=True, help="whose table")
    parser.set_defaults(command=lambda arguments: _step(arguments, do))
    return parser


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} names no time zone: add Z for UTC")
    return found


def _step(
    arguments: argparse.Namespace, do: "Callable[[argparse.Namespace, Restoring], int]"
) -> int:
    # The other commands need not wait for botocore.
    from infra.operating.account import AWS_FAILURES, Account, reason  # noqa: PLC0415
    from infra.operating.restoring import NotRestorable, Restoring  # noqa: PLC0415

    try:
        return do(arguments, Restoring(arguments.stage, arguments.table, Account()))
    except NotRestorable as error:
        sys.stderr.write(f"dunlin: {error}\n")
    except AWS_FAILURES as error:
        sys.stderr.write(f"dunlin: {reason(error)}\n")
    return 1


def _begin(arguments: argparse.Namespace, restoring: "Restoring") -> int:
    restoring.begin(arguments.at)
    say(f"{restoring.restored} is being made, as {restoring.live} was at {arguments.at}.")
    return 0


def _compare(_: argparse.Namespace, restoring: "Restoring") -> int:
    pages = restoring.differences()
    say(pairs(Counter(str(one.kind) for page in pages for one in page)) or "Both are empty.")
    return 0


def _apply(arguments: argparse.Namespace, restoring: "Restoring") -> int:
    wanted = {"missing"}
    wanted |= {kind for kind in ("changed", "added") if getattr(arguments, kind)}
    meant = done = 0
    for page in restoring.differences():
        chosen = [one for one in page if one.kind in wanted]
        meant, done = meant + len(chosen), done + restoring.bring_back(chosen)
    say(pairs({"brought back": done, "left alone": meant - done}))
    return 0
