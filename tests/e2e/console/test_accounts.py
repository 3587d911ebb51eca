"""Coming in, staying in and going out, in the console."""

import pytest

from tests.e2e.places import NewAccount

pytestmark = pytest.mark.slow

_PASSWORD = "seven spoonbills by the sluice"


def _sign_in(person, email, password):
    page = person.open("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    return page


def test_an_account_is_opened_and_confirmed_by_mail(visit, mailed):
    """From the form over the mailed link to being signed in."""
    person, email = visit(), "new@example.org"
    page = person.open("/sign-up")
    page.get_by_label("Name").fill("New")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(_PASSWORD)
    page.get_by_role("button", name="Open the account").click()
    person.headline("Look into your mails")
    page.goto(mailed(email, "Confirm your address"))
    page.get_by_role("button", name="Confirm").click()
    page.get_by_text("The address is confirmed").wait_for()
    _sign_in(person, email, _PASSWORD)
    page.get_by_role("button", name="Sign out").wait_for()
    page.get_by_text("You offer nothing yet").wait_for()


def test_a_link_s_token_leaves_the_address(visit):
    """It stands in no history, and is used by a click alone."""
    page = visit().open("/verify?token=abc")
    page.get_by_role("button", name="Confirm").wait_for()
    assert page.url.endswith("/console/verify")


def test_a_short_password_is_explained_beside_its_field(visit):
    """With what the API says of it."""
    person = visit()
    person.watch.meant = {422}
    page = person.open("/sign-up")
    page.get_by_label("E-mail").fill("short@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Open the account").click()
    page.locator("small.error", has_text="15 to 128 characters").wait_for()
    assert page.get_by_label("Password").get_attribute("aria-invalid") == "true"


def test_a_wrong_password_shows_what_and_which_request(visit, account):
    """Title, detail, and an id that an operator finds."""
    person = visit()
    person.watch.meant = {401}
    page = _sign_in(person, account.email, "not the one it is")
    alert = page.get_by_role("alert")
    alert.get_by_text("Unauthorized").wait_for()
    assert len(alert.locator("code").inner_text()) > 20


def test_one_stays_signed_in(visit, account):
    """When the page is loaded again; no script can read what does that."""
    page = visit(account).open("/profile")
    page.get_by_text(account.email).wait_for()
    page.reload()
    page.get_by_text(account.email).wait_for()
    seen = page.evaluate("document.cookie + JSON.stringify({...localStorage, ...sessionStorage})")
    assert seen == '{"signed-in":"yes"}'


def test_one_is_led_back_to_where_one_wanted_to_go(visit, account):
    """Over the sign-in page."""
    person = visit()
    page = person.open("/jobs?state=dead")
    page.get_by_label("E-mail").fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    person.headline("Jobs")
    assert page.url.endswith("/console/jobs?state=dead")


def test_signing_out_signs_out_all_tabs(visit, account):
    """At once. What the other one was asking is refused."""
    person = visit(account)
    person.watch.meant = {401}
    page = person.open("/profile")
    other = page.context.new_page()
    other.goto(f"{person.home}/console/profile")
    other.get_by_text(account.email).wait_for()
    page.get_by_role("button", name="Sign out").click()
    other.get_by_role("link", name="Sign in").first.wait_for()


def test_a_forgotten_password_is_set_anew(visit, account, mailed):
    """By a mailed link; the new one holds."""
    person = visit()
    page = person.open("/forgot")
    page.get_by_label("E-mail").fill(account.email)
    page.get_by_role("button", name="Mail me a link").click()
    person.headline("Look into your mails")
    page.goto(mailed(account.email, "Choose a new password"))
    page.get_by_label("New password").fill(_PASSWORD)
    page.get_by_role("button", name="Change").click()
    page.get_by_text("The new password holds").wait_for()
    _sign_in(person, account.email, _PASSWORD)
    page.get_by_role("button", name="Sign out").wait_for()


def test_the_name_and_what_one_is_told_are_kept(visit, account):
    """After another load too."""
    page = visit(account).open("/profile")
    page.get_by_label("Name").fill("Patricia")
    switch = page.get_by_role("group", name="Mails").get_by_role("switch").first
    was = switch.is_checked()
    switch.set_checked(not was)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()
    page.reload()
    page.get_by_label("Name").wait_for()
    assert page.get_by_label("Name").input_value() == "Patricia"
    assert page.get_by_role("group", name="Mails").get_by_role("switch").first.is_checked() != was


def test_preferences_are_kept_without_a_name(visit, twin, another):
    """It is no duty to have one, and none stays none."""
    nameless = NewAccount("nameless@example.org", another.password, "")
    twin.open_accounts([nameless])
    page = visit(nameless).open("/profile")
    page.get_by_role("group", name="Mails").get_by_role("switch").first.click()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Saved.").wait_for()


def test_who_signs_in_over_another_is_alone_there(visit, account, another):
    """In every tab, also where the other one was signed in a moment ago."""
    person = visit(account)
    other = person.page.context.new_page()
    person.open("/profile").get_by_text(account.email).wait_for()
    other.goto(f"{person.home}/console/profile")
    other.get_by_text(account.email).wait_for()
    page = _sign_in(person, another.email, another.password)
    page.get_by_text("You offer nothing yet").wait_for()
    other.get_by_text(another.email).wait_for()
    assert other.get_by_text(account.email).count() == 0


def test_what_stands_before_the_api_signs_nobody_out(visit, account):
    """A firewall that says no knows nothing of sessions: one goes on when it lets one."""
    person = visit(account)
    person.watch.meant = {403}
    person.page.route("**/token", lambda route: route.fulfill(status=403, body="Forbidden"))
    page = person.open("/profile")
    page.get_by_role("alert").get_by_text("An odd answer").wait_for()
    person.page.unroute("**/token")
    page.get_by_role("button", name="Try again").click()
    page.get_by_text(account.email).wait_for()


def test_a_password_is_changed_with_the_old_one(visit, account):
    """Other devices are signed out: they learn it with what they ask next."""
    person, other = visit(account), visit(account)
    other.watch.meant = {401}
    other.open("/profile").get_by_text(account.email).wait_for()
    page = person.open("/profile")
    page.get_by_label("Current password").fill(account.password)
    page.get_by_label("New password").fill(_PASSWORD)
    page.locator("article", has_text="Current password").get_by_role("button").click()
    page.get_by_text("The password is changed").wait_for()
    other.page.get_by_role("link", name="Devices").click()
    other.page.get_by_text("You were signed out").wait_for()


def test_another_device_is_signed_out(visit, account):
    """Asked first, and gone from the list then."""
    visit(account)
    page = visit(account).open("/devices")
    page.locator("tbody tr").nth(1).wait_for()
    page.locator("tbody").get_by_role("button", name="Sign out").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    page.get_by_text("No other device is signed in.").wait_for()
    assert page.locator("tbody tr").count() == 1


def test_all_other_devices_are_signed_out(visit, account):
    """This one stays."""
    visit(account)
    visit(account)
    page = visit(account).open("/devices")
    page.get_by_role("button", name="Sign out all other devices").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out").click()
    page.get_by_text("No other device is signed in.").wait_for()
    page.get_by_text("this device").wait_for()


def test_an_account_is_closed(visit, account):
    """Asked first; then it cannot sign in any more."""
    person = visit(account)
    person.watch.meant = {401}
    page = person.open("/profile")
    page.get_by_role("button", name="Close this account").click()
    page.get_by_role("dialog").get_by_role("button", name="Close this account").click()
    page.get_by_text("Your account is closed.").wait_for()
    _sign_in(person, account.email, account.password)
    page.get_by_role("alert").get_by_text("Unauthorized").wait_for()
