"""Reading one item: who sees it, and what is spared when it is known already."""

import pytest


@pytest.fixture
def hidden(offer):
    """The path of an item of ann's that is not on sale."""
    return f"/items/{offer(is_available=False)['id']}"


@pytest.fixture
def admin(anonymous):
    """Who runs the deployment."""
    return anonymous.signed_in("root", "admin")


@pytest.mark.parametrize("who", ["anonymous", "ann", "max_", "moderator", "admin"])
def test_everybody_sees_what_is_on_sale(request, offer, who):
    """An available item looks the same to everybody."""
    item = offer()
    assert request.getfixturevalue(who).get(f"/items/{item['id']}").body == item


@pytest.mark.parametrize(
    ("who", "status"),
    [("anonymous", 404), ("max_", 404), ("ann", 200), ("moderator", 200), ("admin", 200)],
)
def test_a_hidden_item_is_for_its_owner_and_moderators(request, hidden, who, status):
    """Others are told that there is no such item."""
    assert request.getfixturevalue(who).get(hidden).status == status


def test_hidden_and_missing_are_told_alike(max_, hidden):
    """Nothing in the answer betrays that a hidden item exists."""
    one, other = max_.get(hidden), max_.get("/items/01K0N4Q7Y2V9S6T3R8W5X1Z0AB")
    apart = {"request_id"}
    assert {k: v for k, v in one.body.items() if k not in apart} == {
        k: v for k, v in other.body.items() if k not in apart
    }


@pytest.mark.parametrize("known", ['"1"', 'W/"1"', '"7", "1"', "*"])
def test_a_known_version_is_not_sent_again(ann, offer, known):
    """If-None-Match with the present ETag answers 304, without a body and with the ETag."""
    answer = ann.get(f"/items/{offer()['id']}", headers={"If-None-Match": known})
    assert (answer.status, answer.text, answer.headers["etag"]) == (304, "", '"1"')


@pytest.mark.parametrize("known", ['"2"', '"11"', "1", '""', "nonsense"])
def test_another_version_is_sent(ann, offer, known):
    """If-None-Match with anything else answers the item."""
    answer = ann.get(f"/items/{offer()['id']}", headers={"If-None-Match": known})
    assert answer.status == 200


def test_a_known_hidden_item_stays_hidden(max_, hidden):
    """If-None-Match tells nothing about an item that the caller may not see."""
    assert max_.get(hidden, headers={"If-None-Match": "*"}).status == 404


@pytest.mark.parametrize(
    "id_",
    [
        "x",
        "01k0n4q7y2v9s6t3r8w5x1z0ab",
        "81K0N4Q7Y2V9S6T3R8W5X1Z0AB",
        "01K0N4Q7Y2V9S6T3R8W5X1Z0A",
        "USER#1",
        "01K0N4Q7Y2V9S6T3R8W5X1Z0AB ",
        "#",
        " ",
        "..",
        "01K0N4Q7Y2V9S6T3R8W5X1Z0AU",
    ],
)
def test_an_id_of_another_form_is_never_looked_up(anonymous, wire, id_):
    """What cannot be an id is refused without a call to the table (threats D13, E16)."""
    assert anonymous.get(f"/items/{id_}").status in (404, 422)
    assert wire.calls == []
