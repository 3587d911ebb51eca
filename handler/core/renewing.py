"""Rows of another schema are written anew, once, before anything is changed in them by name.

A change by name leaves everything else in a row as it is; in a row of another schema the half of it
would then be in each. So such a change holds for the current schema alone, and whoever is refused
by a row of another one writes it as it is read (`Row.READS`) and tries again. That costs one call,
the first time that an old row is changed, and nothing where rows are current.
"""

from typing import Any

from botocore.exceptions import ClientError

from handler.core.patience import patiently, row_refused
from handler.core.records import RawRow, Record, Row


def renew(model: type[Row], row: RawRow) -> bool:
    """Write a row as the current schema has it, if nobody has changed it since it was read.

    Returns whether it was of another schema: if not, nothing is written. A row keeps its version
    and its time, since it is the same thing. Raises Unavailable.
    """
    if model.is_current(row) or not issubclass(model, Record):
        return False
    arguments: dict[str, Any] = {
        "TableName": model.Meta.table_name,
        "Item": model.renewed(row),
        "ConditionExpression": "#mark = :mark",
        "ExpressionAttributeNames": {"#mark": model.write_id.attr_name},
        "ExpressionAttributeValues": {":mark": row[model.write_id.attr_name]},
    }
    try:
        patiently("PutItem", arguments)
    except ClientError as error:
        row_refused(error)  # changed or gone meanwhile: whoever wants it sees what it is now
    return True
