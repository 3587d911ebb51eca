"""How often and how long another service is asked by what sends messages and mails."""

import pytest

from handler.core import aws as core_aws


@pytest.mark.parametrize(
    ("service", "attempts", "seconds"), [("sesv2", 1, 10), ("sqs", 2, 2), ("s3", 3, 6)]
)
def test_a_service_is_asked_as_often_as_it_is_worth(aws, service, attempts, seconds):
    """A mail once, since its answer may be lost and jobs repeat it; a hint is no third attempt."""
    config = core_aws.client(service).meta.config
    assert (config.retries["total_max_attempts"], config.read_timeout) == (attempts, seconds)
    assert (config.retries["mode"], config.connect_timeout) == ("standard", 1)
