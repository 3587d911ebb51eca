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
from handler.core.errors import WriteConflict
from handler.core.records import Row

Refusal = Callable[[Any], Exception]
"""Names the error for a condition that failed, given the row that stood there (or None)."""


def _conflict(_row: object) -> Exception:
    return WriteConflict()


class Transaction:
    """Collects up to 100 writes; leaving the block commits them.

    Each write may name its refusal: the error to raise when its condition fails. A row may be
    written once in a transaction.
    """

    def __init__(self) -> None:
        self._writes: list[dict[str, Any]] = []
        self._refusals: list[tuple[type[Row], Refusal]] = []

    def save(
        self, row: Row, condition: Condition | None = None, refused: Refusal = _conflict
    ) -> None:
        """Put a row as it is."""
        arguments = row.get_save_kwargs_from_instance(condition, ALL_OLD)
        self._add("Put", type(row), arguments, refused)

    def update(
        self,
        row: Row,
        actions: Sequence[Action],
        condition: Condition | None = None,
        refused: Refusal = _conflict,
    ) -> None:
        """Change named attributes of a row, wherever it stands by then."""
        arguments = row.get_update_kwargs_from_instance(list(actions), condition, ALL_OLD)
        self._add("Update", type(row), arguments, refused)

    def delete(
        self, row: Row, condition: Condition | None = None, refused: Refusal = _conflict
    ) -> None:
        """Delete a row."""
        arguments = row.get_delete_kwargs_from_instance(condition, ALL_OLD)
        self._add("Delete", type(row), arguments, refused)

    def check(self, row: Row, condition: Condition, refused: Refusal = _conflict) -> None:
        """Demand that a condition holds for a row which is not written."""
        arguments = row.get_delete_kwargs_from_instance(condition, ALL_OLD)
        self._add("ConditionCheck", type(row), arguments, refused)

    def _add(
        self, kind: str, model: type[Row], arguments: dict[str, Any], refused: Refusal
    ) -> None:
        self._writes.append({kind: arguments})
        self._refusals.append((model, refused))

    def commit(self) -> None:
        """Do it. Raises the refusal of the first write whose condition failed, or Unavailable.

        The client token makes a repetition after a lost answer harmless (threats K8).
        """
        request = {"TransactItems": self._writes, "ClientRequestToken": secrets.token_hex(16)}
        try:
            patience.patiently("TransactWriteItems", request)
        except ClientError as error:
            if (refusal := self._refusal(error)) is None:
                raise
            raise refusal from error

    def _refusal(self, error: ClientError) -> Exception | None:
        reasons = patience.reasons(error)  # none, when it was not the transaction that failed
        for (model, refused), reason in zip(self._refusals, reasons, strict=False):
            if reason.get("Code") == "ConditionalCheckFailed":
                item = reason.get("Item")
                return refused(model.from_raw_data(item) if item else None)
        return None


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
    yield writes
    contribute = contributor.get()
    if contribute is not None and result is not None:
        contribute(writes, result)
    writes.commit()
