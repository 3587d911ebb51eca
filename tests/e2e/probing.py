"""The project with one feature more, added by the README's recipe, and a twin that runs it."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.e2e.twins import ROOT, Twin

_PROBE = Path(__file__).parent / "probe"
_REGISTERED = {
    "api.py": [
        (
            "from handler.jobs.router import router as jobs\n",
            """from handler.jobs.router import router as jobs
from handler.probe.router import router as probe
""",
        ),
        ("ROUTERS = (", "ROUTERS = (probe, "),
    ],
    "channels.py": [
        (
            "from handler.realtime import channels as realtime\n",
            """from handler.probe import channels as probe
from handler.realtime import channels as realtime
""",
        ),
        ("CHANNELS = (", "CHANNELS = (probe, "),
    ],
    "roster.py": [
        (
            "from handler.mail import jobs as mail\n",
            """from handler.mail import jobs as mail
from handler.probe import jobs as probe
""",
        ),
        ("JOBS = (accounts, ", "JOBS = (accounts, probe, "),
    ],
}
_SOURCES = shutil.ignore_patterns("__pycache__", "*.toml")
_CHUNK = 500  # probes of a request


@dataclass(frozen=True, slots=True)
class Seen:
    """How many numbers have an effect, and how often the least and the most frequent has."""

    distinct: int
    least: int
    greatest: int


def build(folder: Path) -> Path:
    """Copy the handlers into a folder and add the probe. Returns where they are."""
    handler = folder / "handler"
    shutil.copytree(ROOT / "handler", handler, ignore=_SOURCES)
    shutil.copytree(_PROBE, handler / "probe", ignore=_SOURCES)
    for name, changes in _REGISTERED.items():
        text = (handler / name).read_text()
        for before, after in changes:
            assert text.count(before) == 1, f"{name} is not as the probe knows it"
            text = text.replace(before, after)
        (handler / name).write_text(text)
    return handler


class Probed(Twin):
    """A twin with the probe."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        super().__init__(folder, handler=build(_made(folder / "project")), options=options)

    def enqueue(self, first: int, count: int, *, milliseconds: int = 0) -> list[str]:
        """Enqueue probes; the ids of their jobs."""
        ids: list[str] = []
        for start in range(first, first + count, _CHUNK):
            few = min(_CHUNK, first + count - start)
            asked = {"first": start, "count": few, "milliseconds": milliseconds}
            answer = httpx.post(f"{self.url}/probe", json=asked, timeout=60)
            assert answer.status_code == 202, answer.text
            ids += answer.json()["ids"]
        return ids

    def seen(self, first: int, count: int) -> Seen:
        """What effects there are of some numbers."""
        asked = {"first": first, "count": count}
        answer = httpx.get(f"{self.url}/probe", params=asked, timeout=60)
        assert answer.status_code == 200, answer.text
        return Seen(**answer.json())

    def wait(self, until: Callable[[], bool], patience: float) -> bool:
        """Wait until something is so. Returns whether it came to be."""
        ends = time.monotonic() + patience
        while not (so := until()) and time.monotonic() < ends:
            time.sleep(0.25)
        return so


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder
