"""Stacks: from one template to the next, and back again when something fails."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from typing import Any

from infra.rehearsal.formation.templates import Scope, holds, references, resolved
from infra.rehearsal.kinds import KINDS, Made, Place, Properties, Refused, Replaced

Template = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One line of a stack's story."""

    resource: str
    kind: str
    physical: str
    status: str
    reason: str = ""
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class Standing:
    """A resource of a stack as it was last made: of which type, and with which properties."""

    kind: str
    properties: dict[str, Any]
    made: Made
    keep: bool


class Stack:
    """Resources that stand and fall together."""

    def __init__(self, name: str, place: Place) -> None:
        self.name = name
        self.id = place.arn("cloudformation", f"stack/{name}/{uuid.uuid4()}")
        self.status = "REVIEW_IN_PROGRESS"
        self.text = "{}"
        self.template: Template = {}
        self.parameters: dict[str, str] = {}
        self.tags: list[dict[str, str]] = []
        self.outputs: dict[str, Any] = {}
        self.events: list[Event] = []
        self.protected = False
        self.created = datetime.now(UTC)
        self._place = place
        self._standing: dict[str, Standing] = {}

    @property
    def resources(self) -> dict[str, Standing]:
        """What stands, by logical name, in the order in which it was made."""
        return dict(self._standing)

    def deploy(self, template: Template, text: str, parameters: dict[str, str]) -> None:
        """Go to another template; back to the last one, or to nothing, if anything fails."""
        verb = "UPDATE" if self.template else "CREATE"
        self._tell(f"{verb}_IN_PROGRESS")
        try:
            self._apply(template, parameters)
        except Exception as error:  # noqa: BLE001 - whatever it is, the deploy has failed
            self._tell(f"{'UPDATE_' if self.template else ''}ROLLBACK_IN_PROGRESS", _told(error))
            self._apply(self.template, self.parameters)
            self._tell("UPDATE_ROLLBACK_COMPLETE" if self.template else "ROLLBACK_COMPLETE")
            return
        self.template, self.text, self.parameters = template, text, parameters
        self._tell(f"{verb}_COMPLETE")

    def delete(self) -> None:
        """Delete all but what is to be kept. Raises Refused when it is protected."""
        if self.protected:
            raise Refused(
                f"Stack [{self.name}] cannot be deleted while TerminationProtection is enabled"
            )
        self._tell("DELETE_IN_PROGRESS")
        try:
            self._remove(list(self._standing))
        except Exception as error:  # noqa: BLE001 - whatever it is, the deploy has failed
            self._tell("DELETE_FAILED", _told(error))
        else:
            self._tell("DELETE_COMPLETE")

    def _apply(self, template: Template, parameters: dict[str, str]) -> None:
        known = _parameters(template, parameters, self._place, self)
        scope = Scope(known, template.get("Conditions", {}), _Physical(self._standing))
        _check_rules(template, scope)
        wanted = {
            name: one
            for name, one in template.get("Resources", {}).items()
            if "Condition" not in one or holds(one["Condition"], scope)
        }
        for name in _ordered(wanted):
            self._stand(name, wanted[name], scope)
        self._remove([name for name in self._standing if name not in wanted])
        self.outputs = {
            name: resolved(one["Value"], scope)
            for name, one in template.get("Outputs", {}).items()
            if "Condition" not in one or holds(one["Condition"], scope)
        }

    def _stand(self, name: str, wanted: Mapping[str, Any], scope: Scope) -> None:
        """Make a resource, or change it if it is to be another."""
        kind, properties = wanted["Type"], resolved(wanted.get("Properties", {}), scope)
        keep = wanted.get("DeletionPolicy", "Delete") != "Delete"
        old = self._standing.get(name)
        if old and (old.kind, old.properties) == (kind, properties):
            self._standing[name] = Standing(kind, properties, old.made, keep)
            return
        verb = "UPDATE" if old else "CREATE"
        try:
            made = self._changed(name, kind, properties, old)
        except Exception as error:
            self._tell(f"{verb}_FAILED", _told(error), name, kind)
            raise
        self._standing[name] = Standing(kind, properties, made, keep)
        self._tell(f"{verb}_COMPLETE", "", name, kind, made.id)

    def _changed(
        self, name: str, kind: str, properties: dict[str, Any], old: Standing | None
    ) -> Made:
        if kind not in KINDS:
            raise Refused(f"Nobody has taught the rehearsal {kind}.")
        if old and old.kind == kind:
            try:
                return self._taken(
                    kind, name, properties, lambda p: KINDS[kind].update(self._place, old.made, p)
                )
            except Replaced:
                pass  # by the one that is made now
        made = self._taken(kind, name, properties, lambda p: KINDS[kind].create(self._place, p))
        if old:
            KINDS[old.kind].delete(self._place, old.made)
        return made

    def _taken(
        self,
        kind: str,
        name: str,
        properties: dict[str, Any],
        do: Callable[[Properties], Made],
    ) -> Made:
        """Do something with properties, and see that it has used them all."""
        given = Properties(properties, f"{self.name}-{name}")
        made = do(given)
        given.check(kind)
        return made

    def _remove(self, names: list[str]) -> None:
        """Delete resources, what was made last first; what is to be kept is only forgotten."""
        for name in reversed([name for name in self._standing if name in names]):
            gone = self._standing[name]
            if not gone.keep:
                KINDS[gone.kind].delete(self._place, gone.made)
            status = "DELETE_SKIPPED" if gone.keep else "DELETE_COMPLETE"
            self._tell(status, "", name, gone.kind, gone.made.id)
            del self._standing[name]

    def _tell(
        self, status: str, reason: str = "", name: str = "", kind: str = "", physical: str = ""
    ) -> None:
        if not name:
            self.status, name, kind, physical = (
                status,
                self.name,
                "AWS::CloudFormation::Stack",
                self.id,
            )
        self.events.append(Event(name, kind, physical, status, reason))


