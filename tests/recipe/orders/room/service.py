"""What is allowed with orders, and what follows from it."""

from handler.core import lists
from handler.core.auth import Caller
from handler.core.errors import NotFound
from handler.core.lists import Plan, Request
from handler.core.pages import Page
from handler.jobs import RetryLater, Run, transaction
from handler.orders import models
from handler.orders.models import Order
from handler.orders.schemas import ConfirmOrder, OrderIn, OrderQuery

_SETTLED = 60
"""Seconds after which whatever was under way when an account closed is done, and indexed."""


class OrderNotFound(NotFound):
    """No order has that id, or it is somebody else's."""

    detail = "There is no such order."


def create_order(caller: Caller, body: OrderIn) -> Order:
    """Place an order; a job confirms it. Raises Unavailable."""
    order = Order(owner_id=caller.id, **body.model_dump())
    with transaction(result=order) as writes:
        writes.save(order, Order.id.does_not_exist())
        writes.enqueue(ConfirmOrder(order_id=order.id), owner=caller.id)
    return order


def get_order(caller: Caller, order_id: str) -> Order:
    """An order of the caller's. Raises OrderNotFound."""
    order = Order.find(order_id)
    if order is None or order.owner_id != caller.id:
        raise OrderNotFound
    return order


def list_orders(caller: Caller, query: OrderQuery) -> Page[Order]:
    """A page of the caller's orders, newest first. Raises CursorInvalid."""
    plan = Plan(
        models.of_owner(caller.id),
        lambda rows: [Order.from_raw_data(row) for row in rows],
        lambda _order: True,
    )
    return lists.read(plan, Request(caller, ("orders",), query.limit, query.cursor))


def confirm_order(job: ConfirmOrder, run: Run) -> None:
    """Confirm an order, unless it is gone by now."""
    order = Order.find(job.order_id)
    if order is None:
        return
    stood = Order.version == order.version
    order.state = "confirmed"
    order.mark_changed()
    with run.transaction() as writes:
        writes.save(order, stood)


def forget_all(owner_id: str, run: Run) -> int:
    """Delete the orders of an account that is closed. Returns how many there were.

    Raises RetryLater at first: the index may lag, and a request may have been under way.
    """
    gone = 0
    for order in models.all_of_owner(owner_id):
        run.checkpoint()
        with transaction() as writes:
            writes.delete(order)
        gone += 1
    if run.seconds_open < _SETTLED:
        raise RetryLater(_SETTLED)
    return gone
