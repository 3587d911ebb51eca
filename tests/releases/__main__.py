"""`python -m tests.releases` keeps what pyproject.toml's version is, before it is tagged."""

from tests import conftest  # it sets the environment that the application reads once
from tests.releases import kept

__all__ = ["conftest"]

print(kept.write())  # noqa: T201 - a command line prints
