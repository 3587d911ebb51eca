"""What crosses a wire about orders, and the job that confirms one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from handler.core.pages import LIMIT_DEFAULT, LIMIT_MAX
from handler.core.schemas import Id, In, Line, Out, Query
from handler.jobs import Job


class ConfirmOrder(Job, name="orders.confirm"):
    """Confirm an order."""

    order_id: str


class OrderIn(In):
    """What is ordered."""

    product: Annotated[Line, Field(max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=1000)] = 1


class OrderOut(Out):
    """An order as its owner sees it."""

    id: Id
    owner_id: str
    product: str
    quantity: int
    state: Literal["placed", "confirmed"]
    version: int
    created_at: datetime
    updated_at: datetime


class OrderQuery(Query):
    """Which page of orders is asked for."""

    limit: Annotated[int, Field(ge=1, le=LIMIT_MAX)] = LIMIT_DEFAULT
    cursor: Annotated[str | None, Field(max_length=600)] = None


class OrderPageOut(Out):
    """A page of orders."""

    items: list[OrderOut]
    next: str | None
