"""Pages of administrators and moderators: accounts, everybody's jobs, the audit log, charts."""

import time

import httpx
import pytest
from playwright.sync_api import expect

from infra.local import seed
from tests.e2e.console.conftest import PHONE
from tests.e2e.places import NewAccount, patiently

pytestmark = pytest.mark.slow

_PAGES = [
    "/admin",
    "/admin/users",
    "/admin/jobs",
    "/admin/jobs?state=dead",
    "/admin/audit",
    "/reports",
]


def _demo(role):
    one = next(one for one in seed.ACCOUNTS if one.role == role)
    return NewAccount(one.email, one.password, one.full_name)


@pytest.fixture
def administrator(visit):
    """The demo administrator at a browser."""
    return visit(_demo("admin"))


def test_an_account_is_found_and_disabled(administrator, account):
    """By its address; it takes a second click, and stands in the audit log."""
    page = administrator.open("/admin/users")
    page.get_by_role("searchbox").fill(account.email)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=account.email).click()
    administrator.headline(account.email)
    page.get_by_role("button", name="Disable").click()
    page.get_by_role("dialog").get_by_text(account.email).wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Disable").click()
    page.get_by_role("button", name="Enable").wait_for()
    page.get_by_role("link", name="account.changed").wait_for()


def test_an_account_is_closed_for_good(administrator, account, api):
    """After a question; the list does not have it any more, and the log says who it was."""
    page = administrator.open(f"/admin/users?q={account.email}")
    page.get_by_role("link", name=account.email).click()
    page.get_by_role("button", name="Close for good").click()
    page.get_by_role("dialog").get_by_role("button", name="Close for good").click()
    administrator.headline("Users")
    administrator.open(f"/admin/users?q={account.email}").get_by_text(
        "Nobody is like that"
    ).wait_for()
    assert patiently(api.http, "GET", "/users/me").status_code == 401


def test_a_role_is_given_after_a_question(administrator, account):
    """Who says no changes nothing."""
    page = administrator.open(f"/admin/users?q={account.email}")
    page.get_by_role("link", name=account.email).click()
    role = page.get_by_label("Role")
    role.select_option("moderator")
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(role).to_have_value("user")
    role.select_option("moderator")
    page.get_by_role("dialog").get_by_role("button", name="Role").click()
    page.get_by_role("link", name="account.changed").wait_for()
    expect(page.get_by_label("Role")).to_have_value("moderator")


def test_filters_stand_in_the_address(administrator):
    """Which can be opened again."""
    page = administrator.open("/admin/users")
    page.get_by_label("Role").select_option("admin")
    page.get_by_role("link", name="ann@example.org").wait_for(state="detached")
    page.get_by_role("link", name="root@example.org").wait_for()
    assert "role=admin" in page.url
    page.reload()
    page.get_by_role("link", name="root@example.org").wait_for()
    assert page.get_by_label("Role").input_value() == "admin"


def test_the_audit_log_is_followed_by_its_links(administrator):
    """From an event to all of its action."""
    page = administrator.open("/admin/audit")
    page.get_by_role("link", name="account.signed_in").first.click()
    page.wait_for_url("**/admin/audit?action=account.signed_in")
    page.get_by_role("link", name="Everything").wait_for()


def test_the_dashboard_draws_what_was_counted(administrator):
    """Six charts, which say in words what they show."""
    page = administrator.open("/admin")
    page.locator(".plot canvas").nth(5).wait_for()
    page.get_by_role("img", name="Requests. requests:").wait_for()
    page.get_by_role("combobox", name="Time").select_option("hour")
    page.wait_for_url("**/admin?range=hour")


@pytest.fixture
def dead(api):
    """A job that has died: an import of a file that has no columns."""
    content = b"nothing\n1\n"
    made = api.http.post(
        "/files", json={"name": "a.csv", "content_type": "text/csv", "size": len(content)}
    ).json()
    form = made["form"]
    httpx.post(form["url"], data=form["fields"], files={"file": content}).raise_for_status()
    _until(api, f"/files/{made['file']['id']}", "ready")
    body = {"file_id": made["file"]["id"], "format": "csv"}
    job = api.http.post("/imports", json=body).json()
    _until(api, f"/jobs/{job['id']}", "dead")
    return job["id"]


def _until(api, path, state):
    patience_ends = time.monotonic() + 60
    while api.http.get(path).json()["state"] != state:
        assert time.monotonic() < patience_ends, api.http.get(path).text
        time.sleep(0.2)


