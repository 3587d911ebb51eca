"""What outlives the twin: rows, objects, secrets and mails, in `.dunlin/`.

Rows are written behind: what changed is kept in memory by key and written in one SQLite transaction
every two seconds and at the end. After a crash at most those seconds are missing, and never a part
of a row or of a transaction.
"""

import base64
import fcntl
import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import IO, Any, BinaryIO

FLUSH_INTERVAL = 2.0  # seconds
_DAY = 86_400  # seconds

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS rows (
        table_name TEXT, key TEXT, item TEXT NOT NULL, PRIMARY KEY (table_name, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS objects (
        path TEXT PRIMARY KEY, headers TEXT NOT NULL, body BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS contents (
        path TEXT PRIMARY KEY, file TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS births (path TEXT PRIMARY KEY, at REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS mails (number INTEGER PRIMARY KEY, mail TEXT NOT NULL);
"""


class StateInUse(Exception):
    """Another run uses the same folder."""


Change = tuple[str, str, str | None]
"""A table, a row's key as JSON, and its item as JSON or None when it is gone."""


class State:
    """The folder's contents, for one run at a time. Raises StateInUse."""

    def __init__(self, folder: Path, *, fresh: bool = False) -> None:
        self._writing = Lock()
        folder.mkdir(mode=0o700, exist_ok=True)
        self._lock = _locked(folder / "lock")
        path = folder / "state.sqlite3"
        if fresh:
            for old in folder.glob(f"{path.name}*"):
                old.unlink()  # contents of objects go below, as files that no object has
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        path.chmod(0o600)  # it holds secrets
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)
        self._contents = folder / "objects"
        self._contents.mkdir(mode=0o700, exist_ok=True)
        self._tidy()

    def rows(self, table: str) -> Iterator[dict[str, Any]]:
        """The saved rows of a table, as DynamoDB's JSON."""
        select = "SELECT item FROM rows WHERE table_name = ?"
        for (item,) in self._database.execute(select, (table,)):
            yield json.loads(item, object_hook=_with_bytes)

    def save(self, changes: list[Change]) -> None:
        """Write changes, all or none."""
        with self._writing, self._database:
            self._database.execute("BEGIN")
            for table, key, item in changes:
                if item is None:
                    delete = "DELETE FROM rows WHERE table_name = ? AND key = ?"
                    self._database.execute(delete, (table, key))
                else:
                    insert = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?)"
                    self._database.execute(insert, (table, key, item))

    def fact(self, name: str) -> str | None:
        """A remembered value."""
        found = self._database.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(found[0]) if found else None

    def remember(self, name: str, value: str) -> None:
        """Remember a value at once."""
        with self._writing:
            self._database.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def keep_object(self, path: str, headers: dict[str, str], body: bytes) -> None:
        """Keep an object of S3 at once, under its encoded path."""
        self._keep(path, headers, body, None)

    def keep_large_object(
        self, path: str, headers: dict[str, str], pieces: Iterable[bytes]
    ) -> BinaryIO:
        """Keep an object as a file of its own, which is given back, open."""
        name = secrets.token_hex(16)
        with (self._contents / name).open("xb") as file:
            file.writelines(pieces)
        self._keep(path, headers, b"", name)
        return (self._contents / name).open("rb")

    def expire_objects(self, start: str, days: float) -> None:
        """Forget the objects whose path begins like that and that are older than so many days."""
        select = "SELECT path FROM births WHERE substr(path, 1, ?) = ? AND at < ?"
        oldest = time.time() - days * _DAY
        for (path,) in self._database.execute(select, (len(start), start, oldest)).fetchall():
            self.forget_object(path)

    def forget_object(self, path: str) -> None:
        """Forget an object."""
        with self._writing, self._database:
            self._database.execute("BEGIN")
            self._database.execute("DELETE FROM objects WHERE path = ?", (path,))
            self._database.execute("DELETE FROM births WHERE path = ?", (path,))
            self._forget_content(path)

    def objects(self) -> Iterator[tuple[str, dict[str, str], bytes | BinaryIO]]:
        """The kept objects: path, headers, and body, which of a large one is an open file."""
        select = "SELECT path, headers, body, file FROM objects LEFT JOIN contents USING (path)"
        for path, headers, body, name in self._database.execute(select):
            yield path, json.loads(headers), (self._contents / name).open("rb") if name else body

    def _keep(self, path: str, headers: dict[str, str], body: bytes, name: str | None) -> None:
        with self._writing, self._database:
            self._database.execute("BEGIN")
            insert = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)"
            self._database.execute(insert, (path, json.dumps(headers), body))
            born = "INSERT OR REPLACE INTO births VALUES (?, ?)"
            self._database.execute(born, (path, time.time()))
            self._forget_content(path)
            if name is not None:
                self._database.execute("INSERT INTO contents VALUES (?, ?)", (path, name))

    def _forget_content(self, path: str) -> None:
        """Forget the file of an object. Who reads it can go on."""
        select = "SELECT file FROM contents WHERE path = ?"
        for (name,) in self._database.execute(select, (path,)).fetchall():
            self._database.execute("DELETE FROM contents WHERE path = ?", (path,))
            (self._contents / name).unlink(missing_ok=True)

    def _tidy(self) -> None:
        """Remove the files that a run left which ended before it kept their objects."""
        kept = {name for (name,) in self._database.execute("SELECT file FROM contents")}
        for file in self._contents.iterdir():
            if file.name not in kept:
                file.unlink()

    def keep_mail(self, mail: str, most: int) -> None:
        """Keep a mail, and of all no more than the newest `most`."""
        with self._writing:
            kept = self._database.execute("INSERT INTO mails (mail) VALUES (?)", (mail,))
            old = (kept.lastrowid or 0) - most
            self._database.execute("DELETE FROM mails WHERE number <= ?", (old,))

    def mails(self) -> list[str]:
        """The kept mails, oldest first."""
        found = self._database.execute("SELECT mail FROM mails ORDER BY number").fetchall()
        return [str(mail) for (mail,) in found]

    def secret(self, name: str) -> str:
        """A random value that is drawn once and then stays the same: 256 bits, URL-safe."""
        value = self.fact(name)
        if value is None:
            value = secrets.token_urlsafe(32)
            self.remember(name, value)
        return value

    def close(self) -> None:
        """Give the folder free."""
        self._database.close()
        self._lock.close()


def _with_bytes(value: dict[str, Any]) -> dict[str, Any]:
    """Undo base64, which only JSON needs. An attribute named B has a typed value, never text."""
    if isinstance(value.get("B"), str):
        return {"B": base64.b64decode(value["B"])}
    if isinstance(value.get("BS"), list):
        return {"BS": [base64.b64decode(part) for part in value["BS"]]}
    return value


def _locked(path: Path) -> IO[str]:
    """Hold the lock file until it is closed, or the process ends however it ends."""
    lock = path.open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StateInUse from error
    return lock
