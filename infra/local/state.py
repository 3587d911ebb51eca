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
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import IO, Any

FLUSH_INTERVAL = 2.0  # seconds

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS rows (
        table_name TEXT, key TEXT, item TEXT NOT NULL, PRIMARY KEY (table_name, key)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS objects (
        path TEXT PRIMARY KEY, headers TEXT NOT NULL, body BLOB NOT NULL
    ) WITHOUT ROWID;
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
                old.unlink()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        path.chmod(0o600)  # it holds secrets
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.executescript(_SCHEMA)

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
        with self._writing:
            insert = "INSERT OR REPLACE INTO objects VALUES (?, ?, ?)"
            self._database.execute(insert, (path, json.dumps(headers), body))

    def forget_object(self, path: str) -> None:
        """Forget an object."""
        with self._writing:
            self._database.execute("DELETE FROM objects WHERE path = ?", (path,))

    def objects(self) -> Iterator[tuple[str, dict[str, str], bytes]]:
        """The kept objects: path, headers, body."""
        for path, headers, body in self._database.execute("SELECT * FROM objects"):
            yield path, json.loads(headers), body

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
