"""What the conversations with DynamoDB are about, and short ways to say it."""

TABLE = {
    "TableName": "rows",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [
        {"AttributeName": "p", "AttributeType": "S"},
        {"AttributeName": "s", "AttributeType": "N"},
        {"AttributeName": "group", "AttributeType": "S"},
        {"AttributeName": "word", "AttributeType": "S"},
    ],
    "KeySchema": [
        {"AttributeName": "p", "KeyType": "HASH"},
        {"AttributeName": "s", "KeyType": "RANGE"},
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "words",
            "KeySchema": [
                {"AttributeName": "group", "KeyType": "HASH"},
                {"AttributeName": "word", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "ALL"},
        },
        {
            "IndexName": "keys",
            "KeySchema": [
                {"AttributeName": "group", "KeyType": "HASH"},
                {"AttributeName": "word", "KeyType": "RANGE"},
            ],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        },
    ],
}
WORDS = ("ant", "Ant", "antler", "bee", "bé", "crane", "zebra", "\U0001f426")


def put(p, s, **more):
    """A Put of a transaction; its value is a PutItem."""
    return {"Put": {"TableName": "rows", "Item": {"p": {"S": p}, "s": {"N": str(s)}, **more}}}


def key(p, s):
    """The row of a call."""
    return {"TableName": "rows", "Key": {"p": {"S": p}, "s": {"N": str(s)}}}


def named(condition, **more):
    """A condition, with the names it uses."""
    names = {f"#{n}": n for n in ("p", "s", "group", "word", "count", "x") if f"#{n}" in condition}
    return {"ConditionExpression": condition, "ExpressionAttributeNames": names, **more}


def query(condition, values, **more):
    """A Query of the table."""
    names = {f"#{name}": name for name in ("p", "s", "group", "word") if f"#{name}" in condition}
    return {
        "TableName": "rows",
        "KeyConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": values,
        **more,
    }


SEED = [
    ("PutItem", put("seed", number, word={"S": word}, group={"S": "g"})["Put"])
    for number, word in zip((-3, 0, 1, 2.5, 7, 10, 11, 100), WORDS, strict=True)
]
P, G = {":p": {"S": "seed"}}, {":g": {"S": "g"}}
BIG = {"B": "A" * 400_000}
