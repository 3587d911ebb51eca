"""What happens elsewhere, as open pages of the console show it: in two browsers at once."""

import pytest
from playwright.sync_api import expect

from infra.local import seed
from tests.e2e.places import NewAccount, patiently

pytestmark = pytest.mark.slow

_HOLD = """globalThis.held = []; globalThis.WebSocket = class extends WebSocket {
  constructor(url) {
    super(url);
    held.push(this);
    this.addEventListener("message", ({ data }) => { this.told += data; });
  }
  told = "";
}"""
_OPEN = "() => globalThis.held?.at(-1)?.readyState === 1"


def _demo(role):
    one = next(one for one in seed.ACCOUNTS if one.role == role)
    return NewAccount(one.email, one.password, one.full_name)


@pytest.fixture
def live(visit):
    """Open a page for somebody, and wait until it hears what happens."""

    def live_(account, path, **options):
        person = visit(account, **options)
        person.page.add_init_script(_HOLD)
        person.open(path)
        person.page.wait_for_function(_OPEN)
        expect(person.page.locator("main p[aria-busy=true]")).to_have_count(0)
        return person

    return live_


@pytest.fixture
def moderator(api_of):
    """The demo moderator, through the API."""
    return api_of(_demo("moderator"))


def _write(moderator, account, subject):
    body = {
        "to": account.email,
        "subject": subject,
        "message": "It is.",
        "channels": ["in_app", "push"],
    }
    answer = patiently(moderator.http, "POST", "/notifications", json=body)
    assert answer.status_code == 201, answer.text


def test_a_notification_arrives_in_every_open_page(live, account, moderator):
    """As a word, as a number in the menu, and in the list."""
    listed, elsewhere = live(account, "/notifications"), live(account, "/profile")
    _write(moderator, account, "The tide is out")
    listed.page.get_by_role("article").get_by_text("The tide is out").wait_for()
    listed.page.get_by_role("status").get_by_text("1 unread").wait_for()
    elsewhere.page.locator(".toasts").get_by_text("The tide is out").wait_for()
    expect(elsewhere.page.get_by_role("img", name="1 unread")).to_have_text("1")


def test_what_is_read_is_counted_no_more(live, account, moderator):
    """One, and then all others at once; also after another load."""
    for number in range(3):
        _write(moderator, account, f"Tide {number}")
    page = live(account, "/notifications").page
    page.get_by_role("article").filter(has_text="Tide 1").get_by_role("button").click()
    page.get_by_role("status").get_by_text("2 unread").wait_for()
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_text("unread")).to_have_count(0)
    page.reload()
    page.get_by_role("article").first.wait_for()
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)


def test_what_came_while_one_was_cut_off_is_there_afterwards(live, account, moderator):
    """Once, and what comes then as well."""
    page = live(account, "/notifications").page
    page.context.set_offline(True)
    page.evaluate("held.at(-1).close()")
    _write(moderator, account, "Meanwhile")
    page.context.set_offline(False)
    page.get_by_role("article").get_by_text("Meanwhile").wait_for()
    page.wait_for_function(_OPEN)
    _write(moderator, account, "Afterwards")
    page.get_by_role("article").get_by_text("Afterwards").wait_for()
    expect(page.get_by_role("article")).to_have_count(2)


def test_a_job_is_followed_in_another_browser(live, account, api):
    """From its beginning to its end, without a question."""
    page = live(account, "/jobs").page
    page.wait_for_timeout(1000)  # the list is read anew when the channel has begun
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    body = {"kind": "items", "format": "csv"}
    assert patiently(api.http, "POST", "/exports", json=body).status_code == 202
    row = page.get_by_role("row", name="transfers.export")
    expect(row).to_contain_text("succeeded")
    assert not [url for url in asked if url.endswith("/jobs") or "/jobs?" in url]
    page.locator(".toasts").get_by_text("Your export has succeeded").wait_for()


def test_an_item_of_another_browser_is_there(live, account, api):
    """And gone when it is deleted there."""
    page = live(account, "/items").page
    item = api.item(name="Whimbrel in brass")
    page.get_by_role("row", name="Whimbrel in brass").wait_for()
    patiently(api.http, "PATCH", f"/items/{item['id']}", json={"name": "Curlew in brass"})
    page.get_by_role("row", name="Curlew in brass").wait_for()
    assert patiently(api.http, "DELETE", f"/items/{item['id']}").status_code == 204
    page.get_by_text("You offer nothing yet").wait_for()


def test_who_is_signed_out_elsewhere_learns_it(live, account):
    """The page says so by itself, and shows nothing of the account any more."""
    there, here = live(account, "/items"), live(account, "/devices")
    there.watch.meant = {401}
    here.page.get_by_role("button", name="Sign out all other devices").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    there.page.get_by_role("link", name="Sign in").first.wait_for()
    here.page.get_by_text("No other device is signed in.").wait_for()


def test_who_signs_in_next_hears_nothing_of_who_was_there(live, account, another, moderator):
    """In the same page: neither what was known, nor what happens now (threats J10)."""
    person = live(account, "/notifications")
    page = person.page
    _write(moderator, account, "For the first one")
    page.get_by_role("article").get_by_text("For the first one").wait_for()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill(another.email)
    page.get_by_label("Password").fill(another.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()
    expect(page.get_by_role("img", name="unread")).to_have_count(0)
    page.get_by_role("link", name="Notifications").click()
    page.wait_for_function(_OPEN)
    _write(moderator, account, "For the first one again")
    _write(moderator, another, "For the next one")
    page.get_by_role("article").get_by_text("For the next one").wait_for()
    expect(page.get_by_role("article")).to_have_count(1)


def test_the_dashboard_is_told_its_counters(live):
    """When it is opened, and then each minute."""
    person = live(_demo("admin"), "/jobs")
    with person.page.expect_request("**/admin/counters?**"):
        person.page.get_by_role("link", name="Administration").click()
    person.page.wait_for_function("() => held.at(-1).told.includes('dashboard.counters')")
