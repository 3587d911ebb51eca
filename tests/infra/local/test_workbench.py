"""What developers see of a running twin from within."""

import json
from http.client import HTTPConnection

import pytest

from infra.local import client
from tests.infra.local.twins import get, running

STORING = """
import json, os
from botocore.session import Session

dynamodb = Session().create_client("dynamodb")
TABLE = os.environ["RESOURCE_PREFIX"] + "accounts"


def handle(event, context):
    match event["rawPath"]:
        case "/token":
            return {"statusCode": 200, "body": '{"access_token": "t"}'}
        case "/fails":
            raise ValueError("boom")
        case "/refused":
            never = {"ConditionExpression": "attribute_exists(id)"}
            dynamodb.put_item(TableName=TABLE, Item={"id": {"S": "c"}}, **never)
        case "/reads":
            dynamodb.get_item(TableName=TABLE, Key={"id": {"S": "a"}}, ConsistentRead=True)
        case path:
            dynamodb.put_item(TableName=TABLE, Item={"id": {"S": path}})
    return {"statusCode": 200, "body": "{}"}
"""
CALENDAR = """
def handle(event, context):
    match event:
        case {"action": "jobs_crons"}:
            return {"crons": [{"name": "x.daily", "cron": "0 3 * * *", "queue": "fast"}]}
        case {"action": "jobs_run", "name": "x.daily"}:
            return {"job": {"id": "1"}}
        case {"action": "jobs_run"}:
            return {"error": {"code": "job_not_found", "detail": "There is no such job."}}
    return {"accounts": 0}
"""


@pytest.fixture
def url(folder, demo):
    """A twin with a function that keeps what it is asked for."""
    (folder / "handler" / "api.py").write_text(STORING)
    (folder / "handler" / "operators.py").write_text(CALENDAR)
    with running(folder) as url:
        yield url


def post(url, path):
    """A response's status and JSON."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("POST", path)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return answer.status, found


def newest(url):
    """The last request, with all that is known of it."""
    return get(url, f"/_local/requests/{get(url, '/_local/requests')['items'][0]['id']}")


def test_a_request_is_shown_with_its_calls(url):
    """Each with what it would cost: the row, and an entry in no index."""
    get(url, "/writes")
    found = newest(url)
    assert (found["method"], found["path"], found["status"]) == ("GET", "/writes", 200)
    assert found["event"]["rawPath"] == "/writes"
    assert found["answer"] == {"statusCode": 200, "body": "{}"}
    (made,) = found["made"]
    assert (made["service"], made["operation"], made["status"]) == ("dynamodb", "PutItem", 200)
    assert (made["about"], made["writes"], made["reads"]) == ("dunlin-local-accounts", 1, 0)


@pytest.mark.parametrize(
    ("path", "units"), [("/reads", {"reads": 1, "writes": 0}), ("/refused", {"writes": 1})]
)
def test_what_is_read_or_refused_costs_too(url, path, units):
    """A consistent read one unit; a condition that fails as much as the write."""
    get(url, path)
    (made,) = newest(url)["made"]
    assert made.items() >= units.items()


def test_a_failure_is_shown(url):
    """With where it was raised."""
    get(url, "/fails")
    assert "boom" in newest(url)["failure"]


def test_a_request_is_done_again(url):
    """With the same event, as another invocation."""
    get(url, "/writes")
    first = newest(url)
    status, again = post(url, f"/_local/requests/{first['id']}/replay")
    found = newest(url)
    assert (status, again["id"], found["event"]) == (200, found["id"], first["event"])
    assert found["id"] != first["id"]


def test_each_function_has_its_own(url):
    """The one behind the gateway is shown unless another is named."""
    found = get(url, "/_local/requests?function=operators")
    assert found["items"][0]["function"] == "operators"
    assert "worker-fast" in found["functions"]
    assert get(url, "/_local/requests?function=none")["items"] == []


def test_jobs_of_the_calendar_run_at_once(url):
    """By the operators' function, which also says why not."""
    assert [one["name"] for one in get(url, "/_local/schedule")["crons"]] == ["x.daily"]
    assert post(url, "/_local/schedule/x.daily/run") == (200, {"job": {"id": "1"}})
    assert post(url, "/_local/schedule/none/run") == (400, {"message": "There is no such job."})


def test_tables_are_read_page_by_page(url):
    """Or one partition of one."""
    for number in range(51):
        client.post(url, f"/{number}", {})
    assert "accounts" in get(url, "/_local/tables")["tables"]
    page = get(url, "/_local/tables/accounts")
    rest = get(url, f"/_local/tables/accounts?after={page['next'].replace(' ', '%20')}")
    assert (len(page["items"]), rest["next"]) == (50, None)
    assert {"id": {"S": "/7"}} in page["items"] + rest["items"]
    one = get(url, "/_local/tables/accounts?partition=/7")
    assert one == {"key": "id", "items": [{"id": {"S": "/7"}}], "next": None}


@pytest.mark.parametrize(
    "path",
    [
        "/_local/requests/none",
        "/_local/tables/none",
        "/_local/tables/accounts/more",
        "/_local/schedule/x.daily",
    ],
)
def test_there_is_nothing_else(url, path):
    """No function is asked."""
    assert get(url, path) == {"message": "Not Found"}


def test_a_place_that_is_none_is_refused(url):
    """Where to go on comes from the page before."""
    assert "message" in get(url, "/_local/tables/accounts?after=x")


@pytest.mark.parametrize("name", ["console.js", "words.js"])
def test_the_console_s_pages_come_from_here(url, name):
    """As scripts, which are asked for again each time."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=30)
    connection.request("GET", f"/_local/{name}")
    answer = connection.getresponse()
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.read().startswith(b"// ")
    connection.close()
