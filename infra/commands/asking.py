"""How a command reaches the operators' function: the twin's, or that of a deployed stage."""

import argparse
from typing import Any

from infra import stage
from infra.local import client


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say whom to ask."""
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--url", default="http://localhost:8000", help="where the twin is")
    place.add_argument("--stage", help="a deployed stage, through AWS Lambda, as yourself")


def ask(arguments: argparse.Namespace, action: str, **given: Any) -> dict[str, Any]:
    """Have the operators' function do something; what is None is not said.

    Raises NoTwin, OperationRefused.
    """
    said = {name: value for name, value in given.items() if value is not None}
    if arguments.stage:
        return stage.operate(arguments.stage, action, **said)
    return client.operate(arguments.url, action, **said)
