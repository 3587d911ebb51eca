"""The table of threats to the infrastructure (threats.md, L): which tests hold each row."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROWS = {
    "L1": "cdk-nag has nothing to say, and what is acknowledged is listed",
    "L2": "a role per function, with exactly its grants",
    "L4": "tables: recovery, protection, TTL, ceilings",
    "L5": "queues: encryption, TLS only, dead letters, visibility",
    "L6": "functions: time, memory, concurrency, log retention, tracing",
    "L8": "API: access log, throttles, default endpoint, TLS 1.2",
    "L9": "event sources: partial answers, concurrency",
    "L10": "alarms and budget",
    "L12": "what is shipped",
}


@cache
def held():
    """Give the tests that say in their docstring which rows they hold, by row."""
    found = {}
    for module in HERE.rglob("test_*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for row in re.findall(r"\bL\d+\b", ast.get_docstring(node) or ""):
                    found.setdefault(row, set()).add(f"{module.name}::{node.name}")
    return found


@pytest.mark.parametrize("row", ROWS)
def test_a_row_is_held_by_tests(row):
    """Those whose docstring names it."""
    assert held().get(row), ROWS[row]


def test_no_test_speaks_of_a_row_that_there_is_not():
    """A typing error would hide what it holds."""
    assert set(held()) <= set(ROWS)
