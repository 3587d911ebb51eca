"""What a check found: one line each, with what to do about what is not well."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from infra.local.terminal import say

_MARGIN = 9
"""Columns before what was found: as wide as the longest state, and two more."""


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check. Only `failed` stops what comes after; a warning is read and weighed."""

    state: State
    text: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f"\n{'':{_MARGIN}}{self.advice}" if self.advice else ""
        return f"{self.state:{_MARGIN}}{_printable(self.text)}{_printable(advice)}"


def _printable(text: str) -> str:
    """Text of others steers no terminal."""
    return "".join(one if one.isprintable() or one == "\n" else "?" for one in text)


def ok(text: str) -> Finding:
    """All is well."""
    return Finding(State.OK, text)


def warning(text: str, advice: str = "") -> Finding:
    """It works, but somebody should know."""
    return Finding(State.WARNING, text, advice)


def failed(text: str, advice: str = "") -> Finding:
    """It does not work."""
    return Finding(State.FAILED, text, advice)


def tell(findings: Iterable[Finding]) -> int:
    """Print each as soon as it is there. Returns the exit code: 1 when any failed."""
    count = dict.fromkeys(State, 0)
    for finding in findings:
        count[finding.state] += 1
        say(str(finding))
    say(", ".join(f"{number} {state}" for state, number in count.items() if number))
    return 1 if count[State.FAILED] else 0
