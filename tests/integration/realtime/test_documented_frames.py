"""The frames of docs/live.md are such as the server takes, and its code runs."""

import json
import re

import pytest

from handler.realtime import following, namespaces
from handler.realtime.schemas import EventOut
from tests.documents import DOCS

_TEXT = (DOCS / "live.md").read_text()
_BLOCKS = re.findall(r"```json\n(.*?)```", _TEXT, re.DOTALL)


@pytest.mark.parametrize("frame", _BLOCKS[0].splitlines())
def test_a_documented_frame_is_taken(ann, opened, frame):
    """It is answered, and not with an error."""
    socket = opened(ann)
    socket.say(frame)
    kinds = {answer["type"] for answer in socket.taken()}
    assert kinds
    assert "error" not in kinds


def test_the_documented_event_is_one():
    """It has all fields, and no others."""
    event = json.loads(_BLOCKS[1])
    assert EventOut.model_validate(event).model_dump() == event


def test_the_documented_room_announces(monkeypatch):
    """What the example says is told when a lamp is switched on."""
    monkeypatch.setattr(namespaces, "_known", {})
    monkeypatch.setattr(following, "_followers", {})
    (code,) = re.findall(r"```python\n(.*?)```", _TEXT, re.DOTALL)
    exec(compile(code, "docs/live.md", "exec"), {})  # noqa: S102 - our own document
    (translate,) = following._followers["lamps"]
    change = following.Change({"id": "7"}, None, {"id": "7", "on": True}, "e1")
    assert [(one.channel, one.data) for one in translate(change)] == [("lamps:7", {"on": True})]
