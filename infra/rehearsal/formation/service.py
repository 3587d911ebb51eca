"""CloudFormation as an AWS service: as much of it as the command line of CDK asks for."""

import json
from collections.abc import Callable, Mapping
from threading import RLock
from typing import Any
from urllib.parse import urlsplit

import yaml

from infra.local.calls import Answer, Call
from infra.rehearsal.formation import query, telling
from infra.rehearsal.formation.stacks import Stack
from infra.rehearsal.kinds import Place, Refused

Arguments = Mapping[str, Any]

_UNCHANGED = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class ChangeSetNotFound(Refused):
    """There is no such change set, and AWS has a code of its own for that."""


class Formation:
    """All stacks of a region. `changed` is called whenever one was deployed or deleted."""

    def __init__(self, place: Place, changed: Callable[[], None]) -> None:
        self.stacks: dict[str, Stack] = {}
        self._place = place
        self._changed = changed
        self._gone: dict[str, Stack] = {}
        self._change_sets: dict[str, dict[str, Any]] = {}
        self._turn = RLock()

    def answer(self, call: Call) -> Answer:
        """Do what a call asks for."""
        given = query.arguments(call.body)
        action = given["Action"]
        if action not in _ACTIONS:
            return query.refusal(f"Nobody has taught the rehearsal {action}.", "InvalidAction")
        try:
            with self._turn:
                return query.answer(action, _ACTIONS[action](self, given))
        except ChangeSetNotFound as error:
            return query.refusal(str(error), "ChangeSetNotFound")
        except Refused as error:
            return query.refusal(str(error))

    def _stack(self, given: Arguments) -> Stack:
        wanted = given["StackName"]
        for stack in (*self.stacks.values(), *self._gone.values()):
            if wanted in (
                (stack.id,) if stack.status == "DELETE_COMPLETE" else (stack.id, stack.name)
            ):
                return stack
        raise Refused(f"Stack with id {wanted} does not exist")

    def _describe_stacks(self, given: Arguments) -> dict[str, Any]:
        asked = [self._stack(given)] if "StackName" in given else list(self.stacks.values())
        return {"Stacks": [telling.stack(one) for one in asked]}

    def _events(self, given: Arguments) -> dict[str, Any]:
        stack = self._stack(given)
        return {"StackEvents": [telling.event(stack, one) for one in reversed(stack.events)]}

    def _resources(self, given: Arguments) -> dict[str, Any]:
        stack = self._stack(given)
        told = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": one.made.id,
                "ResourceType": one.kind,
                "ResourceStatus": "CREATE_COMPLETE",
                "LastUpdatedTimestamp": stack.created,
            }
            for name, one in stack.resources.items()
        ]
        return {"StackResourceSummaries": told}

    def _template(self, given: Arguments) -> dict[str, Any]:
        return {"TemplateBody": self._stack(given).text}

    def _template_summary(self, given: Arguments) -> dict[str, Any]:
        template = _parsed(self._text(given))
        declared = [
            {"ParameterKey": name, "ParameterType": one["Type"], "DefaultValue": one.get("Default")}
            for name, one in template.get("Parameters", {}).items()
        ]
        return {"Parameters": declared}

    def _create_change_set(self, given: Arguments) -> dict[str, Any]:
        name = given["StackName"]
        if given.get("ChangeSetType") == "CREATE" and name not in self.stacks:
            self.stacks[name] = Stack(name, self._place)
        stack, text = self._stack(given), self._text(given)
        parameters = _parameters(stack, given.get("Parameters", []))
        tags = given.get("Tags", [])
        same = (text, parameters, tags) == (stack.text, stack.parameters, stack.tags)
        id_ = self._place.arn("cloudformation", f"changeSet/{given['ChangeSetName']}/{stack.name}")
        self._change_sets[id_] = {
            "stack": stack,
            "text": text,
            "parameters": parameters,
            "tags": tags,
            "told": {
                "ChangeSetName": given["ChangeSetName"],
                "ChangeSetId": id_,
                "StackId": stack.id,
                "StackName": stack.name,
                "Status": "FAILED" if same else "CREATE_COMPLETE",
                "StatusReason": _UNCHANGED if same else None,
                "ExecutionStatus": "UNAVAILABLE" if same else "AVAILABLE",
                "Changes": telling.changes(stack, _parsed(text)),
            },
        }
        return {"Id": id_, "StackId": stack.id}

    def _change_set(self, given: Arguments) -> dict[str, Any]:
        for id_, one in self._change_sets.items():
            names = (one["told"]["ChangeSetName"], one["stack"].name)
            if given["ChangeSetName"] == id_ or (
                given["ChangeSetName"] == names[0]
                and given.get("StackName") in (one["stack"].id, names[1])
            ):
                return one
        raise ChangeSetNotFound(f"ChangeSet [{given['ChangeSetName']}] does not exist")

    def _describe_change_set(self, given: Arguments) -> dict[str, Any]:
        told: dict[str, Any] = self._change_set(given)["told"]
        return told

    def _delete_change_set(self, given: Arguments) -> dict[str, Any]:
        try:
            told = self._change_set(given)["told"]
        except ChangeSetNotFound:
            return {}  # as AWS answers, so that it can be asked twice
        del self._change_sets[told["ChangeSetId"]]
        return {}

    def _execute_change_set(self, given: Arguments) -> dict[str, Any]:
        one = self._change_set(given)
        stack: Stack = one["stack"]
        stack.tags = one["tags"]
        stack.deploy(_parsed(one["text"]), one["text"], one["parameters"])
        self._changed()
        self._change_sets.pop(one["told"]["ChangeSetId"])
        return {}

    def _delete_stack(self, given: Arguments) -> dict[str, Any]:
        stack = self._stack(given)
        stack.delete()
        if stack.status == "DELETE_COMPLETE":
            self._gone[stack.id] = self.stacks.pop(stack.name)
        self._changed()
        return {}

    def _protect(self, given: Arguments) -> dict[str, Any]:
        stack = self._stack(given)
        stack.protected = given["EnableTerminationProtection"] == "true"
        return {"StackId": stack.id}

    def _text(self, given: Arguments) -> str:
        """Give the template of a call: its text, or what lies in S3."""
        if given.get("UsePreviousTemplate") == "true" or not {"TemplateBody", "TemplateURL"} & set(
            given
        ):
            return self._stack(given).text
        if "TemplateBody" in given:
            return str(given["TemplateBody"])
        place = urlsplit(given["TemplateURL"])
        bucket, _, key = place.path.lstrip("/").partition("/")
        if not str(place.hostname).startswith(("s3.", "localhost")):
            bucket, key = str(place.hostname).partition(".")[0], place.path.lstrip("/")
        body = self._place.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        return str(body.read().decode())


