"""What EventBridge says to a function once a minute. Pure."""

import uuid
from datetime import datetime
from typing import Any


def event(at: datetime, rule: str, region: str, account: str) -> dict[str, Any]:
    """The event of a rule at a time, which EventBridge tells to the second."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": account,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": [f"arn:aws:events:{region}:{account}:rule/{rule}"],
        "detail": {},
    }
