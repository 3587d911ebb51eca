"""`dunlin jobs`: watching jobs, cancelling and redriving them, and looking for lost ones."""

import argparse
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from infra.commands.asking import add_place, ask
from infra.commands.tables import moment, pairs, table
from infra.local.terminal import say

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    _Commands = _SubParsersAction[argparse.ArgumentParser]

_OPEN = ("ID", "NAME", "STATE", "ATTEMPTS", "DUE (UTC)", "OWNER")
_DEAD = ("ID", "NAME", "ERROR", "ATTEMPTS", "ENDED (UTC)", "OWNER")
_FAILED = ("ATTEMPT", "AT (UTC)", "ERROR", "MESSAGE")
_COUNTED = ("enqueued", "succeeded", "retried", "dead", "cancelled")
_TIMES = ("created_at", "due_at", "started_at", "ended_at")


def add(commands: "_Commands") -> None:
    """Add the command with all that it does."""
    parser = commands.add_parser("jobs", help="watch, cancel and redrive jobs")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_list(actions)
    show = _added(actions, "show", "all that is known of a job", _show)
    show.add_argument("id", metavar="ID")
    cancel = _added(actions, "cancel", "cancel a job, with all that it has spawned", _cancel)
    cancel.add_argument("id", metavar="ID")
    _add_redrive(actions)
    _added(actions, "reconcile", "look for jobs that nobody would ever look at", _reconcile)
    stats = _added(actions, "stats", "count what became of jobs", _stats)
    stats.add_argument("--hours", type=int, default=24, help="how far back (default 24)")


def _added(
    actions: "_Commands", name: str, told: str, do: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=told, description=told.capitalize() + ".")
    parser.add_argument("--json", action="store_true", help="print the answer as it is")
    add_place(parser)
    parser.set_defaults(command=do)
    return parser


def _add_list(actions: "_Commands") -> None:
    parser = _added(actions, "list", "open jobs by when they are due, or the dead", _list)
    parser.add_argument("--state", choices=("open", "dead"), default="open")
    parser.add_argument("--name", help="only jobs of this name")
    parser.add_argument("--limit", type=int, default=20, help="so many (default 20, at most 100)")
    parser.add_argument("--cursor", help="go on where a page ended")


def _add_redrive(actions: "_Commands") -> None:
    parser = _added(actions, "redrive", "let dead jobs begin anew", _redrive)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("id", metavar="ID", nargs="?", help="this one")
    which.add_argument("--all", action="store_true", help="all, twenty a second")
    which.add_argument("--name", help="those of this name, twenty a second")
    parser.add_argument("--error", help="of those, only the ones that died of this error")
    parser.add_argument("--dry-run", action="store_true", help="only count them")
    parser.set_defaults(usage=parser.error)


def _list(arguments: argparse.Namespace) -> int:
    asked = {name: getattr(arguments, name) for name in ("state", "name", "limit", "cursor")}
    answer = ask(arguments, "jobs_list", **asked)
    if _printed_raw(arguments, answer):
        return 0
    dead = arguments.state == "dead"
    what, when = ("error", "ended_at") if dead else ("state", "due_at")
    rows = [
        (one["id"], one["name"], one[what], one["attempts"], moment(one[when]), one["owner"])
        for one in answer["items"]
    ]
    say(table(_DEAD if dead else _OPEN, rows))
    if answer["next"]:
        say(f"There are more: --cursor {answer['next']}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    answer = ask(arguments, "jobs_show", job_id=arguments.id)
    if not _printed_raw(arguments, answer):
        _say_job(answer["job"])
    return 0


def _cancel(arguments: argparse.Namespace) -> int:
    answer = ask(arguments, "jobs_cancel", job_id=arguments.id)
    if not _printed_raw(arguments, answer):
        _say_job(answer["job"])
    return 0


def _redrive(arguments: argparse.Namespace) -> int:
    if arguments.id is not None and (arguments.error or arguments.dry_run):
        arguments.usage("--error and --dry-run are for --all and --name")
    if arguments.id is not None:
        answer = ask(arguments, "jobs_redrive", job_id=arguments.id)
    else:
        asked = {"name": arguments.name, "error": arguments.error, "dry_run": arguments.dry_run}
        answer = ask(arguments, "jobs_redrive", **asked)
    if _printed_raw(arguments, answer):
        return 0
    if arguments.id is not None:
        _say_job(answer["job"])
    else:
        say(pairs(answer))
    return 0


def _reconcile(arguments: argparse.Namespace) -> int:
    """Ask until the end. Exits with 1 when any job is lost."""
    lost: list[str] = []
    seen, after = 0, None
    while True:
        answer = ask(arguments, "jobs_reconcile", after=after)
        lost += answer["lost"]
        seen, after = seen + answer["seen"], answer["next"]
        if after is None:
            break
    found = {"lost": lost, "seen": seen, "next": None}
    if not _printed_raw(arguments, found):
        say(pairs({"seen": seen, "lost": len(lost)}))
        for id_ in lost:
            say(id_)
    return 1 if lost else 0


def _stats(arguments: argparse.Namespace) -> int:
    answer = ask(arguments, "jobs_stats", hours=arguments.hours)
    if _printed_raw(arguments, answer):
        return 0
    rows = [[moment(one["at"]), *(one[name] for name in _COUNTED)] for one in answer["items"]]
    sums = [sum(one[name] for one in answer["items"]) for name in _COUNTED]
    say(table(["FROM (UTC)", *map(str.upper, _COUNTED)], [*rows, ["all", *sums]]))
    return 0


def _say_job(job: dict[str, Any]) -> None:
    """A line for each thing that is known, and a table of its failed attempts."""
    failures = job.pop("failures", [])
    say(pairs({**job, **{name: moment(job[name]) for name in _TIMES}}))
    if failures:
        rows = [
            (one["attempt"], moment(one["at"]), one["error"], one["message"]) for one in failures
        ]
        say("\n" + table(_FAILED, rows))


def _printed_raw(arguments: argparse.Namespace, answer: dict[str, Any]) -> bool:
    """Print the answer for scripts, if they asked."""
    if arguments.json:
        say(json.dumps(answer))
    return bool(arguments.json)
