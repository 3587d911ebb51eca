"""The steps of the rehearsal, typed as README.md and docs/deploy.md say, and what must be so then.

Each step returns what is worth saying of it, and raises when anything is not as it must be.
"""

import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from infra import blueprint
from infra.local import client
from infra.rehearsal.account import Account
from infra.rehearsal.project import INDEX, QUEUE, CommandFailed, Project

_DEPLOY = ("cdk", "deploy", "--all", "--require-approval", "never")
_WRITER = "websocketsWriter"
"""In the name of a role that other stages of the account may write logs by, so it stays."""
_EMAIL, _PASSWORD = "first@example.org", "a skein of pink feet"


class NotAsItMustBe(Exception):
    """The deploy went through, and left something else than it should have."""


class Rehearsal:
    """A deploy from nothing to nothing, in an account of its own."""

    def __init__(self, project: Project, account: Account) -> None:
        self._project = project
        self._account = account

    @property
    def steps(self) -> tuple[tuple[str, Callable[[], str]], ...]:
        """All of them, in their order."""
        return (
            ("cdk bootstrap", self._bootstrap),
            ("cdk deploy --all", self._deploy),
            ("cdk deploy --all, once more", self._deploy_again),
            ("dunlin smoke", self._smoke),
            ("somebody uses it", self._use),
            ("cdk deploy --all, with one more index and one more queue", self._update),
            ("the end-to-end tests", self._ask),
            ("cdk destroy --all", self._destroy),
            ("cdk deploy --all of a stage that keeps its data", self._deploy_prod),
            ("cdk destroy --all of that stage", self._destroy_prod),
        )

    def _bootstrap(self) -> str:
        self._project.type("cdk", "bootstrap")
        return ""

    def _deploy(self) -> str:
        self._project.type(*_DEPLOY, "--outputs-file", "outputs.json")
        return self._url()

    def _url(self, stage: str = "dev") -> str:
        """Where the API is of the stage that was deployed last."""
        outputs = json.loads((self._project.folder / "outputs.json").read_text())
        return self._account.fleet.address(outputs[f"{blueprint.prefix(stage)}backend"]["Url"])

    def _deploy_again(self) -> str:
        before = self._story()
        said = self._project.type(*_DEPLOY)
        _check(said.count("(no changes)") == len(_stacks("dev")), f"It changed something:\n{said}")
        _check(self._story() == before, "CloudFormation was asked for a change")
        return "no changes"

    def _story(self) -> list[str]:
        """All that ever happened to any stack."""
        stacks = self._account.formation.stacks.values()
        return [event.id for stack in stacks for event in stack.events]

    def _smoke(self) -> str:
        return self._project.type("dunlin", "smoke", self._url()).splitlines()[-1]

    def _use(self) -> str:
        account = {"email": _EMAIL, "password": _PASSWORD}
        registered = client.post(self._url(), "/register", account)
        _check(registered.status == HTTPStatus.ACCEPTED, str(registered))
        client.sign_in(self._url(), _EMAIL, _PASSWORD)
        return f"{_EMAIL} registers and signs in"

    def _update(self) -> str:
        self._project.release()
        self._project.type(*_DEPLOY)
        client.sign_in(self._url(), _EMAIL, _PASSWORD)
        _check(self._indexed() == [_EMAIL], "The new index has not what was there before")
        queues = self._aws("sqs").list_queues()["QueueUrls"]
        names = {url.rpartition("/")[2] for url in queues}
        _check(f"{blueprint.prefix('dev')}{QUEUE}" in names, f"There is no new queue: {names}")
        return "what was written before is found by the new index"

    def _indexed(self) -> list[str]:
        found = self._aws("dynamodb").query(
            TableName=f"{blueprint.prefix('dev')}accounts",
            IndexName=INDEX,
            KeyConditionExpression="#role = :role",
            ExpressionAttributeNames={"#role": "role"},
            ExpressionAttributeValues={":role": {"S": "user"}},
        )
        return [row["email"]["S"] for row in found["Items"]]

    def _ask(self) -> str:
        pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/e2e", "--url", self._url())
        said = self._project.type(".venv/bin/python", *pytest)
        return said.splitlines()[-1]

    def _destroy(self) -> str:
        self._empty_buckets("dev")
        self._project.type("cdk", "destroy", "--all", "--force")
        left = [name for name in self._left("dev") if _WRITER not in name]
        _check(not left, f"Left: {', '.join(left)}")
        return "nothing is left but the role by which API Gateway writes logs"

    def _empty_buckets(self, stage: str) -> None:
        """Do what docs/deploy.md says of buckets, at which the deletion would stop."""
        s3 = self._aws("s3")
        for bucket in s3.list_buckets(Prefix=blueprint.prefix(stage))["Buckets"]:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"]):
                for one in page.get("Contents", []):
                    s3.delete_object(Bucket=bucket["Name"], Key=one["Key"])

    def _deploy_prod(self) -> str:
        self._project.furnish_prod()
        self._project.type(*_DEPLOY, "--outputs-file", "outputs.json", "-c", "stage=prod")
        said = self._project.type("dunlin", "smoke", self._url("prod")).splitlines()[-1]
        return f"its published version answers: {said}"

    def _destroy_prod(self) -> str:
        """Destroy it: nobody can as long as its data are protected, and then they stay."""
        destroy = ("cdk", "destroy", "--all", "--force", "-c", "stage=prod")
        data, _ = _stacks("prod")
        try:
            self._project.type(*destroy)
        except CommandFailed as error:
            _check("TerminationProtection" in str(error), str(error))
        _check(data in self._account.formation.stacks, f"{data} could be destroyed")
        self._aws("cloudformation").update_termination_protection(
            StackName=data, EnableTerminationProtection=False
        )
        self._project.type(*destroy)
        kept = sum(name.startswith("table ") for name in self._left("prod"))
        _check(kept == len(blueprint.BLUEPRINT.tables), f"Only {kept} tables were kept")
        return f"{kept} tables are kept"

    def _left(self, stage: str) -> list[str]:
        """Name all that there is of a stage."""
        prefix = blueprint.prefix(stage)
        names = [
            *(f"table {name}" for name in self._aws("dynamodb").list_tables()["TableNames"]),
            *(f"bucket {one['Name']}" for one in self._aws("s3").list_buckets()["Buckets"]),
            *(f"queue {url}" for url in self._aws("sqs").list_queues().get("QueueUrls", [])),
            *(f"secret {one['Name']}" for one in self._secrets()),
            *(f"function {one['FunctionName']}" for one in self._functions()),
            *(f"log {one['logGroupName']}" for one in self._logs()),
            *(f"role {one['RoleName']}" for one in self._aws("iam").list_roles()["Roles"]),
            *(f"alarm {one['AlarmName']}" for one in self._alarms()),
            *(f"stack {name}" for name in self._account.formation.stacks),
        ]
        return [name for name in names if prefix in name]

    def _secrets(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._aws("secretsmanager").list_secrets()["SecretList"]
        return found

    def _functions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._aws("lambda").list_functions()["Functions"]
        return found

    def _logs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._aws("logs").describe_log_groups()["logGroups"]
        return found

    def _alarms(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._aws("cloudwatch").describe_alarms()["MetricAlarms"]
        return found

    def _aws(self, service: str) -> Any:
        return self._account.place.client(service)


def _stacks(stage: str) -> tuple[str, str]:
    """The names of a stage's stacks: its data, and what works on them."""
    prefix = blueprint.prefix(stage)
    return f"{prefix}data", f"{prefix}backend"


def _check(holds: object, told: str) -> None:
    if not holds:
        raise NotAsItMustBe(told)


def figures(account: Account) -> list[str]:
    """Say of each function that ran how it did."""
    return [
        f"{name}: started {len(made.init)} times in {max(made.init):.0f} ms at most, "
        f"answered {len(made.warm)} events, half of them in {_median(made.warm):.1f} ms, "
        f"with {made.peak:.0f} MB"
        for name, made in sorted(account.fleet.figures.items())
        if made.warm
    ]


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
