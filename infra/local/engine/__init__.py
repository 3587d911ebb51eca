"""moto's DynamoDB and SQS made fit for use: whole under threads, quick with many rows or messages.

`install()` replaces the few methods of moto that walk or copy whole tables and queues. The twin and
the tests that run in one process use it alike; call it before any table or queue exists. `lock` is
held during every call of DynamoDB's, so whoever holds it sees no half-done transaction.
"""

from infra.local.engine.installing import install, lock
from infra.local.engine.rows import Listener, RowKey, listen, load

__all__ = ["Listener", "RowKey", "install", "listen", "load", "lock"]
