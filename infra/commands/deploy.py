"""`dunlin deploy`: builds, shows what will change, deploys it, and asks it whether it works."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from infra.blueprint import prefix
from infra.commands.tables import pairs
from infra.local.terminal import say
from infra.operating import cdk, smoke
from infra.operating.findings import tell
from infra.operating.site import Site

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    _Commands = _SubParsersAction[argparse.ArgumentParser]

_PATIENCE = 120
"""Seconds that a deployment may take to be known under its name."""


def add(commands: "_Commands") -> None:
    """Add the command."""
    told = "show what will change, deploy it, and ask it whether it works"
    parser = commands.add_parser("deploy", help=told, description=told.capitalize() + ".")
    parser.add_argument("--stage", default="dev", help="which one (default dev)")
    parser.add_argument(
        "--at-once",
        action="store_true",
        help="pass the canary over: while an alarm sounds, nothing else is deployed",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--yes", action="store_true", help="do not ask before it is deployed")
    how.add_argument("--diff", action="store_true", help="only show what will change")
    parser.set_defaults(command=_deploy)


def _deploy(arguments: argparse.Namespace) -> int:
    try:
        assembly = _synthesized(arguments.stage, at_once=arguments.at_once)
        cdk.run("diff", "--app", assembly)
        if arguments.diff:
            return 0
        if not (arguments.yes or _agreed(arguments.stage)):
            say("Nothing was deployed.")
            return 1
        outputs = _deployed(assembly)
    except cdk.CdkFailed as error:
        sys.stderr.write(f"dunlin: {error}\n" if str(error) else "")
        return error.code
    return _told(arguments.stage, outputs)


def _synthesized(stage: str, *, at_once: bool) -> str:
    """Build everything once, so that what is shown is what is deployed."""
    how = ["--context", "at-once=true"] if at_once else []
    cdk.run("synth", "--quiet", "--context", f"stage={stage}", *how, "--output", "cdk.out")
    return "cdk.out"


def _deployed(assembly: str) -> dict[str, dict[str, str]]:
    """Deploy it; what the stacks say of themselves."""
    written = f"{assembly}/outputs.json"
    options = ["--require-approval", "never", "--outputs-file", written]
    cdk.run("deploy", "--all", "--app", assembly, *options)
    outputs: dict[str, dict[str, str]] = json.loads((cdk.ROOT / written).read_text())
    return outputs


def _told(stage: str, outputs: dict[str, dict[str, str]]) -> int:
    """Print what the stacks say, and look whether what they made works."""
    said = {name: value for stack in outputs.values() for name, value in stack.items()}
    say("\n" + pairs(said) + "\n")
    site = Site(outputs[f"{prefix(stage)}backend"]["Url"])
    smoke.await_health(site, _PATIENCE)
    return tell(smoke.findings(site))


def _agreed(stage: str) -> bool:
    """Ask; whoever cannot be asked has not agreed."""
    if not sys.stdin.isatty():
        sys.stderr.write("dunlin: nobody is there to be asked: --yes\n")
        return False
    return input(f"Deploy this to {stage}? [y/N] ").strip().lower() in {"y", "yes"}
