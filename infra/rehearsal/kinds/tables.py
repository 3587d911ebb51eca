"""DynamoDB's tables, which CloudFormation calls global even where there is one copy only."""

from collections.abc import Mapping
from typing import Any

from infra.rehearsal.kinds.shapes import Kind, Made, Place, Properties, Refused, Replaced, kind

_SAME = ("AttributeDefinitions", "BillingMode", "KeySchema", "StreamSpecification")


@kind("AWS::DynamoDB::GlobalTable")
class Table(Kind):
    """A table in one region. One index can be added or removed at a time, as in AWS."""

    def create(self, at: Place, p: Properties) -> Made:
        """Create it, with all that is set by calls of their own."""
        name, copy = p.take("TableName", p.name), _copy(p, at)
        writes = p.take("WriteOnDemandThroughputSettings", {})
        asked = p.some("AttributeDefinitions", "BillingMode", "KeySchema")
        if indexes := _indexes(p, copy):
            asked["GlobalSecondaryIndexes"] = indexes
        asked |= _streaming(p)
        made = at.client("dynamodb").create_table(
            TableName=name,
            OnDemandThroughput={**writes, **copy.take("ReadOnDemandThroughputSettings", {})},
            DeletionProtectionEnabled=copy.take("DeletionProtectionEnabled", default=False),
            **asked,
        )["TableDescription"]
        _set(at, name, p, copy)
        return Made(name, _attributes(made))

    def update(self, at: Place, made: Made, p: Properties) -> Made:
        """Change what AWS changes in place: indexes, protection, expiry, recovery."""
        copy, dynamodb = _copy(p, at), at.client("dynamodb")
        was = dynamodb.describe_table(TableName=made.id)["Table"]
        asked = p.some("AttributeDefinitions", "BillingMode", "KeySchema")
        if p.take("TableName", made.id) != made.id or asked["KeySchema"] != was["KeySchema"]:
            raise Replaced
        throughput = p.take("WriteOnDemandThroughputSettings", {})
        throughput |= copy.take("ReadOnDemandThroughputSettings", {})
        for change in _index_changes(was, _indexes(p, copy)):
            dynamodb.update_table(
                TableName=made.id,
                AttributeDefinitions=asked["AttributeDefinitions"],
                GlobalSecondaryIndexUpdates=[change],
            )
        dynamodb.update_table(
            TableName=made.id,
            DeletionProtectionEnabled=copy.take("DeletionProtectionEnabled", default=False),
            OnDemandThroughput=throughput,
        )
        if (streaming := _streaming(p)) and "LatestStreamArn" not in was:
            dynamodb.update_table(TableName=made.id, **streaming)
        _set(at, made.id, p, copy)
        return Made(made.id, _attributes(dynamodb.describe_table(TableName=made.id)["Table"]))

    def delete(self, at: Place, made: Made) -> None:
        """Delete it, unless it is protected."""
        at.client("dynamodb").delete_table(TableName=made.id)


def _attributes(table: Mapping[str, Any]) -> dict[str, str]:
    """What else a template may ask of a table: its ARN, and that of its stream if it has one."""
    streams = {"StreamArn": table["LatestStreamArn"]} if "LatestStreamArn" in table else {}
    return {"Arn": table["TableArn"], **streams}


def _streaming(p: Properties) -> dict[str, Any]:
    """Say that a table has a stream, as DynamoDB's own calls do."""
    wanted = p.take("StreamSpecification")
    return {"StreamSpecification": {"StreamEnabled": True, **wanted}} if wanted else {}


def _copy(p: Properties, at: Place) -> Properties:
    """The properties of the one copy, which has to be here."""
    (copy,) = p.take("Replicas")
    if copy.pop("Region") != at.region:
        raise Refused("A table has its one copy where its stack is.")
    return Properties(copy, p.name)


def _indexes(p: Properties, copy: Properties) -> list[dict[str, Any]]:
    """Put together what stands at the table and what stands at its copy."""
    read = {one.pop("IndexName"): one for one in copy.take("GlobalSecondaryIndexes", [])}
    found = []
    for index in p.take("GlobalSecondaryIndexes", []):
        writes = index.pop("WriteOnDemandThroughputSettings", {})
        of_copy = Properties(read.get(index["IndexName"], {}), index["IndexName"])
        reads = of_copy.take("ReadOnDemandThroughputSettings", {})
        of_copy.check("an index")
        found.append({**index, "OnDemandThroughput": {**writes, **reads}})
    return found


def _index_changes(was: Mapping[str, Any], wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    old = {one["IndexName"] for one in was.get("GlobalSecondaryIndexes", [])}
    new = {one["IndexName"] for one in wanted}
    changes: list[dict[str, Any]] = [
        {"Create": one} for one in wanted if one["IndexName"] not in old
    ]
    changes += [{"Delete": {"IndexName": name}} for name in sorted(old - new)]
    if len(changes) > 1:
        raise Refused("Cannot perform more than one GSI creation or deletion in a single update")
    return changes


def _set(at: Place, name: str, p: Properties, copy: Properties) -> None:
    """Say what CreateTable does not take. Raises Refused if anything of the copy is left."""
    dynamodb = at.client("dynamodb")
    if expiry := p.take("TimeToLiveSpecification"):
        known = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
        if known["TimeToLiveStatus"] != "ENABLED":
            dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    if recovery := copy.take("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=recovery
        )
    copy.check("a table's copy")
