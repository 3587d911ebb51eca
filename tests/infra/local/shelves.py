"""A table of shelves, for tests of queries."""

TABLE = {
    "TableName": "rows",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "shelf", "AttributeType": "S"},
        {"AttributeName": "rank", "AttributeType": "N"},
        {"AttributeName": "raw", "AttributeType": "B"},
    ],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": name,
            "KeySchema": [
                {"AttributeName": "shelf", "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ],
            "Projection": projection,
        }
        for name, sort, projection in (
            ("ranks", "rank", {"ProjectionType": "ALL"}),
            ("raws", "raw", {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["note"]}),
        )
    ],
}
SHELF = {
    "TableName": "rows",
    "IndexName": "ranks",
    "KeyConditionExpression": "shelf = :shelf",
    "ExpressionAttributeValues": {":shelf": {"S": "a"}},
}


def row(identity, shelf="a", rank=0, **more):
    """A row's attributes."""
    return {"id": {"S": identity}, "shelf": {"S": shelf}, "rank": {"N": str(rank)}, **more}