def test_the_dead_are_grouped_and_counted_before_they_begin_anew(administrator, dead):
    """By name and error; the question says how many match."""
    page = administrator.open("/admin/jobs?state=dead")
    page.get_by_role("heading", name="transfers.import").wait_for()
    page.get_by_role("button", name="Redrive all that match").click()
    page.get_by_role("dialog").get_by_text("dead jobs match").wait_for()
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()
    page.get_by_role("status").get_by_text("They begin anew.").wait_for()


def test_one_dead_job_begins_anew(administrator, dead):
    """From its page, which says what it was given and how it failed."""
    page = administrator.open(f"/admin/jobs/{dead}")
    page.get_by_role("heading", name="Arguments").wait_for()
    page.locator("li", has_text="Attempt 1").wait_for()
    page.get_by_role("button", name="Redrive").click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()
    page.get_by_role("dialog").wait_for(state="detached")


def test_chosen_jobs_begin_anew(administrator, dead):
    """Those with a mark."""
    page = administrator.open("/admin/jobs?state=dead")
    page.get_by_role("checkbox", name=dead).check()
    page.get_by_role("button", name="Redrive the 1 chosen").click()
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()
    page.get_by_role("dialog").wait_for(state="detached")


def test_those_that_somebody_else_was_faster_with_are_passed_over(administrator, dead, api_of):
    """The others begin anew all the same."""
    page = administrator.open("/admin/jobs?state=dead")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("checkbox", name=dead).check()
    page.get_by_role("button", name="Redrive the 1 chosen").click()
    root = api_of(_demo("admin"))
    assert patiently(root.http, "POST", f"/admin/jobs/{dead}/redrive").status_code == 202
    administrator.watch.meant = {409}
    page.get_by_role("dialog").get_by_role("button", name="Redrive").click()
    page.get_by_role("dialog").wait_for(state="detached")
    expect(page.get_by_role("button", name="Redrive the 1 chosen")).to_have_count(0)


def test_nothing_dead_says_so(administrator):
    """And that nothing has to be done."""
    administrator.open("/admin/jobs?state=dead&name=nobody.knows").get_by_text(
        "No job is dead"
    ).wait_for()


def test_jobs_are_counted_by_state(administrator, dead):
    """Those that are open, the dead, and what became of others in the last day."""
    page = administrator.open("/admin/jobs?state=dead&name=nobody.knows")
    page.get_by_role("heading", name="Jobs by state").wait_for()
    by_state = page.locator("dl").first
    expect(by_state.locator("div", has_text="dead").locator("dd")).not_to_have_text("0")
    page.get_by_label("State").select_option("retrying")
    page.wait_for_url("**/admin/jobs?state=retrying&name=nobody.knows")
    page.get_by_text("No job is open").wait_for()


def test_updates_are_paused(administrator):
    """Until one goes on."""
    page = administrator.open("/admin/jobs?state=dead&name=nobody.knows")
    page.get_by_text("No job is dead").wait_for()
    page.get_by_role("button", name="Pause").click()
    asked = []
    page.on("request", lambda request: "/admin/" in request.url and asked.append(request.url))
    page.wait_for_timeout(4000)
    assert asked == []
    with page.expect_request("**/admin/jobs?**"):
        page.get_by_role("button", name="Go on").click()


def test_reports_are_for_moderators_who_see_no_more(visit):
    """Administration is not theirs."""
    person = visit(_demo("moderator"))
    page = person.open("/reports")
    person.headline("Daily reports")
    assert page.get_by_role("link", name="Administration").count() == 0
    person.open("/admin").get_by_text("Your account may not see this page").wait_for()


def test_a_day_is_reported(visit, home):
    """What it brought, once it was counted."""
    httpx.post(f"{home}/_local/schedule/transfers.compute_report/run").raise_for_status()
    page = visit(_demo("moderator")).open("/reports")
    patience_ends = time.monotonic() + 60
    while (
        page.get_by_text("No day has been reported yet").count()
        and time.monotonic() < patience_ends
    ):
        page.reload()
        page.locator(".empty, tbody").first.wait_for()
    cells = page.locator("tbody tr").first.locator("td")
    expect(cells.nth(2)).to_contain_text("items: created")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [None, PHONE], ids=["desktop", "phone"])
def test_pages_are_accessible(visit, scheme, size):
    """Axe finds nothing, and nothing scrolls sideways."""
    person = visit(_demo("admin"), color_scheme=scheme, **({"viewport": size} if size else {}))
    for path in _PAGES:
        page = person.open(path)
        page.get_by_role("heading", level=1).wait_for()
        expect(page.locator("main p[aria-busy=true]")).to_have_count(0)
        assert person.violations() == [], path
        width = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], path
