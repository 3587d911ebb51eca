"""Pages for developers: what a twin shows of itself."""

import pytest
from playwright.sync_api import expect

from tests.e2e.console.conftest import PHONE
from tests.e2e.places import patiently

pytestmark = pytest.mark.slow

_PAGES = ["/local", "/local/requests", "/local/schedule", "/local/tables"]


def test_mails_are_read_without_signing_in(visit, account, api, mailed):
    """Their links lead into the console."""
    body = {"email": account.email}
    assert patiently(api.http, "POST", "/password/forgot", json=body).status_code == 202
    link = mailed(account.email, "")
    person = visit()
    page = person.open(f"/local/mail?to={account.email}")
    page.get_by_role("link", name=link).click()
    person.headline("New password")


def test_a_request_is_seen_with_what_it_asked(visit, account, api):
    """The item's row and the account's, with their units."""
    item = api.item()
    page = visit().open("/local/requests")
    page.get_by_role("link", name="POST /items").first.click()
    page.get_by_role("heading", name="POST /items 201").wait_for()
    page.get_by_role("row", name="dynamodb TransactWriteItems").or_(
        page.get_by_role("row", name="dynamodb PutItem")
    ).first.wait_for()
    page.get_by_text(item["id"]).first.wait_for()
    page.get_by_text('"rawPath": "/items"').wait_for()


def test_a_request_is_done_again(visit, account, api):
    """After a question; the new one is shown."""
    api.item()
    page = visit().open("/local/requests")
    page.get_by_role("link", name="POST /items").first.click()
    page.get_by_role("button", name="Do it again").click()
    before = page.url
    page.get_by_role("dialog").get_by_role("button", name="Do it again").click()
    page.wait_for_url(lambda url: url != before)
    page.get_by_role("heading", name="POST /items 201").wait_for()


def test_a_scheduled_job_runs_now(visit):
    """Whatever its time."""
    page = visit().open("/local/schedule")
    page.get_by_role("button", name="Run now: accounts.renew_keys").click()
    page.get_by_role("status").get_by_text("It is enqueued as").wait_for()


def test_rows_of_a_table_are_looked_up(visit, account, api):
    """By the key that stands in the address."""
    item = api.item()
    page = visit().open("/local/tables?table=items")
    page.get_by_role("searchbox").fill(item["id"])
    page.get_by_role("button", name="Look up").click()
    page.wait_for_url("**partition=**")
    expect(page.locator("pre")).to_have_count(1)
    page.locator("pre", has_text="Brass lamp").wait_for()


@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_pages_are_accessible(visit, api, size):
    """Axe finds nothing, and nothing scrolls sideways."""
    person = visit(**({"viewport": size} if size else {}))
    for path in _PAGES:
        page = person.open(path)
        page.get_by_role("heading", level=1).wait_for()
        page.locator("main p[aria-busy=true]").wait_for(state="detached")
        assert person.violations() == [], path
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], path
