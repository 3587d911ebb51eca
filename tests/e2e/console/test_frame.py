"""What holds for every page of the console."""

import pytest

from tests.e2e.console.conftest import PHONE
from tests.e2e.places import patiently

pytestmark = pytest.mark.slow

_OPEN = ["/sign-in", "/sign-up", "/forgot", "/verify?token=x", "/reset?token=x", "/email?token=x"]
_OWN = ["/items", "/items?view=cards", "/items/new", "/transfers", "/jobs", "/profile", "/devices"]


def _looked_at(person, path):
    page = person.open(path)
    page.get_by_role("heading", level=1).wait_for()
    page.wait_for_load_state("networkidle")
    return person.violations()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
class TestAccessibility:
    """Axe finds nothing, in either scheme and on either screen."""

    def test_of_what_everybody_may_open(self, visit, scheme, size):
        """Forms and mailed links."""
        person = visit(color_scheme=scheme, **({"viewport": size} if size else {}))
        assert [found for path in _OPEN for found in _looked_at(person, path)] == []

    def test_of_what_one_may_open_signed_in(self, visit, account, api, scheme, size):
        """Lists, forms, tables and cards."""
        item = api.item(tags=["brass"])
        paths = [*_OWN, f"/items/{item['id']}", f"/items/{item['id']}/edit"]
        person = visit(account, color_scheme=scheme, **({"viewport": size} if size else {}))
        assert [found for path in paths for found in _looked_at(person, path)] == []


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_what_was_told_and_done_is_accessible(visit, account, api, size):
    """Notifications, and a job with what came of it."""
    job = patiently(api.http, "POST", "/exports", json={"kind": "items", "format": "csv"}).json()
    person = visit(account, **({"viewport": size} if size else {}))
    person.open("/notifications").get_by_text("Your export has succeeded").first.wait_for()
    assert person.violations() == []
    person.open(f"/jobs/{job['id']}").get_by_text('"rows": 0').wait_for()
    assert person.violations() == []


def test_a_dialog_is_accessible(visit, account):
    """It takes the focus, and Escape closes it."""
    person = visit(account)
    page = person.open("/profile")
    page.get_by_role("button", name="Close this account").click()
    page.get_by_role("dialog").wait_for()
    assert person.violations() == []
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def test_each_file_is_asked_for_once(visit):
    """And not again with another load; the page itself is asked for, and not sent again."""
    page = visit().open("/sign-in")
    page.get_by_role("heading", level=1).wait_for()
    sent = []
    page.on("response", lambda answer: sent.append((answer.url, answer.from_service_worker)))
    asked = "performance.getEntriesByType('resource').filter(e => e.name.includes('/static/'))"
    first = page.evaluate(f"{asked}.map(e => [e.name, e.transferSize])")
    assert len(first) == len({name for name, _ in first}) > 5
    page.reload()
    page.get_by_role("heading", level=1).wait_for()
    again = page.evaluate(f"{asked}.map(e => e.transferSize)")
    assert set(again) == {0}


def test_the_page_says_that_the_server_cannot_be_reached(visit, account):
    """And goes on when it can."""
    page = visit(account).open("/jobs")
    page.get_by_text("No jobs yet").wait_for()
    page.context.set_offline(True)
    page.get_by_role("link", name="Devices").click()
    page.get_by_role("alert").get_by_text("The server cannot be reached").wait_for()
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("this device").wait_for()


def test_a_fault_of_the_console_s_own_leaves_the_rest(visit, account):
    """It is told and logged; the menu leads on."""
    person = visit(account)
    person.page.route("**/sessions", lambda route: route.fulfill(json={"items": [None]}))
    page = person.open("/devices")
    person.headline("This page has failed")
    page.get_by_role("link", name="Profile").click()
    person.headline("Profile")
    (complaint,) = person.watch.complaints
    assert complaint.startswith("error: ")
    person.watch.complaints.clear()


def test_an_answer_of_the_gateway_s_own_is_told(visit, account):
    """It has neither title nor detail; the page stays as it is, and may be asked again."""
    person = visit(account)
    person.watch.meant = {503}
    answer = {"status": 503, "json": {"message": "Service Unavailable"}}
    person.page.route("**/sessions", lambda route: route.fulfill(**answer), times=1)
    page = person.open("/devices")
    page.get_by_role("alert").get_by_text("An odd answer").wait_for()
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("this device").wait_for()


@pytest.mark.parametrize("path", ["/nowhere/at/all", "/items/%", "/jobs/%c3%28"])
def test_an_address_without_a_page_says_so(visit, path):
    """With the menu around it."""
    person = visit()
    person.open(path)
    person.headline("No such page")
    person.page.get_by_role("link", name="Sign in").wait_for()


def test_the_home_address_leads_there(visit, home):
    """In the twin."""
    person = visit()
    person.page.goto(f"{home}/")
    person.headline("Items")
    assert person.page.url == f"{home}/console"


def test_the_menu_opens_on_a_phone(visit, account):
    """And closes when one has gone somewhere."""
    person = visit(account, viewport=PHONE)
    page = person.open("/jobs")
    person.headline("Jobs")
    assert not page.get_by_role("link", name="Devices").is_visible()
    page.get_by_role("button", name="Menu").click()
    page.get_by_role("link", name="Devices").click()
    person.headline("Devices")
    assert not page.get_by_role("link", name="Profile").is_visible()


def test_the_keyboard_alone_will_do(visit, account):
    """The menu can be skipped, and a link is followed to a page that has the focus."""
    person = visit(account)
    page = person.open("/jobs")
    person.headline("Jobs")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip the menu"
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'main'")
    assert page.url.endswith("/jobs#main")
    page.get_by_role("link", name="Devices").focus()
    page.keyboard.press("Enter")
    person.headline("Devices")
    page.wait_for_function("() => document.activeElement.id === 'main'")


def test_a_page_does_not_scroll_sideways_on_a_phone(visit, account, api):
    """Tables scroll within themselves."""
    api.item(name="A very long name for a lamp " * 5, tags=["a-very-long-tag-for-a-lamp"])
    person = visit(account, viewport=PHONE)
    for path in _OWN:
        page = person.open(path)
        page.get_by_role("heading", level=1).wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
