"""A table of parts, with a stream and an index, for tests of changes."""

TABLE = {
    "TableName": "rows",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": name, "AttributeType": "S"} for name in ("id", "part", "shelf")
    ],
    "KeySchema": [
        {"AttributeName": "id", "KeyType": "HASH"},
        {"AttributeName": "part", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "shelves",
            "KeySchema": [{"AttributeName": "shelf", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
}
KEY = {"id": {"S": "r"}, "part": {"S": "1"}}
OTHER = {"id": {"S": "r"}, "part": {"S": "2"}}


def shelf(rows, name):
    """The sort keys of the rows on a shelf."""
    found = rows(
        "Query",
        TableName="rows",
        IndexName="shelves",
        KeyConditionExpression="shelf = :shelf",
        ExpressionAttributeValues={":shelf": {"S": name}},
    )
    return [item["part"]["S"] for item in found["Items"]]


def update(rows, expression, **values):
    """Update the row of KEY."""
    given = {f":{name}": value for name, value in values.items()}
    return rows(
        "UpdateItem",
        TableName="rows",
        Key=KEY,
        UpdateExpression=expression,
        ExpressionAttributeValues=given,
    )


def put(rows, key, **attributes):
    """Put a row."""
    return rows("PutItem", TableName="rows", Item=key | attributes)