_ACTIONS: dict[str, Callable[[Formation, Arguments], dict[str, Any]]] = {
    "CreateChangeSet": Formation._create_change_set,  # noqa: SLF001 - its own table
    "DeleteChangeSet": Formation._delete_change_set,  # noqa: SLF001 - the same
    "DeleteStack": Formation._delete_stack,  # noqa: SLF001 - the same
    "DescribeChangeSet": Formation._describe_change_set,  # noqa: SLF001 - the same
    "DescribeStackEvents": Formation._events,  # noqa: SLF001 - the same
    "DescribeStacks": Formation._describe_stacks,  # noqa: SLF001 - the same
    "ExecuteChangeSet": Formation._execute_change_set,  # noqa: SLF001 - the same
    "GetTemplate": Formation._template,  # noqa: SLF001 - the same
    "GetTemplateSummary": Formation._template_summary,  # noqa: SLF001 - the same
    "ListStackResources": Formation._resources,  # noqa: SLF001 - the same
    "UpdateTerminationProtection": Formation._protect,  # noqa: SLF001 - the same
}


def _parsed(text: str) -> dict[str, Any]:
    found = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    if not isinstance(found, dict):
        raise Refused("Template format error: the template is no object")
    return found


def _parameters(stack: Stack, given: list[dict[str, str]]) -> dict[str, str]:
    return {
        one["ParameterKey"]: stack.parameters[one["ParameterKey"]]
        if one.get("UsePreviousValue") == "true"
        else one["ParameterValue"]
        for one in given
    }
