"""SQS's queues and their policies."""

import json

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Put, Replaced, kind

_OBJECTS = ("RedriveAllowPolicy", "RedrivePolicy")


@kind("AWS::SQS::Queue")
class Queue(Kind):
    """A queue."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it."""
        name = p.take("QueueName", p.name)
        made = at.client("sqs").create_queue(QueueName=name, Attributes=_attributes(p))
        arn = at.arn("sqs", name)
        return Made(made["QueueUrl"], {"Arn": arn, "QueueName": name, "QueueUrl": made["QueueUrl"]})

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Set its attributes anew."""
        if p.take("QueueName") != made.attributes["QueueName"]:
            raise Replaced
        at.client("sqs").set_queue_attributes(QueueUrl=made.id, Attributes=_attributes(p))
        return made

    def delete(self, at: Place, made: Made) -> None:
        """Delete it with its messages."""
        at.client("sqs").delete_queue(QueueUrl=made.id)


def _attributes(p: Properties) -> dict[str, str]:
    """As SQS takes them: all are text."""
    given = p.some("MessageRetentionPeriod", "SqsManagedSseEnabled", "VisibilityTimeout")
    plain = {name: str(value).lower() for name, value in given.items()}
    return plain | {name: json.dumps(value) for name, value in p.some(*_OBJECTS).items()}


@kind("AWS::SQS::QueuePolicy")
class QueuePolicy(Put):
    """The policy of some queues."""

    def create(self, at: Place, p: Properties) -> Made:
        """Set it at each."""
        queues, policy = p.take("Queues"), json.dumps(p.take("PolicyDocument"))
        for url in queues:
            at.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        return Made(p.name, {"Queues": queues})

    def delete(self, at: Place, made: Made) -> None:
        """Take it away, where the queue is still there."""
        sqs = at.client("sqs")
        for url in made.attributes["Queues"]:
            sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
