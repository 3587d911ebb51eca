"""Functions may do what they do in tests, and nothing more (threats L2): how a run is judged."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.blueprint import Function, Grant
from tests.recording import Right, granted, judge

ROOT = Path(__file__).parents[2]
READ = Right("api", "dynamodb:GetItem", "items")
LIST = Right("api", "dynamodb:Query", "items", "newest")
FUNCTION = Function(
    "api",
    handler="handler.api.handle",
    description="",
    memory=128,
    timeout=1,
    grants=(
        Grant("items", ("dynamodb:GetItem", "dynamodb:PutItem")),
        Grant("items", ("dynamodb:Query",), indexes=("newest", "owner")),
    ),
)


def test_grants_are_counted_one_by_one():
    """Each action on each index."""
    assert granted([FUNCTION]) == {
        READ,
        Right("api", "dynamodb:PutItem", "items"),
        LIST,
        Right("api", "dynamodb:Query", "items", "owner"),
    }


@pytest.mark.parametrize(
    ("may", "used", "reasons", "wrong"),
    [
        ({READ, LIST}, {READ, LIST}, {}, []),
        ({READ, LIST}, {READ}, {}, [f"{LIST} is granted, and no test uses it"]),
        ({READ, LIST}, {READ}, {LIST: "Because."}, []),
        ({READ}, {READ}, {READ: "Because."}, [f"{READ} has a reason, and a test uses it"]),
        ({READ}, {READ}, {LIST: "Because."}, [f"{LIST} has a reason, and is not granted"]),
        ({READ}, {READ, LIST}, {}, []),
        (
            {READ, LIST},
            set(),
            {},
            [f"{one} is granted, and no test uses it" for one in (READ, LIST)],
        ),
    ],
    ids=[
        "all is used",
        "one is not",
        "for a reason",
        "a reason that is none any more",
        "a reason for what is gone",
        "what is not granted is another's to find",
        "none is",
    ],
)
def test_a_grant_is_used_or_has_a_reason(may, used, reasons, wrong):
    """And a reason is of a grant that is not used."""
    assert judge(may, used, reasons) == wrong


def test_a_right_is_told_in_words():
    """As it stands in the list of a run that fails."""
    assert (str(READ), str(LIST)) == (
        "api dynamodb:GetItem items",
        "api dynamodb:Query items newest",
    )


SUITE = """
from infra.blueprint import BLUEPRINT, prefix
from infra.local.grants import Need
from tests.recording import granted, note

def test_used():
    for right in sorted(granted(BLUEPRINT.functions))[{part}]:
        note(right.function, Need(right.action, prefix("local") + right.resource, right.index))
"""
"""A file of a suite that uses a part of all grants."""
TOLD = re.compile(r"^.* is granted, and no test uses it$", re.MULTILINE)
ENVIRONMENT = {name: value for name, value in os.environ.items() if "PYTEST" not in name}


@pytest.fixture
def run(tmp_path):
    """Run pytest over two files that use each their part; how it ends, and how much it complains.

    The second file uses all that the first one leaves, but so many.
    """
    (tmp_path / "pytest.ini").write_text(f"[pytest]\ntestpaths = suite\npythonpath = {ROOT}\n")
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["tests.recording"]\n')
    (tmp_path / "suite").mkdir()

    def call(*options, unused=0):
        for name, part in (("one", "1::2"), ("two", f"{2 * unused}::2")):
            (tmp_path / "suite" / f"test_{name}.py").write_text(SUITE.format(part=part))
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "pytest", "-p", "xdist", "--dist=loadfile", *options],
            cwd=tmp_path,
            env=ENVIRONMENT | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, len(TOLD.findall(done.stdout))

    return call


@pytest.mark.slow
@pytest.mark.parametrize("processes", ["-n0", "-n2"])
@pytest.mark.parametrize(("unused", "status"), [(0, 0), (2, 1)])
def test_a_run_over_a_grant_that_no_test_uses_fails(run, processes, unused, status):
    """Whichever of its processes uses the others."""
    assert run(processes, unused=unused) == (status, unused)


@pytest.mark.parametrize(
    "options", [["suite"], ["-k", "used"], ["-m", "not slow"], ["--setup-only"]]
)
def test_a_part_of_the_suite_is_not_judged(run, options):
    """It uses a part of the grants."""
    assert run(*options, unused=1) == (0, 0)
