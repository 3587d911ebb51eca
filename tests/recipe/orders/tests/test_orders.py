"""Placing orders, seeing them, and what becomes of them."""

from handler.orders.models import Order

ORDER = {"product": "Spotting scope", "quantity": 2}


def test_an_order_comes_back_as_it_was_placed(ann):
    """With its owner, and where it is."""
    answer = ann.post("/orders", ORDER)
    assert answer.status == 201
    assert answer.body | ORDER | {"owner_id": "ann", "state": "placed"} == answer.body
    assert ann.get(answer.headers["location"]).body == answer.body


def test_a_job_confirms_an_order(ann, jobs):
    """After the answer."""
    path = ann.post("/orders", ORDER).headers["location"]
    jobs.deliver()
    found = ann.get(path).body
    assert (found["state"], found["version"]) == ("confirmed", 2)


def test_an_order_that_is_gone_needs_no_confirmation(ann, jobs):
    """Its job succeeds all the same."""
    Order(ann.post("/orders", ORDER).body["id"]).delete()
    jobs.deliver()
    (job,) = ann.get("/jobs").body["items"]
    assert (job["name"], job["state"]) == ("orders.confirm", "succeeded")


def test_an_order_sent_twice_is_placed_once(ann):
    """Under the same key."""
    key = {"idempotency-key": "an-order-that-is-sent-twice"}
    first, again = (ann.post("/orders", ORDER, headers=key).body for _ in range(2))
    assert first == again
    assert len(ann.get("/orders").body["items"]) == 1


def test_somebody_else_s_order_is_not_found(ann, max_):
    """Nor listed."""
    path = ann.post("/orders", ORDER).headers["location"]
    answer = max_.get(path)
    assert (answer.status, answer.code) == (404, "order_not_found")
    assert max_.get("/orders").body["items"] == []


def test_orders_are_listed_newest_first(ann):
    """Page by page."""
    placed = [ann.post("/orders", ORDER).body["id"] for _ in range(3)]
    page = ann.get("/orders", query="limit=2").body
    rest = ann.get("/orders", query=f"limit=2&cursor={page['next']}").body
    assert [one["id"] for one in page["items"] + rest["items"]] == placed[::-1]
    assert rest["next"] is None


def test_orders_go_with_their_account(time, ann, max_, jobs):
    """And nobody else's."""
    ann.post("/orders", ORDER)
    kept = max_.post("/orders", ORDER).body["id"]
    ann.delete("/users/me")
    jobs.drain(lambda: [one.id for one in Order.scan()] == [kept], limit_seconds=200)
