"""A deployed stage in the account: its functions are invoked by what invokes them, and held."""

import json
import time
import zipfile

import httpx
import pytest
from botocore.exceptions import ClientError
from botocore.session import Session
from websockets.sync.client import connect

from infra.blueprint import BLUEPRINT
from infra.local.places import ACCOUNT, REGION
from tests.infra.conftest import variants

pytestmark = pytest.mark.slow

_CODE = """
import json, os
from urllib.parse import quote
from urllib.request import Request, urlopen


def handle(event, context):
    about = event.get("requestContext", {})
    if "connectionId" in about:
        if about["eventType"] == "MESSAGE":
            scope = f"{os.environ['AWS_ACCESS_KEY_ID']}/20260101/us-east-1/execute-api/aws4_request"
            request = Request(
                f"{os.environ['SOCKETS_ENDPOINT']}/@connections/{quote(about['connectionId'])}",
                os.environ["SOCKETS_URL"].encode(),
                {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}"},
            )
            urlopen(request).close()
        return {"statusCode": 200}
    if "Records" in event and "dynamodb" in event["Records"][0]:
        print("changed", json.dumps(event["Records"][0]["dynamodb"]["NewImage"]), flush=True)
        return None
    if "Records" in event:
        bodies = [record["body"] for record in event["Records"]]
        print("handed", *bodies, flush=True)
        failed = [r["messageId"] for r in event["Records"] if r["body"] == "broken"]
        return {"batchItemFailures": [{"itemIdentifier": id_} for id_ in failed]}
    if "requestContext" in event:
        return {"statusCode": 200, "body": event["rawPath"]}
    if event.get("fail"):
        raise ValueError("as asked")
    print("got", event.get("source"), flush=True)
    return {"got": event}
"""
_PATIENCE = 30  # seconds, on a busy machine


def _bundles(folder):
    """Give zips whose functions tell what they were given."""
    bundles = {}
    for handler in {spec.handler for spec in BLUEPRINT.functions}:
        bundles[handler] = folder / f"{handler}.zip"
        with zipfile.ZipFile(bundles[handler], "w") as archive:
            package, module, _ = handler.split(".")
            archive.writestr(f"{package}/__init__.py", "")
            archive.writestr(f"{package}/{module}.py", _CODE)
    return bundles


@pytest.fixture(scope="module")
def assembly(tmp_path_factory):
    """Synthesize a stage, by name; the folder."""
    from infra.cloud.app import create_app  # noqa: PLC0415 - jsii takes a second to start

    def synthesize(name):
        folder = tmp_path_factory.mktemp(name)
        bundles = _bundles(folder)
        create_app(stage=variants()[name], outdir=str(folder), bundles=bundles).synth()
        return folder

    return synthesize


@pytest.fixture(scope="module")
def dev_assembly(assembly):
    """Stand for the stage that anybody deploys first."""
    return assembly("dev")


def _deploy(stacks, folder, stage):
    """Upload assets as `cdk deploy` does, and deploy the stacks."""
    stacks.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="33", Type="String"
    )
    bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
    stacks.client("s3").create_bucket(Bucket=bucket)
    told = {}
    for name in ("data", "backend"):
        stack = f"dunlin-{stage}-{name}"
        assets = json.loads((folder / f"{stack}.assets.json").read_text())["files"]
        for id_, asset in assets.items():
            file = folder / asset["source"]["path"]
            if file.suffix == ".zip":
                stacks.client("s3").put_object(
                    Bucket=bucket, Key=f"{id_}.zip", Body=file.read_bytes()
                )
        template = json.loads((folder / f"{stack}.template.json").read_text())
        told = stacks.deploy(template, stack)
        assert told["StackStatus"] == "CREATE_COMPLETE", told
    return {one["OutputKey"]: one["OutputValue"] for one in told["Outputs"]}


@pytest.fixture
def outputs(stacks, dev_assembly):
    """Deploy the stage `dev`; what its functions' stack puts out."""
    return _deploy(stacks, dev_assembly, "dev")


def _wait(until):
    patience_ends = time.monotonic() + _PATIENCE
    while not (found := until()) and time.monotonic() < patience_ends:
        time.sleep(0.05)
    return found


def test_the_api_answers_through_its_route(stacks, outputs):
    """The address of API Gateway leads to the function behind it."""
    url = stacks.account.fleet.address(outputs["Url"])
    assert httpx.get(f"{url}/a/b", timeout=_PATIENCE).text == "/a/b"


