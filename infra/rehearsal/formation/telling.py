"""What CloudFormation tells of stacks. Pure."""

from collections.abc import Mapping
from typing import Any

from infra.rehearsal.formation.stacks import Event, Stack


def changes(stack: Stack, template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Tell what would change in a stack."""
    old, new = stack.template.get("Resources", {}), template.get("Resources", {})
    actions = {
        name: "Modify" if name in old else "Add" for name in new if new[name] != old.get(name)
    }
    actions |= {name: "Remove" for name in old if name not in new}
    return [
        {
            "Type": "Resource",
            "ResourceChange": {
                "Action": action,
                "LogicalResourceId": name,
                "ResourceType": (new.get(name) or old[name])["Type"],
            },
        }
        for name, action in actions.items()
    ]


def stack(stack: Stack) -> dict[str, Any]:
    """Tell how a stack is."""
    declared = stack.template.get("Outputs", {})
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "StackStatus": stack.status,
        "StackStatusReason": stack.events[-1].reason if stack.events else None,
        "CreationTime": stack.created,
        "EnableTerminationProtection": stack.protected,
        "DisableRollback": False,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value}
            for name, value in stack.parameters.items()
        ],
        "Outputs": [
            {
                "OutputKey": name,
                "OutputValue": value,
                "Description": declared[name].get("Description"),
            }
            for name, value in stack.outputs.items()
        ],
        "Tags": stack.tags,
    }


def event(stack: Stack, event: Event) -> dict[str, Any]:
    """Tell a line of a stack's story."""
    return {
        "StackId": stack.id,
        "StackName": stack.name,
        "EventId": event.id,
        "LogicalResourceId": event.resource,
        "PhysicalResourceId": event.physical,
        "ResourceType": event.kind,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason or None,
        "Timestamp": event.at,
    }
