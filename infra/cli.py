"""The `dunlin` command line. It holds no logic of its own: each command is one call.

A command is a function that adds its parser and one that does it; `_COMMANDS` lists them.
"""

import argparse
import sys
from pathlib import Path

from infra.local import client


def main() -> None:
    """Run the command that was typed. Exits with 1 when it was refused, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="dunlin", description="Run and operate Dunlin.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in _COMMANDS:
        add(commands)
    arguments = parser.parse_args()
    sys.exit(arguments.command(arguments))


def _add_run(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("run", help="run it all on this machine")
    parser.add_argument("--port", type=int, default=8000, help="where the API is (default 8000)")
    parser.add_argument("--fresh", action="store_true", help="forget the data in .dunlin/")
    parser.add_argument("--strict", action="store_true", help="freeze functions between requests")
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
        dynamodb=arguments.dynamodb,
    )
    try:
        twin.run(options)
    except twin.CannotStart as error:
        print(f"dunlin: {error}", file=sys.stderr)
        return 2
    return 0


def _add_token(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("token", help="print a token to sign in to the running twin with")
    parser.add_argument("account", metavar="ACCOUNT", help="whose token, for example ann")
    parser.add_argument("--role", choices=("user", "moderator", "admin"), default="user")
    parser.add_argument("--url", default="http://localhost:8000", help="where the twin is")
    parser.set_defaults(command=_token)


def _token(arguments: argparse.Namespace) -> int:
    try:
        print(client.dev_token(arguments.url, arguments.account, arguments.role))
    except (client.NoTwin, client.OperationRefused) as error:
        print(f"dunlin: {error}", file=sys.stderr)
        return 1
    return 0


_COMMANDS = (_add_run, _add_token)


if __name__ == "__main__":
    main()
