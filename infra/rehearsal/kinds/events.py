"""EventBridge's rules."""

from infra.rehearsal.kinds.shapes import Made, Place, Properties, Put, kind


@kind("AWS::Events::Rule")
class Rule(Put):
    """A schedule, and what it invokes."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it with its targets."""
        events, targets = at.client("events"), p.take("Targets")
        name = p.take("Name", p.name)
        made = events.put_rule(Name=name, **p.rest())
        events.put_targets(Rule=name, Targets=targets)
        return Made(name, {"Arn": made["RuleArn"]})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it; its targets have to go first."""
        events = at.client("events")
        targets = events.list_targets_by_rule(Rule=made.id)["Targets"]
        events.remove_targets(Rule=made.id, Ids=[target["Id"] for target in targets])
        events.delete_rule(Name=made.id)
