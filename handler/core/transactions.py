"""Several writes that happen together or not at all: one TransactWriteItems."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from botocore.exceptions import ClientError
from pynamodb.constants import ALL_OLD
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from handler.core import patience
from handler.core.errors import Unavailable, WriteConflict
from handler.core.records import Record, Row
from handler.core.renewing import renew

WRITES = 100
"""What DynamoDB takes in one transaction."""
Refusal = Callable[[Any], Exception]
"""Names the error for a condition that failed, given the row that stood there (or None)."""


def _conflict(_row: object) -> Exception:
    return WriteConflict()


class Transaction:
    """Collects up to 100 writes; leaving the block commits them.

    Each write may name its refusal: the error to raise when its condition fails. A row may be
    written once in a transaction. `result` is what the request will answer once this is committed.
    """

    def __init__(self) -> None:
        self._writes: list[dict[str, Any]] = []
        self._refusals: list[Refusal] = []
        self._models: list[type[Row] | None] = []
        self.result: Any = None

    def save(
        self, row: Row, condition: Condition | None = None, refused: Refusal = _conflict
    ) -> None:
        """Put a row as it is."""
        arguments = row.get_save_kwargs_from_instance(condition, ALL_OLD)
        self.write("Put", arguments, refused, type(row))

    def update(
        self,
        row: Row,
        actions: Sequence[Action],
        condition: Condition | None = None,
        refused: Refusal = _conflict,
    ) -> None:
        """Change named attributes of a row, wherever it stands by then; a record has to exist."""
        if isinstance(row, Record):
            current = type(row).schema == row.SCHEMA
            condition = current if condition is None else current & condition
        arguments = row.get_update_kwargs_from_instance(list(actions), condition, ALL_OLD)
        self.write("Update", arguments, refused, type(row))

    def delete(
        self, row: Row, condition: Condition | None = None, refused: Refusal = _conflict
    ) -> None:
        """Delete a row."""
        arguments = row.get_delete_kwargs_from_instance(condition, ALL_OLD)
        self.write("Delete", arguments, refused, type(row))

    def check(self, row: Row, condition: Condition, refused: Refusal = _conflict) -> None:
        """Demand that a condition holds for a row which is not written."""
        arguments = row.get_delete_kwargs_from_instance(condition, ALL_OLD)
        self.write("ConditionCheck", arguments, refused, type(row))

    def take_over(self, other: "Transaction") -> None:
        """Add all that another transaction has collected, and its result."""
        self._writes += other._writes  # noqa: SLF001 - of its own class
        self._refusals += other._refusals  # noqa: SLF001 - the same
        self._models += other._models  # noqa: SLF001 - the same
        self.result = other.result

    def write(
        self,
        kind: str,
        arguments: dict[str, Any],
        refused: Refusal = _conflict,
        model: type[Row] | None = None,
    ) -> None:
        """Add one operation as DynamoDB takes it; its refusal is given the raw row or a model's."""
        self._writes.append({kind: arguments})
        self._refusals.append(refused)
        self._models.append(model)

    def commit(self, attempts: int = patience.ATTEMPTS) -> None:
        """Do it. Raises the refusal of the first write whose condition failed, or Unavailable.

        The client token makes a repetition after a lost answer harmless (threats K8). `attempts`
        are made while others are changing the same rows.
        """
        contribute = contributor.get()
        if contribute is not None and self.result is not None:
            contribute(self, self.result)
        if len(self._writes) > WRITES:
            raise ValueError(f"a transaction holds {WRITES} writes")
        for _ in range(patience.ATTEMPTS):
            request = {"TransactItems": self._writes, "ClientRequestToken": secrets.token_hex(16)}
            try:
                patience.patiently("TransactWriteItems", request, attempts)
            except ClientError as error:
                self._answer(error)
            else:
                return
        raise Unavailable

    def _answer(self, error: ClientError) -> None:
        """Write rows of another schema anew, so that it is worth another attempt; else refuse."""
        reasons = patience.reasons(error)  # none, when it was not the transaction that failed
        stood = [
            (model, reason.get("Item"), refused)
            for model, reason, refused in zip(self._models, reasons, self._refusals, strict=False)
            if reason.get("Code") == "ConditionalCheckFailed"
        ]
        if not stood:
            raise error
        if True not in [renew(model, row) for model, row, _ in stood if model and row]:
            model, row, refused = stood[0]
            raise refused(model.from_raw_data(row) if model and row else row) from error


Contributor = Callable[[Transaction, Any], None]
contributor: ContextVar[Contributor | None] = ContextVar("contributor", default=None)
"""Who adds to the transaction that makes a request's answer true (the stored idempotent answer)."""


@contextmanager
def transaction(result: Any = None) -> Iterator[Transaction]:
    """Collect writes and commit them at the end of the block; an exception inside commits nothing.

    `result` is what the request will answer once this is committed: name it in a call that
    creates, so that the answer is kept for an Idempotency-Key in the same transaction.
    """
    writes = Transaction()
    writes.result = result
    yield writes
    writes.commit()
