"""The `dunlin` command line. It holds no logic of its own: each command is one call.

A command is a function that adds its parser and one that does it; `_COMMANDS` lists them.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from infra.commands import bundle, cost, deploy, doctor, jobs, restore, smoke
from infra.commands.asking import add_place, ask
from infra.local import client

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    _Commands = _SubParsersAction[argparse.ArgumentParser]


def main() -> None:
    """Run the command that was typed. Exits with 1 when it was refused, 2 when it cannot start."""
    arguments = _parser().parse_args()
    try:
        code = arguments.command(arguments)
    except (client.NoTwin, client.OperationRefused) as error:
        print(f"dunlin: {error}", file=sys.stderr)
        code = 1
    sys.exit(code)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="dunlin", description="Run and operate Dunlin.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in _COMMANDS:
        add(commands)
    return parser


def _add_run(commands: "_Commands") -> None:
    parser = commands.add_parser("run", help="run it all on this machine")
    parser.add_argument("--port", type=int, default=8000, help="where the API is (default 8000)")
    parser.add_argument("--fresh", action="store_true", help="forget the data in .dunlin/")
    strict = "freeze functions between requests, double and reorder messages"
    parser.add_argument("--strict", action="store_true", help=strict)
    seed = "which messages --strict doubles (default 1)"
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=seed)
    parser.add_argument("--dynamodb", metavar="URL", help="use the tables of another DynamoDB")
    parser.set_defaults(command=_run)


def _run(arguments: argparse.Namespace) -> int:
    # The other commands need not wait for what the twin imports.
    from infra.local import twin  # noqa: PLC0415

    options = twin.Options(
        directory=Path.cwd(),
        port=arguments.port,
        fresh=arguments.fresh,
        strict=arguments.strict,
        seed=arguments.seed,
        dynamodb=arguments.dynamodb,
    )
    try:
        twin.run(options)
    except twin.CannotStart as error:
        print(f"dunlin: {error}", file=sys.stderr)
        return 2
    return 0


def _add_admin(commands: "_Commands") -> None:
    parser = commands.add_parser("admin", help="open an administrator's account")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    create = actions.add_parser("create", help="open it, and print its password, once")
    create.add_argument("email", metavar="EMAIL")
    add_place(create)
    create.set_defaults(command=_create_admin)


def _create_admin(arguments: argparse.Namespace) -> int:
    return _operate(arguments, "admin_create", ("email", "password"), email=arguments.email)


def _add_keys(commands: "_Commands") -> None:
    parser = commands.add_parser("keys", help="change the keys that sign access tokens")
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    rotate = actions.add_parser("rotate", help="announce the next key")
    leaked = "a key leaked: end all access tokens within minutes"
    rotate.add_argument("--at-once", action="store_true", help=leaked)
    add_place(rotate)
    rotate.set_defaults(command=_rotate_keys)


def _rotate_keys(arguments: argparse.Namespace) -> int:
    return _operate(arguments, "keys_rotate", ("generation", "kids"), at_once=arguments.at_once)


def _operate(
    arguments: argparse.Namespace, action: str, shown: tuple[str, ...], **given: Any
) -> int:
    """Have the operators' function do something, and print those fields of its answer."""
    answer = ask(arguments, action, **given)
    for name in shown:
        value = answer[name]
        print(f"{name}: {' '.join(value) if isinstance(value, list) else value}")
    return 0


_COMMANDS = (
    _add_run,
    _add_admin,
    _add_keys,
    jobs.add,
    bundle.add,
    doctor.add,
    deploy.add,
    smoke.add,
    restore.add,
    cost.add,
)


if __name__ == "__main__":
    main()