class _Physical(Mapping[str, Made]):
    """What stands, as templates refer to it."""

    def __init__(self, standing: dict[str, Standing]) -> None:
        self._standing = standing

    def __getitem__(self, name: str) -> Made:
        return self._standing[name].made

    def __iter__(self) -> Any:
        return iter(self._standing)

    def __len__(self) -> int:
        return len(self._standing)


def _told(error: Exception) -> str:
    return str(error) if isinstance(error, Refused) else f"{type(error).__name__}: {error}"


def _ordered(wanted: Mapping[str, Any]) -> list[str]:
    """Put resources behind what they refer to or say that they depend on."""
    graph = {}
    for name, one in wanted.items():
        stated = one.get("DependsOn", [])
        before = {
            *references(one.get("Properties", {})),
            *([stated] if isinstance(stated, str) else stated),
        }
        graph[name] = [other for other in wanted if other in before]
    return list(TopologicalSorter(graph).static_order())


def _parameters(
    template: Template, given: Mapping[str, str], place: Place, stack: Stack
) -> dict[str, Any]:
    known: dict[str, Any] = {
        "AWS::AccountId": place.account,
        "AWS::Partition": "aws",
        "AWS::Region": place.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com",
    }
    for name, declared in template.get("Parameters", {}).items():
        if name not in given and "Default" not in declared:
            raise Refused(f"Parameters: [{name}] must have values")
        known[name] = _typed(declared["Type"], given.get(name, declared.get("Default")), place)
    return known


def _typed(kind: str, value: Any, place: Place) -> Any:
    match kind:
        case "String":
            return value
        case "CommaDelimitedList":
            return value.split(",") if value else []
        case "AWS::SSM::Parameter::Value<String>":
            return place.client("ssm").get_parameter(Name=value)["Parameter"]["Value"]
        case _:
            raise Refused(f"Nobody has taught the rehearsal parameters of type {kind}.")


def _check_rules(template: Template, scope: Scope) -> None:
    for rule in template.get("Rules", {}).values():
        for assertion in rule["Assertions"]:
            if not resolved(assertion["Assert"], scope):
                raise Refused(assertion["AssertDescription"])
