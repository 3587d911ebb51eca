"""Fixtures of the twin's tests: moto in memory, asked as AWS is asked."""

import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.secretsmanager.models import secretsmanager_backends

from infra.local import aws, engine
from infra.local.places import ACCOUNT, REGION


@pytest.fixture
def dynamodb():
    """Moto with the engine and no table in the twin's region, as a service of the endpoint."""
    engine.install()
    backends = (dynamodb_backends, secretsmanager_backends)
    for backend in backends:
        backend[ACCOUNT][REGION].reset()
    yield aws.MOTO["dynamodb"]
    for backend in backends:
        backend[ACCOUNT][REGION].reset()


@pytest.fixture
def ask(dynamodb):
    """Do a DynamoDB call by name; the answer's JSON, or `Refused`."""

    def call(operation, **body):
        return aws.request(dynamodb, f"DynamoDB_20120810.{operation}", body)

    return call
