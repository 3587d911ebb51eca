"""The AWS account that somebody works in: their own credentials and region, as CDK finds them."""

import os
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

AWS_FAILURES = (BotoCoreError, ClientError)
"""What a call to AWS may end with: no credentials, no region, no network, no right."""
_QUICK = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})


class Account:
    """Makes clients of AWS. Without a region it is the environment's or the profile's."""

    def __init__(self, region: str = "") -> None:
        self._session = Session()
        self.region: str = region or _named() or self._session.get_config_variable("region") or ""

    def client(self, service: str, *, region: str = "", config: Config = _QUICK) -> Any:
        """A client of a service."""
        return self._session.create_client(
            service, region_name=region or self.region or None, config=config
        )


def _named() -> str:
    """The region of the variable that CDK looks at first, and botocore never."""
    return os.environ.get("AWS_REGION", "")


def reason(error: Exception) -> str:
    """Why AWS did not do something, in few words."""
    if isinstance(error, ClientError):
        told = error.response.get("Error", {})
        return f"{told.get('Code')}: {told.get('Message')}"
    return str(error)
