"""`dunlin doctor`: says, before a deploy, what is missing for it."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    _Commands = _SubParsersAction[argparse.ArgumentParser]


def add(commands: "_Commands") -> None:
    """Add the command."""
    told = "see whether a stage could be deployed from here"
    parser = commands.add_parser("doctor", help=told, description=told.capitalize() + ".")
    parser.add_argument("--stage", default="dev", help="which one (default dev)")
    parser.set_defaults(command=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    # The other commands need not wait for CDK, which knows the stages.
    from infra.operating import doctor  # noqa: PLC0415
    from infra.operating.findings import tell  # noqa: PLC0415

    return tell(doctor.findings(arguments.stage))
