"""Imports, exports and jobs in the console."""

import pytest

pytestmark = pytest.mark.slow


def _table(rows):
    lines = ["name,price,currency", *(f"Item {n},{n}.00,EUR" for n in range(rows))]
    return {"name": "items.csv", "mimeType": "text/csv", "buffer": "\n".join(lines).encode()}


def _broken():
    content = b'name,price,currency\nLamp,1.00,EUR\n"Vase, tin",cheap,EUR\nCup,2.00,XXX\n'
    return {"name": "items.csv", "mimeType": "text/csv", "buffer": content}


def _import(person, file):
    page = person.open("/transfers")
    page.get_by_label("Drop a CSV").set_input_files([file])
    page.get_by_text("imported").wait_for()
    return page


def test_a_file_becomes_items(visit, account):
    """And the page says of how many rows."""
    page = _import(visit(account), _table(300))
    page.get_by_text("300 rows: 300 imported, 0 refused.").wait_for()
    assert "import=" in page.url


def test_refused_rows_are_reported(visit, account):
    """Each with its line, column and reason."""
    page = _import(visit(account), _broken())
    page.get_by_text("3 rows: 1 imported, 2 refused.").wait_for()
    cells = page.get_by_role("region", name="Refused rows").locator("tbody tr").first.locator("td")
    cells.first.wait_for()
    assert cells.all_inner_texts()[:2] == ["3", "price"]


def test_an_export_is_downloaded(visit, account, api):
    """Under its name."""
    api.item()
    page = visit(account).open("/transfers")
    page.get_by_role("button", name="Have it made").click()
    page.get_by_text("The file is ready: 1 rows.").wait_for()
    with page.expect_download() as downloaded:
        page.get_by_role("button", name="Download").click()
    assert downloaded.value.suggested_filename.endswith(".csv")
    assert '"Brass lamp"' in downloaded.value.path().read_text()


def test_jobs_are_listed_with_how_they_ended(visit, account):
    """And each has a page of its own, whose address may be copied."""
    person = visit(account)
    _import(person, _broken())
    page = person.open("/jobs")
    page.get_by_role("link", name="transfers.import").click()
    person.headline("transfers.import")
    page.get_by_role("status").get_by_text("succeeded").first.wait_for()
    page.get_by_text('"refused": 2').wait_for()


def test_jobs_are_filtered_in_the_address(visit, account):
    """With a word for those that there are none of."""
    page = visit(account).open("/jobs")
    page.get_by_label("State").select_option("dead")
    page.get_by_text("No jobs in this state").wait_for()
    assert page.url.endswith("state=dead")


def test_a_running_job_is_cancelled(visit, account):
    """Asked first."""
    person = visit(account)
    page = person.open("/transfers")
    page.get_by_label("Drop a CSV").set_input_files([_table(20_000)])
    page.get_by_role("link", name="See the job").click()
    page.get_by_role("button", name="Cancel the job").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel the job").click()
    page.get_by_role("status").get_by_text("cancelled").first.wait_for()
