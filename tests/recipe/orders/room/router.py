"""Orders over HTTP."""

from typing import Annotated

from fastapi import Path, Query

from handler.core.http import Router, SignedIn, creates, raises
from handler.core.ids import ID_PATTERN
from handler.core.pages import CursorInvalid, Page
from handler.orders import service
from handler.orders.models import Order
from handler.orders.schemas import OrderIn, OrderOut, OrderPageOut, OrderQuery
from handler.orders.service import OrderNotFound

router = Router(prefix="/orders", tags=["orders"])

OrderId = Annotated[str, Path(pattern=ID_PATTERN, examples=["01K0N4Q7Y2V9S6T3R8W5X1Z0AB"])]


@router.post("", status_code=201, response_model=OrderOut)
@creates("/orders/{id}")
def create_order(caller: SignedIn, body: OrderIn) -> Order:
    """Place an order. A job confirms it."""
    return service.create_order(caller, body)


@router.get("", response_model=OrderPageOut)
@raises(CursorInvalid)
def list_orders(caller: SignedIn, query: Annotated[OrderQuery, Query()]) -> Page[Order]:
    """List your orders, newest first."""
    return service.list_orders(caller, query)


@router.get("/{order_id}", response_model=OrderOut)
@raises(OrderNotFound)
def get_order(caller: SignedIn, order_id: OrderId) -> Order:
    """Read one of your orders."""
    return service.get_order(caller, order_id)
