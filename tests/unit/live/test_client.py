"""The client for browsers, live.js: its own tests, which run in Node, are told one by one."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

_HERE = Path(__file__).parent
_CLIENT = Path(__file__).parents[3] / "handler" / "console" / "static" / "live.js"
_NODE = Path(sys.executable).with_name("node")
_FACTS = re.findall(r'^test\("([^"]+)"', (_HERE / "client.test.mjs").read_text(), re.MULTILINE)
_FEW, _MANY = 10, 300  # worlds, of each of two kinds


def _told(file: str, folder: Path, **variables: str) -> dict[str, str]:
    """Run a file of tests: by its name what is wrong with each, nothing if all is well."""
    report = folder / "report.xml"
    run = subprocess.run(  # noqa: S603 - our own command
        [_NODE, "--test", "--test-reporter=junit", f"--test-reporter-destination={report}", file],
        cwd=_HERE,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        check=False,
        text=True,
    )
    assert report.exists(), run.stderr
    cases = ET.parse(report).iter("testcase")  # noqa: S314 - Node has just written it
    return {case.attrib["name"]: "\n".join(case.itertext()).strip() for case in cases}


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What came of the facts."""
    return _told("client.test.mjs", tmp_path_factory.mktemp("facts"))


@pytest.mark.parametrize("fact", _FACTS)
def test_the_client_of_browsers(told, fact):
    """One fact of it."""
    assert told[fact] == ""


@pytest.mark.parametrize("code", ["signed_out", "closed", "disabled", "too_many_errors"])
def test_the_client_takes_an_end_for_the_end(told, code):
    """Another socket would be refused as well."""
    assert told[f"{code} is the end"] == ""


@pytest.mark.parametrize("code", ["role_changed", "unknown_socket"])
def test_the_client_opens_another_socket(told, code):
    """Its rights are then those of the new role."""
    assert told[f"after {code} another socket is opened"] == ""


def test_whoever_listens_hears_all_once_in_order(tmp_path):
    """In random worlds, where posts are lost, doubled and late, and sockets break off."""
    told = _told("property.test.mjs", tmp_path, SEED="0", SEEDS=str(_FEW))
    assert len(told) == 2 * _FEW
    assert {name: wrong for name, wrong in told.items() if wrong} == {}


@pytest.mark.slow
def test_whoever_listens_hears_all_once_in_order_in_many_worlds(tmp_path):
    """The same in many more of them."""
    told = _told("property.test.mjs", tmp_path, SEED=str(_FEW), SEEDS=str(_MANY))
    assert len(told) == 2 * _MANY
    assert {name: wrong for name, wrong in told.items() if wrong} == {}


def test_the_client_needs_no_other_module():
    """It can be copied to wherever it is wanted."""
    assert not re.search(r"^\s*import\b|\bimport\(", _CLIENT.read_text(), re.MULTILINE)


def test_the_client_is_short():
    """As every module is."""
    assert len(_CLIENT.read_text().splitlines()) <= 250
