"""How values are kept in rows, where PynamoDB's own attributes take a detour."""

from decimal import Decimal

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER


class DecimalAttribute(Attribute[Decimal]):
    """A DynamoDB number without a detour through float."""

    attr_type = NUMBER

    def serialize(self, value: Decimal) -> str:
        """DynamoDB's wire form of a number."""
        return str(value)

    def deserialize(self, value: str) -> Decimal:
        """The exact number."""
        return Decimal(value)


class IntegerAttribute(Attribute[int]):
    """A DynamoDB number that is whole, without a detour through JSON."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """DynamoDB's wire form of a number."""
        return str(value)

    def deserialize(self, value: str) -> int:
        """The number."""
        return int(value)