def test_a_function_is_invoked_by_name(stacks, outputs):
    """Through Lambda's API, as `dunlin jobs --stage` does."""
    reply = stacks.client("lambda").invoke(
        FunctionName=outputs["OperatorsFunction"], Payload=b'{"a": 1}'
    )
    assert json.loads(reply["Payload"].read()) == {"got": {"a": 1}}


def test_a_function_that_fails_says_so(stacks, outputs):
    """As Lambda tells whoever invoked it."""
    reply = stacks.client("lambda").invoke(
        FunctionName=outputs["OperatorsFunction"], Payload=b'{"fail": true}'
    )
    assert reply["FunctionError"] == "Unhandled"
    assert "as asked" in json.loads(reply["Payload"].read())["errorMessage"]


def test_messages_are_handed_to_the_worker(stacks, outputs, tmp_path):
    """And deleted; one that it could not do stays."""
    sqs = stacks.client("sqs")
    url = sqs.get_queue_url(QueueName="dunlin-dev-fast")["QueueUrl"]
    for body in ("whole", "broken"):
        sqs.send_message(QueueUrl=url, MessageBody=body)
    log = tmp_path / "log"
    assert _wait(lambda: "whole" in log.read_text() and "broken" in log.read_text())

    def left():
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        return sum(map(int, told.values()))

    assert _wait(lambda: left() == 1)


def test_changes_are_told_to_who_follows_the_table(stacks, outputs, tmp_path):
    """By the stream's ARN, which the code's stack has read from a note of the data's."""
    row = {"id": {"S": "a"}, "part": {"S": "-"}}
    stacks.client("dynamodb").put_item(TableName="dunlin-dev-jobs", Item=row)
    told = f"dunlin-dev-changes | changed {json.dumps(row)}"
    assert _wait(lambda: told in (tmp_path / "log").read_text())


def test_sockets_are_served_by_their_function(stacks, outputs):
    """Which posts to them as its role allows it, and was told where they are here."""
    url = stacks.account.fleet.sockets(outputs["SocketsUrl"])
    with connect(url) as socket:
        socket.send('{"action": "ping"}')
        assert socket.recv(timeout=_PATIENCE) == BLUEPRINT.sockets.pong
        socket.send('{"action": "hello"}')
        assert socket.recv(timeout=_PATIENCE) == url


def test_the_clock_ticks(stacks, outputs, tmp_path):
    """At once, and then by its rule."""
    assert _wait(lambda: "dunlin-dev-clock | got aws.events" in (tmp_path / "log").read_text())


def _as_function(stacks, name, service):
    """Give a client whose calls are a function's."""
    return Session().create_client(
        service,
        region_name=REGION,
        endpoint_url=stacks.account.url,
        aws_access_key_id=stacks.account.fleet.key(name),
        aws_secret_access_key="rehearsal",
    )


def test_a_function_does_what_its_role_allows(stacks, outputs):
    """`letters` writes jobs."""
    dynamodb = _as_function(stacks, "dunlin-dev-letters", "dynamodb")
    row = {"id": {"S": "1"}, "part": {"S": "2"}}
    dynamodb.put_item(TableName="dunlin-dev-jobs", Item=row)
    assert stacks.client("dynamodb").scan(TableName="dunlin-dev-jobs")["Count"] == 1


@pytest.mark.parametrize("table", ["dunlin-dev-jobs", "dunlin-dev-accounts"])
def test_a_function_does_nothing_else(stacks, outputs, table):
    """`letters` reads neither jobs nor accounts."""
    dynamodb = _as_function(stacks, "dunlin-dev-letters", "dynamodb")
    key = {"id": {"S": "1"}, **({"part": {"S": "2"}} if "jobs" in table else {})}
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.get_item(TableName=table, Key=key)


@pytest.mark.parametrize(("stage", "tables"), [("dev", 0), ("prod", len(BLUEPRINT.tables))])
def test_a_stage_leaves_what_it_is_to_keep(stacks, assembly, stage, tables):
    """Nothing of `dev`, and the tables of `prod`."""
    _deploy(stacks, assembly(stage), stage)
    formation = stacks.client("cloudformation")
    for name in ("backend", "data"):
        formation.delete_stack(StackName=f"dunlin-{stage}-{name}")
    assert not stacks.account.formation.stacks
    assert len(stacks.client("dynamodb").list_tables()["TableNames"]) == tables
    assert not stacks.client("lambda").list_functions()["Functions"]
