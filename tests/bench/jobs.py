"""The worker as the bench sees it: batches of jobs, and rows as DynamoDB answers them."""

import json
import time
from typing import Any

TABLE = "jobs"
BATCH = 10
_SHARD = 7  # any


def row(job_id: str) -> dict[str, Any]:
    """A job's row after its claim, as DynamoDB writes it."""
    texts = {
        "id": job_id,
        "part": "job",
        "name": "bench.plain",
        "owner": "ann",
        "state": "running",
        "shelf": f"hinted#{_SHARD:02}",
        "wake": f"1772366460#0#{job_id}",
        "runner": "0123456789abcdef",
        "arguments": json.dumps({"key": "a key of some length", "number": 1}),
    }
    now = int(time.time())
    numbers = {"schema": 1, "due": now, "fence": 1, "lease": now + 30, "attempts": 1}
    return {
        **{name: {"S": text} for name, text in texts.items()},
        **{name: {"N": str(value)} for name, value in numbers.items()},
    }


def essence(asked: tuple[str, bytes], content: dict[str, Any]) -> tuple[str, bytes]:
    """What an answer depends on: of a job's row only its key, since runners and times differ."""
    if content.get("TableName", "").endswith(TABLE) and "Key" in content:
        return asked[0], content["Key"]["id"]["S"].encode()
    return asked


def batch(ids: list[str]) -> dict[str, Any]:
    """An event of SQS about jobs."""
    return {
        "Records": [
            {
                "messageId": f"00000000-0000-0000-0000-{number:012}",
                "receiptHandle": "A" * 200,
                "body": json.dumps({"job": id_, "name": "bench.plain"}),
                "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1772366400000"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:dunlin-local-fast",
                "awsRegion": "eu-west-1",
            }
            for number, id_ in enumerate(ids)
        ]
    }
