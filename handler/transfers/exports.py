"""Exports: an account's rows as text, at once where they are few, and else as a file by a job.

The job writes parts of some megabytes, each a step: what is there is not made again. When all are
there they become one file of the account, whose id follows from the job.
"""

import json
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from handler import accounts, audit, files
from handler.core import limits
from handler.core.auth import Caller
from handler.core.errors import NotFound, Unavailable
from handler.core.ids import numbered_id
from handler.core.limits import Limit
from handler.jobs import GiveUp, Handle, RetryLater, Run, transaction
from handler.transfers import gateway, registry
from handler.transfers.account import ACCOUNT
from handler.transfers.formats import FORMATS, Format, Name
from handler.transfers.schemas import Export, ExportIn
from handler.transfers.transferable import Transferable

TRANSFERS = Limit("transfers", calls=20, seconds=60)
"""Exports and imports, by account (threats I9)."""
AT_ONCE = 5_900_000
"""Bytes of an answer: Lambda passes on 6 MB, of which its headers take some kilobytes."""
PART = 5_000_000
"""Bytes of a part: what an export has in memory, and does again after a crash, at most."""
PARTS = 80
"""Parts of a file, which is put together on Lambda's disk of 512 MB."""
_RUN = 20  # parts of one run: it goes on in another, so that its time is never over


registry.offer(ACCOUNT)


class KindNotFound(NotFound):
    """Nothing of that kind goes out."""

    detail = "There are no such rows."


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is written: its rows, and where they stopped (None at the end)."""

    rows: int
    after: str | None


def request_export(caller: Caller, body: ExportIn) -> Handle:
    """Have a file made of the caller's rows. While one of the same kind is made, that is it.

    Raises RateLimited, Unavailable.
    """
    limits.spend(TRANSFERS, caller.id)
    return _enqueue(caller, body.kind, body.format)


def export_at_once(caller: Caller, kind: str, name: Name) -> str | Handle:
    """The caller's rows as text, or the export that makes a file of them where they are too many.

    Raises KindNotFound, RateLimited, Unavailable.
    """
    limits.spend(TRANSFERS, caller.id)
    if kind not in registry.exportables:
        raise KindNotFound
    source, format_ = registry.exportables[kind], FORMATS[name]
    texts = [format_.head(source.columns)]
    size, after, more = 0, None, True
    while more:
        text, _, after = _page(source, format_, caller.id, after)
        size += _bytes_in_answer(text)
        if size > AT_ONCE:
            return _enqueue(caller, kind, name)
        texts.append(text)
        more = after is not None
    audit.record("transfer.exported", actor=caller.id, subject=caller.id, kind=kind)
    return "".join(texts)


def _enqueue(caller: Caller, kind: str, name: Name) -> Handle:
    with transaction() as writes:
        job, key = Export(kind=kind, format=name), f"{caller.id}:{kind}:{name}"
        writes.result = handle = writes.enqueue(job, owner=caller.id, unique=key)
        writes.save(audit.entry("transfer.exported", actor=caller.id, subject=caller.id, kind=kind))
    return handle


def _bytes_in_answer(text: str) -> int:
    """What a text takes in Lambda's answer: as JSON, or in base 64."""
    plain = len(text.encode())
    return max(len(json.dumps(text, ensure_ascii=False).encode()), plain * 4 // 3 + 3)


def _page(
    source: Transferable, format_: Format, owner_id: str, after: str | None
) -> tuple[str, int, str | None]:
    """Some rows as text, how many they are, and where they stopped."""
    rows, last = source.page(owner_id, after)
    return "".join(format_.write(source.columns, row) for row in rows), len(rows), last


def make_file(job: Export, run: Run) -> dict[str, Any]:
    """Make the file of an export. Returns its id, and how many rows it has.

    Raises RetryLater where another run goes on, GiveUp for what no disk holds, Unavailable.
    """
    if run.owner is None or not accounts.is_open(run.owner):
        raise GiveUp("The account is closed.")
    export = _Export(job, run, run.owner)
    export.write_parts()
    file = export.known_file() or export.put_together()
    for number in range(len(export.parts)):
        with suppress(Unavailable):  # S3 does it in a few days
            gateway.delete_part(run.id, number)
    rows = sum(part.rows for part in export.parts)
    return {"file_id": file.id, "url": f"/files/{file.id}", "rows": rows}


class _Export:
    """One run of an export, and the parts that are there by then."""

    def __init__(self, job: Export, run: Run, owner_id: str) -> None:
        self._source, self._format = registry.exportables[job.kind], FORMATS[job.format]
        self._run = run
        self._owner_id = owner_id
        self._file_id = numbered_id(run.id, 1)
        self._made = 0
        self.parts: list[Part] = []

    def write_parts(self) -> None:
        """See to it that all parts are there, of which earlier runs have made some."""
        while not self.parts or self.parts[-1].after is not None:
            if len(self.parts) == PARTS:
                raise GiveUp(f"An export holds {PARTS * PART // 1_000_000} MB.")
            if self._made == _RUN:
                raise RetryLater(0)
            rows, after = self._run.step(f"part-{len(self.parts)}", self._write_part)
            self.parts.append(Part(rows, after))

    def _write_part(self) -> tuple[int, str | None]:
        """Write the rows behind the parts that there are. Returns a Part's fields."""
        before = sum(part.rows for part in self.parts)
        content = bytearray() if self.parts else self._head()
        rows, after = 0, self.parts[-1].after if self.parts else None
        while True:
            self._run.progress(0, f"{before + rows} rows")
            self._run.checkpoint()
            text, count, after = _page(self._source, self._format, self._owner_id, after)
            content += text.encode()
            rows += count
            if after is None or len(content) >= PART:
                break
        gateway.put_part(self._run.id, len(self.parts), bytes(content))
        self._made += 1
        return rows, after

    def _head(self) -> bytearray:
        return bytearray(self._format.head(self._source.columns).encode())

    def known_file(self) -> files.File | None:
        """The file, if an earlier run has put it together: parts may be gone since."""
        with suppress(files.FileNotFound):
            return files.file_of(self._owner_id, self._file_id)
        return None

    def put_together(self) -> files.File:
        """One file of the parts. It is there once, however often this is done."""
        with tempfile.TemporaryFile() as content:
            for number in range(len(self.parts)):
                for block in gateway.open_part(self._run.id, number):
                    content.write(block)
            content.seek(0)
            return files.store(
                self._owner_id,
                name=f"{self._source.kind}.{self._format.name}",
                content_type=self._format.content_type,
                content=content,
                file_id=self._file_id,
            )
