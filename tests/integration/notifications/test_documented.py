"""What docs/notifications.md says is so: its examples run, and its table of kinds is the code's."""

import re
import sys
from pathlib import Path

import pytest

from handler import channels
from handler.jobs import Job, Run, definitions, enqueue, handles
from handler.notifications import Kind, ends
from tests.integration.test_documented_jobs import Page

_PAGE = (Path(__file__).parents[3] / "docs" / "notifications.md").read_text()
_EXAMPLES = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)
_ROW = re.compile(r"^\| `(\w+)` \| .* \| (on|off) \| (on|off) \|$", re.MULTILINE)


@pytest.fixture
def examples(ann, monkeypatch):
    """All that the page defines, after its examples have run from top to bottom."""
    monkeypatch.setattr(definitions, "_definitions", dict(definitions._definitions))
    monkeypatch.setattr(ends, "_said", dict(ends._said))
    known = {"Page": Page, "__name__": "examples"}
    for text in _EXAMPLES:
        exec(compile(text, "docs/notifications.md", "exec"), known)  # noqa: S102 - our own page
    return known


def test_a_feature_tells_of_what_it_does(time, examples, ann):
    """In its transaction."""
    (told,) = ann.get("/notifications").body["items"]
    assert (told["kind"], told["subject"]) == ("lamp_sold", "Your lamp was sold")
    assert (told["message"], told["data"]) == ("For 12.50 EUR.", {"lamp": 7})
    assert Page.get("/lamps").title == "Lamps"


def test_a_room_has_words_of_its_own_for_its_jobs(time, examples, ann, live):
    """And the usual ones for the rest."""
    polish: type[Job] = examples["PolishLamps"]

    def handle(job: Job, _run: Run) -> int:
        return job.count

    handles(polish)(handle)
    enqueue(polish(count=3), owner="ann")
    live.deliver()
    all_told = {one["kind"]: one for one in ann.get("/notifications").body["items"]}
    told = all_told["lamps_polished"]
    assert told["subject"] == "Polishing has succeeded"
    assert told["message"] == "3 lamps shine."


def declared():
    """The kinds that the rooms' modules name, and how each goes by itself."""
    assert channels.CHANNELS  # all of them are imported by now
    named = [name for name in sys.modules if name.startswith("handler.")]
    things = [thing for name in named for thing in vars(sys.modules[name]).values()]
    return {one.name: (one.mail, one.push) for one in things if isinstance(one, Kind)}


def test_the_table_of_kinds_is_the_code_s():
    """Each kind, with its switches."""
    said = {name: (mail == "on", push == "on") for name, mail, push in _ROW.findall(_PAGE)}
    assert said == declared()
