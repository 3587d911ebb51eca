"""What the twin says on the terminal: its banner, and the functions' log lines made readable."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


def say(text: str) -> None:
    """Print one line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class Log:
    """Prints what functions log, a JSON object as `name=value` pairs."""

    def __init__(self) -> None:
        self._muted = False

    def line(self, function: str, line: str) -> None:
        """Print one line of a function."""
        if self._muted:
            return
        try:
            fields = json.loads(line)
        except ValueError:
            fields = None
        text = _pairs(fields) if isinstance(fields, dict) else line
        say(f"{time.strftime('%H:%M:%S')} {function}  {text}")

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Print nothing within this block."""
        self._muted = True
        try:
            yield
        finally:
            self._muted = False


def _pairs(fields: dict[str, object]) -> str:
    return " ".join(f"{name}={_shown(value)}" for name, value in fields.items())


def _shown(value: object) -> str:
    return value if isinstance(value, str) and " " not in value else json.dumps(value)


def banner(url: str, accounts: Iterable[tuple[str, str, str]]) -> None:
    """Say where everything is, and who can sign in: addresses, roles and passwords."""
    known = "\n".join(f"      {email:18}{role:12}{password}" for email, role, password in accounts)
    say(f"""
  Dunlin runs.

    Console {url}/console
    API     {url}
    Docs    {url}/docs
    Mail    {url}/_local/mail

    Demo accounts (address, role, password):
{known}

    curl {url}/token -d username=ADDRESS -d password=PASSWORD
    Ctrl-C ends it. Data is kept in .dunlin/ (`--fresh` forgets it).
""")
