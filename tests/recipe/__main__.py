"""`python -m tests.recipe add|remove`: follows README's recipe in a copy, which has to stay green.

Without a word it does both. It exits with 1, and keeps the copy, when one does not.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from infra.local.terminal import say
from tests.recipe.adding import add
from tests.recipe.copies import CommandFailed, Copy
from tests.recipe.edits import Strange
from tests.recipe.removing import remove

_RECIPES: dict[str, tuple[str, Callable[[Copy], None]]] = {
    "add": ("Adding `orders`, as README says", add),
    "remove": ("Removing `items`, as README says", remove),
}


def main() -> int:
    """Follow the recipes that are asked for. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.recipe", description=__doc__)
    parser.add_argument("recipe", nargs="?", choices=_RECIPES)
    asked = parser.parse_args().recipe
    return max(_follow(name) for name in _RECIPES if asked in (None, name))


def _follow(name: str) -> int:
    title, recipe = _RECIPES[name]
    folder = Path(tempfile.mkdtemp(prefix=f"dunlin-{name}-"))
    begun = time.monotonic()
    say(f"{title} ...")
    try:
        recipe(Copy.made(folder))
    except (CommandFailed, Strange) as error:
        say(f"{error}\nThe copy is kept in {folder}")
        return 1
    say(f"It stays green; {time.monotonic() - begun:.0f} s.")
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
