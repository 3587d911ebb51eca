"""The frame holds: locks, commands and CI say the same."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]

each_lock = pytest.mark.parametrize("lock", ["ship", "dev"])


def read_lock(name):
    """Give each requirement of a lock on one line, without comments."""
    text = (ROOT / "infra" / "locks" / f"{name}.txt").read_text()
    kept = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    lines = "\n".join(kept).replace("\\\n", " ").splitlines()
    return [" ".join(line.split()) for line in lines]


def pins(name):
    """Give the version of each package in a lock, by its name without extras."""
    found = (line.split()[0].split("==") for line in read_lock(name))
    return {package.partition("[")[0]: version for package, version in found}


def names(requirements):
    """Give the names that requirements of pyproject.toml ask for."""
    return {re.split(r"[^A-Za-z0-9_.-]", requirement)[0].lower() for requirement in requirements}


@each_lock
def test_every_line_of_a_lock_is_one_version_with_its_hashes(lock):
    """What is installed is what was looked at."""
    pattern = r"[a-z0-9.-]+(\[[a-z0-9,-]+\])?==\S+( ; .+?)?( --hash=sha256:[0-9a-f]{64})+"
    assert [line for line in read_lock(lock) if not re.fullmatch(pattern, line)] == []


@each_lock
def test_a_lock_names_no_address(lock):
    """The index is the operator's choice: a mirror serves as well."""
    text = (ROOT / "infra" / "locks" / f"{lock}.txt").read_text()
    assert "://" not in text
    assert "--index-url" not in text


def test_an_extra_is_locked_with_its_package():
    """An older pip looks for a pin of `coverage[toml]` by that name once there is a newer one."""
    assert {"coverage[toml]", "python-jose[cryptography]"} <= {
        line.partition("==")[0] for line in read_lock("dev")
    }


def test_what_ships_is_locked():
    """`make lock` was run after the extra changed."""
    assert names(EXTRAS["ship"]) <= set(pins("ship"))


def test_what_builds_and_proves_is_locked():
    """`make lock` was run after the extras changed."""
    assert names(EXTRAS["ship"] + EXTRAS["dev"]) <= set(pins("dev"))


def test_what_is_tested_is_what_ships():
    """Both locks hold the same version of all that ships."""
    assert pins("ship").items() <= pins("dev").items()


def test_make_help_lists_the_commands():
    """`make` alone says what there is."""
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607 - whichever make there is
    commands = re.findall(r"^  make (\w+) ", listed.stdout, re.MULTILINE)
    assert set(commands) == {
        *("help", "install", "run", "test", "check", "bench", "faults", "synth", "lock", "clean"),
        *("rehearse", "recipe", "doctor", "diff", "deploy", "smoke"),
    }


def make(*arguments):
    """Give what make would run, without running it."""
    command = ["make", "--dry-run", "--silent", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own words


def test_make_run_hands_its_words_on_as_options():
    """`FRESH=1` is `--fresh`, and `STRICT=0` is nothing."""
    line = " ".join(make("run", "PORT=8123", "FRESH=1", "STRICT=0", "DYNAMODB=http://x").split())
    assert line.replace("\\ ", "").endswith("dunlin run --port 8123 --fresh --dynamodb http://x")


def test_make_refuses_a_python_that_is_too_old():
    """The message names the version that is needed."""
    command = ["make", "--always-make", ".venv/.ready", "PYTHON=false"]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own words
    assert refused.returncode != 0
    assert "needs Python 3.11 or newer" in refused.stderr


def test_cdk_json_makes_no_connection_of_its_own():
    """Neither notices nor telemetry are fetched or sent."""
    settings = json.loads((ROOT / "cdk.json").read_text())
    assert (settings["notices"], settings["context"]["cli-telemetry"]) == (False, False)


def test_ci_runs_what_a_developer_runs():
    """`.ci/run` is commands of the Makefile, and the workflow is `.ci/run`."""
    script = (ROOT / ".ci" / "run").read_text()
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    commands = ["make check", "make recipe", "make rehearse", "make test"]
    assert re.findall(r"^make \w+", script, re.MULTILINE) == commands
    assert "run: .ci/run" in workflow
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


def test_ci_tests_the_oldest_python_that_the_project_allows():
    """`requires-python` is a promise."""
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text()
    versions = re.findall(r'"(3\.\d+)"', workflow)
    assert f">={min(versions)}" == PROJECT["requires-python"]


@pytest.mark.parametrize("name", ["ci", "deploy"])
def test_actions_are_pinned_by_commit(name):
    """A tag can be moved, a commit cannot."""
    workflow = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    used = re.findall(r"uses: (\S+)(.*)", workflow)
    pinned = [
        (action, note)
        for action, note in used
        if re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", action) and re.fullmatch(r" # v[\d.]+", note)
    ]
    assert pinned == used != []


def test_pre_commit_runs_the_tools_of_make_check():
    """A commit that the hooks let pass also passes CI's check."""
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    called = re.findall(r"entry: \.venv/bin/(.+)", hooks)
    (tools,) = re.findall(r"for tool in (.+?);", make("check"))
    assert re.findall(r'"([^"]+)"|(\S+)', tools) == [
        (entry, "") if " " in entry else ("", entry) for entry in called
    ]
