"""`make bench`: one table of what performance.md asks for, measured here and now.

It reports; it does not judge, so that a busy machine fails no build. `--json FILE` keeps the
figures. Everything is a ratio or a count, because times are not comparable between machines; but
for the jobs through the twin, which stand below the table, and fail if one is lost or doubled.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.bench.canned import ENVIRONMENT, id_of

os.environ.update(ENVIRONMENT)  # before the application is imported, which reads it once

from tests.bench import (
    bundles,
    cold,
    endurance,
    exact,
    latency,
    login,
    people,
    posts,
    throughput,
    warm,
)
from tests.bench.events import event
from tests.bench.goals import GOALS, Figure


def main() -> None:
    """Measure, tell, and keep if asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--no-twin", action="store_true", help="nothing through the twin")
    parser.add_argument("--counted", action="store_true", help="only what is counted, at once")
    parser.add_argument("--jobs", type=int, default=10_000, help="so many (default 10,000)")
    asked = parser.parse_args()
    if asked.counted:
        print(_table(_counted(_token())))
        return
    _measure(asked.json, with_twin=not asked.no_twin)
    if not asked.no_twin and not _endured(asked.jobs):
        sys.exit("dunlin bench: JOBS WERE LOST OR DOUBLED")


def _measure(kept: Path | None, *, with_twin: bool) -> None:
    token = _token()
    counted = _counted(token)
    timed = [*cold.figures(event("GET", f"/items/{id_of(1)}", token=token)), *warm.figures(token)]
    timed += [*login.figures(), *throughput.figures(), *posts.figures(), *bundles.figures()]
    timed += latency.figures() if with_twin else ()
    figures = sorted([*timed, *counted], key=lambda figure: list(GOALS).index(figure.id))
    print(_table(figures))
    print(f"Cold starts: {cold.how()}. Warm requests: CPU time. `over` and `under` miss the goal.")
    if kept:
        kept.write_text(json.dumps([_record(figure) for figure in figures], indent=2) + "\n")


def _token() -> str:
    people.draw_key()
    return people.token()


def _counted(token: str) -> list[Figure]:
    """What is the same on every machine."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        return list(exact.figures(token))


def _endured(jobs: int) -> bool:
    """Tell of jobs through the twin as they end. Returns whether none was lost or doubled."""
    print("Jobs through the twin, end to end (times of this machine, no ratios):", flush=True)
    right = True
    for course in endurance.courses(jobs):
        print(f"  {course}", flush=True)
        right = right and course.is_right
    return right


def _record(figure: Figure) -> dict[str, object]:
    goal = dataclasses.asdict(GOALS[figure.id])
    return {"id": figure.id, **goal, "measured": figure.measured, "verdict": figure.verdict}


def _table(figures: Iterable[Figure]) -> str:
    rows = [("id", "what", "measured", "goal", "limit", "verdict")]
    for figure in figures:
        goal = GOALS[figure.id]
        numbers = (figure.measured, goal.goal, goal.limit)
        rows.append((figure.id, goal.what, *map(_number, numbers), figure.verdict))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".removesuffix(".00")


def _line(row: tuple[str, ...], widths: list[int]) -> str:
    left = [cell.ljust(width) for cell, width in zip(row[:2], widths[:2], strict=True)]
    right = [cell.rjust(width) for cell, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join([*left, *right])


main()
