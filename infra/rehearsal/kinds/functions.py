"""Lambda's functions, their versions and aliases, and who may invoke them and does."""

from typing import Any

from moto.sqs.models import sqs_backends

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, Replaced, kind

_CONFIGURATION = (
    *("Description", "Environment", "Handler", "LoggingConfig", "MemorySize", "Role", "Runtime"),
    *("SnapStart", "Timeout", "TracingConfig"),
)


_COLONS = 6
"""In the ARN of a function that has no alias behind it."""


@kind("AWS::Lambda::Function")
class Function(Kind):
    """A function, its code a zip in S3."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it. moto knows no recursive loops, so what is said of them is not kept."""
        p.take("RecursiveLoop")
        name = p.take("FunctionName", p.name)
        given = p.some(*_CONFIGURATION, "Architectures", "Code")
        made = at.client("lambda").create_function(FunctionName=name, **given)
        return Made(name, {"Arn": made["FunctionArn"]})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Change its code and its configuration."""
        p.take("RecursiveLoop")
        if p.take("FunctionName", made.id) != made.id:
            raise Replaced
        client = at.client("lambda")
        architectures = p.take("Architectures")
        code = {**p.take("Code"), "Architectures": architectures}
        client.update_function_code(FunctionName=made.id, **code)
        client.update_function_configuration(FunctionName=made.id, **p.some(*_CONFIGURATION))
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it with its versions."""
        at.client("lambda").delete_function(FunctionName=made.id)


@kind("AWS::Lambda::Version")
class Version(Kind):
    """A version of a function; a new one has a logical name of its own."""

    def create(self, at: Place, p: Properties) -> Made:
        """Publish it."""
        made = at.client("lambda").publish_version(FunctionName=p.take("FunctionName"), **p.rest())
        return Made(made["FunctionArn"], {"Version": made["Version"]})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        name, _, version = made.id.rpartition(":")
        at.client("lambda").delete_function(FunctionName=name, Qualifier=version)


@kind("AWS::Lambda::Alias")
class Alias(Kind):
    """A name of a version."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        given = p.some("FunctionName", "FunctionVersion", "Name")
        made = at.client("lambda").create_alias(**given)
        where = {"name": given["Name"], "function": given["FunctionName"]}
        return Made(made["AliasArn"], {"AliasArn": made["AliasArn"], **where})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Let it name another version."""
        at.client("lambda").update_alias(**p.some("FunctionName", "FunctionVersion", "Name"))
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        of = made.attributes
        at.client("lambda").delete_alias(FunctionName=of["function"], Name=of["name"])


@kind("AWS::Lambda::Permission")
class Permission(Kind):
    """Who may invoke a function."""

    def create(self, at: Place, p: Properties) -> Made:
        """Add a statement to its policy."""
        function = p.take("FunctionName")
        at.client("lambda").add_permission(
            StatementId=p.name,
            **_qualified(function),
            **p.some("Action", "Principal", "SourceArn", "SourceAccount"),
        )
        return Made(p.name, {"function": function})

    def delete(self, at: Place, made: Made) -> None:
        """Take it back."""
        at.client("lambda").remove_permission(
            StatementId=made.id, **_qualified(made.attributes["function"])
        )


def _qualified(function: str) -> dict[str, str]:
    """Tell a function, by name or ARN, from the alias that may be written behind it."""
    arn, _, alias = function.rpartition(":")
    if arn.count(":") == _COLONS:
        return {"FunctionName": arn, "Qualifier": alias}
    return {"FunctionName": function}


@kind("AWS::Lambda::EventInvokeConfig")
class EventInvokeConfig(Put):
    """How often and how late an event is tried."""

    def create(self, at: Place, p: Properties) -> Made:
        """Put it."""
        where = p.some("FunctionName", "Qualifier")
        limits = p.some("MaximumEventAgeInSeconds", "MaximumRetryAttempts")
        at.client("lambda").put_function_event_invoke_config(**where, **limits)
        return Made("|".join(where.values()), where)

    def delete(self, at: Place, made: Made) -> None:
        """Take it away."""
        at.client("lambda").delete_function_event_invoke_config(**made.attributes)


@kind("AWS::Lambda::EventSourceMapping")
class EventSourceMapping(Kind):
    """A queue or a stream that a function reads. moto lists it; pollers of the rehearsal's read."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it, and keep moto from handing messages out in a container."""
        source = p.take("EventSourceArn")
        made = at.client("lambda").create_event_source_mapping(EventSourceArn=source, **p.rest())
        if source.startswith("arn:aws:sqs:"):
            queue: Any = sqs_backends[at.account][at.region].get_queue(source.rpartition(":")[2])
            queue.lambda_event_source_mappings.clear()
        arn = at.arn("lambda", f"event-source-mapping:{made['UUID']}")
        return Made(made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": arn})

    def delete(self, at: Place, made: Made) -> None:
        """Delete it."""
        at.client("lambda").delete_event_source_mapping(UUID=made.id)
