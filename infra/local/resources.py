"""Makes what the blueprint remembers in moto, or its tables in a DynamoDB elsewhere."""

import json
import time
import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from infra.blueprint import Bucket, Index, Key, Queue, Secret, Table
from infra.local.calls import Call, Service
from infra.local.mocks import request
from infra.local.places import ACCOUNT, REGION, Refused

_DYNAMODB = "DynamoDB_20120810"
_NOTIFICATION = (
    "<NotificationConfiguration><QueueConfiguration><Queue>{arn}</Queue>"
    "<Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>"
)
_CORS = (
    "<CORSConfiguration><CORSRule>{origins}{methods}"
    "<ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>3600</MaxAgeSeconds>"
    "</CORSRule></CORSConfiguration>"
)
_DAY = 86_400  # seconds


def definition(table: Table, prefix: str) -> dict[str, Any]:
    """The arguments of CreateTable."""
    keys = [table.partition, table.sort]
    keys += [key for index in table.indexes for key in (index.partition, index.sort)]
    types = {key.name: key.type for key in keys if key is not None}
    made: dict[str, Any] = {
        "TableName": prefix + table.name,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": type_} for name, type_ in types.items()
        ],
        "KeySchema": _schema(table.partition, table.sort),
    }
    if table.stream:
        made["StreamSpecification"] = {
            "StreamEnabled": True,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
    if table.indexes:
        made["GlobalSecondaryIndexes"] = [_index(index) for index in table.indexes]
    return made


def queue_definitions(queue: Queue, prefix: str, region: str, account: str) -> list[dict[str, Any]]:
    """The arguments of CreateQueue: for its dead-letter queue, which has to be there, and it."""
    arn = f"arn:aws:sqs:{region}:{account}:{prefix}{queue.dead}"
    redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": queue.receives}
    kept = {"MessageRetentionPeriod": str(queue.days * _DAY)}
    dead = {"VisibilityTimeout": str(queue.dead_visibility)}
    alive = {"VisibilityTimeout": str(queue.visibility), "RedrivePolicy": json.dumps(redrive)}
    return [
        {"QueueName": prefix + queue.dead, "Attributes": dead | kept},
        {"QueueName": prefix + queue.name, "Attributes": alive | kept},
    ]


def create_tables(dynamodb: Service, tables: tuple[Table, ...], prefix: str) -> bool:
    """Create the tables that are not there. Returns whether any was created. Raises Refused."""
    created = [_create(dynamodb, table, prefix) for table in tables]
    return any(created)


def create_secrets(manager: Service, values: Mapping[Secret, str | None], prefix: str) -> None:
    """Create each secret with its value, or without one."""
    for secret, value in values.items():
        body = {
            "Name": prefix + secret.name,
            "Description": secret.description,
            **({} if value is None else {"SecretString": value}),
            "ClientRequestToken": str(uuid.uuid4()),
        }
        request(manager, "secretsmanager.CreateSecret", body)


def create_queues(sqs: Service, queues: tuple[Queue, ...], prefix: str) -> None:
    """Create the queues, each with its dead letters. Raises Refused."""
    for queue in queues:
        for body in queue_definitions(queue, prefix, REGION, ACCOUNT):
            request(sqs, "AmazonSQS.CreateQueue", body)


def create_buckets(
    s3: Service, buckets: tuple[Bucket, ...], prefix: str, origins: tuple[str, ...] = ()
) -> None:
    """Create the buckets; pages of these origins may use some. Raises Refused."""
    for bucket in buckets:
        _put(s3, f"/{prefix}{bucket.name}", "")
        if bucket.page_methods and origins:
            allowed = "".join(f"<AllowedOrigin>{escape(one)}</AllowedOrigin>" for one in origins)
            methods = "".join(f"<AllowedMethod>{m}</AllowedMethod>" for m in bucket.page_methods)
            rules = _CORS.format(origins=allowed, methods=methods)
            _put(s3, f"/{prefix}{bucket.name}?cors", rules)


def notify_queues(s3: Service, buckets: tuple[Bucket, ...], prefix: str) -> None:
    """Have new objects told from now on to the queues, which have to be there. Raises Refused."""
    for bucket in buckets:
        if bucket.notifies is not None:
            arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{prefix}{bucket.notifies}"
            _put(s3, f"/{prefix}{bucket.name}?notification", _NOTIFICATION.format(arn=arn))


def _put(s3: Service, path: str, body: str) -> None:
    headers = {"content-length": str(len(body))}
    answer = s3(Call("s3", REGION, headers, body.encode(), path, "PUT"))
    if answer.status != HTTPStatus.OK:
        raise Refused(str(answer.status), answer.body.decode())


def _create(dynamodb: Service, table: Table, prefix: str) -> bool:
    name = prefix + table.name
    try:
        request(dynamodb, f"{_DYNAMODB}.CreateTable", definition(table, prefix))
    except Refused as error:
        if error.code == "ResourceInUseException":
            return False
        raise
    while not _active(dynamodb, name):
        time.sleep(1)  # a table on AWS takes some seconds
    if table.ttl:
        spec = {"Enabled": True, "AttributeName": table.ttl}
        body = {"TableName": name, "TimeToLiveSpecification": spec}
        request(dynamodb, f"{_DYNAMODB}.UpdateTimeToLive", body)
    return True


def _active(dynamodb: Service, name: str) -> bool:
    found = request(dynamodb, f"{_DYNAMODB}.DescribeTable", {"TableName": name})
    return bool(found["Table"]["TableStatus"] == "ACTIVE")


def _schema(partition: Key, sort: Key | None) -> list[dict[str, str]]:
    schema = [{"AttributeName": partition.name, "KeyType": "HASH"}]
    return [*schema, {"AttributeName": sort.name, "KeyType": "RANGE"}] if sort else schema


def _index(index: Index) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": _schema(index.partition, index.sort),
        "Projection": {"ProjectionType": index.projection},
    }
