"""A catalogue that is imported through a running twin while its workers are killed."""

import csv
import gzip
import io
import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.items.conftest import diamond
from tests.e2e.places import NewAccount, patiently
from tests.e2e.twins import Twin, _children

_PASSWORD = "a cliff full of gannets"
_COLUMNS = ("name", "description", "price", "currency", "tags")
_PATIENCE = 3600  # seconds for all of it, on a busy machine
_RUN = re.compile(r" job=(transfers\.\w+) .* aws=(\d+)")
_KILLS_AT = (10, 35, 60)  # percent


@dataclass
class Figures:
    """What an import took: seconds, megabytes of the largest worker, calls of its jobs."""

    seconds: float = 0
    kills: int = 0
    megabytes: dict[str, int] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)


class Importer:
    """One account that imports and exports."""

    def __init__(self, twin: Twin, email: str) -> None:
        twin.open_accounts([NewAccount(email, _PASSWORD, "Importer")])
        self._twin = twin
        self._http = httpx.Client(base_url=twin.url, timeout=60)
        self._form = {"username": email, "password": _PASSWORD}
        self._sign_in()
        self.id = self.ask("GET", "/users/me").json()["id"]

    def close(self) -> None:
        """Close its connections."""
        self._http.close()

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request, signing in anew when the token has expired."""
        answer = patiently(self._http, method, path, **options)
        if answer.status_code == 401:
            self._sign_in()
            answer = patiently(self._http, method, path, **options)
        assert answer.status_code < 400, answer.text
        return answer

    def upload(self, content: bytes, name: str = "catalogue.csv") -> str:
        """Upload a file by its form, as a browser does, and wait until it is checked."""
        about = {"name": name, "content_type": "text/csv", "size": len(content)}
        made = self.ask("POST", "/files", json=about).json()
        form = made["form"]
        sent = httpx.post(form["url"], data=form["fields"], files={"file": content}, timeout=60)
        assert sent.status_code in (201, 204), sent.text
        file_id: str = made["file"]["id"]
        while (found := self.ask("GET", f"/files/{file_id}").json())["state"] != "ready":
            assert found["state"] != "rejected", found
            time.sleep(0.2)
        return file_id

    def import_(self, file_id: str, *, killing: bool = False) -> tuple[dict[str, Any], Figures]:
        """Import a file; with `killing` a worker's process is ended three times on the way."""
        figures, begun = Figures(), time.monotonic()
        url = self.ask("POST", "/imports", json={"file_id": file_id, "format": "csv"}).json()["url"]
        while (job := self.ask("GET", url).json())["state"] not in {"succeeded", "dead"}:
            assert time.monotonic() - begun < _PATIENCE, job
            self._look(figures)
            self._kill(job, figures, killing=killing)
            time.sleep(0.3)
        figures.seconds = time.monotonic() - begun
        figures.calls = calls(self._twin.log())
        return job, figures

    def _kill(self, job: dict[str, Any], figures: Figures, *, killing: bool) -> None:
        due = figures.kills < len(_KILLS_AT) and (job["progress"] or 0) >= _KILLS_AT[figures.kills]
        if killing and job["state"] == "waiting" and due:
            choose = random.Random(figures.kills).choice  # noqa: S311 - it is to happen again
            figures.kills += self._twin.kill_environment("worker-fast", choose)

    def _look(self, figures: Figures) -> None:
        process = self._twin._process
        assert process
        for function in ("worker-fast", "worker-slow"):
            for pid in _children(process.pid, function):
                most = max(figures.megabytes.get(function, 0), _peak(pid))
                figures.megabytes[function] = most

    def export(self, format_: str = "csv") -> bytes:
        """The bytes of an export of all items."""
        body = {"kind": "items", "format": format_}
        url = self.ask("POST", "/exports", json=body).json()["url"]
        while (job := self.ask("GET", url).json())["state"] != "succeeded":
            assert job["state"] != "dead", job
            time.sleep(0.3)
        return self.content(job["result"]["file_id"])

    def content(self, file_id: str) -> bytes:
        """The bytes of a file."""
        return self.ask("GET", f"/files/{file_id}/content", follow_redirects=True).content

    def items(self) -> Iterator[dict[str, Any]]:
        """All its items, page by page."""
        cursor: dict[str, str] = {}
        while True:
            asked = {"owner": self.id, "limit": 100, **cursor}
            page = self.ask("GET", "/items", params=asked).json()
            yield from page["items"]
            if page["next"] is None:
                return
            cursor = {"cursor": page["next"]}

    def _sign_in(self) -> None:
        self._http.headers.pop("Authorization", None)
        answer = patiently(self._http, "POST", "/token", data=self._form)
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def table(source: Path) -> bytes:
    """The catalogue as a file that can be imported."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    with gzip.open(source, "rt") as lines:
        for row in csv.DictReader(lines):
            item = diamond(row)
            writer.writerow({**item, "tags": " ".join(item["tags"])})
    return text.getvalue().encode()


def _peak(pid: int) -> int:
    """The most memory that a process has had, in megabytes, as Linux counts it."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0  # it has just ended
    found = next((line for line in status.splitlines() if line.startswith("VmHWM")), "0 0")
    return int(found.split()[1]) // 1024


def calls(log: str) -> Counter[str]:
    """How many AWS calls jobs of each name have made, as their lines of log say."""
    found: Counter[str] = Counter()
    for name, made in _RUN.findall(log):
        found[name] += int(made)
        found[f"{name} runs"] += 1
    return found
