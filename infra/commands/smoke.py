"""`dunlin smoke`: asks a deployment, or the twin, from outside whether it works."""

import argparse
import getpass
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.operating import smoke
from infra.operating.findings import Finding, tell
from infra.operating.site import AddressUnusable, Site

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    _Commands = _SubParsersAction[argparse.ArgumentParser]

PASSWORD = "DUNLIN_PASSWORD"  # noqa: S105 - the name of a variable


def add(commands: "_Commands") -> None:
    """Add the command."""
    told = "ask a deployment from outside whether it works"
    parser = commands.add_parser("smoke", help=told, description=told.capitalize() + ".")
    parser.add_argument("url", metavar="URL", help="its address, as users know it")
    account = f"sign in as well; the password is asked for, or ${PASSWORD}, or standard input's"
    parser.add_argument("--account", metavar="EMAIL", help=account)
    wait = "wait so many seconds until it answers, as what was just made may (default 0)"
    parser.add_argument("--wait", type=float, default=0, metavar="SECONDS", help=wait)
    parser.set_defaults(command=_smoke)


def _smoke(arguments: argparse.Namespace) -> int:
    try:
        site = Site(arguments.url)
    except AddressUnusable as error:
        sys.stderr.write(f"dunlin: {error}\n")
        return 2
    return tell(_findings(site, arguments.account, arguments.wait))


def _findings(site: Site, email: str | None, wait: float) -> Iterator[Finding]:
    password = _password(email) if email else ""
    smoke.await_health(site, wait)
    yield from smoke.findings(site)
    if email:
        yield from smoke.account_findings(site, email, password)


def _password(email: str) -> str:
    """The password of an account, which no list of processes ever shows."""
    if found := os.environ.get(PASSWORD):
        return found
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {email}: ")
    return sys.stdin.readline().rstrip("\n")
