"""What the twin says on the terminal: its banner, and the functions' log lines made readable."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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


def banner(url: str) -> None:
    """Say where everything is, and how to sign in, in commands that work as they stand."""
    program = sys.argv[0] if Path(sys.argv[0]).name == "dunlin" else "dunlin"
    token = f"{program} token --url {url}"
    say(f"""
  Dunlin runs.

    API     {url}
    Docs    {url}/docs

    Sign in with a token:
      {token} ann                     a user
      {token} max                     another user
      {token} mod --role moderator    a moderator
      {token} root --role admin       an admin

    curl -H "Authorization: Bearer $({token} ann)" "{url}/items?owner=ann"
    Ctrl-C ends it. Data is kept in .dunlin/ (`--fresh` forgets it).
""")
