"""Conversations that query."""

from tests.infra.local.conversations.vocabulary import BIG, WORDS, G, P, put, query

CONVERSATIONS = {
    "query a partition": [("Query", query("#p = :p", P))],
    "query backwards": [("Query", query("#p = :p", P, ScanIndexForward=False))],
    "query one sort key": [("Query", query("#p = :p AND #s = :s", P | {":s": {"N": "2.50"}}))],
    "query below": [("Query", query("#p = :p AND #s < :s", P | {":s": {"N": "7"}}))],
    "query up to": [("Query", query("#p = :p AND #s <= :s", P | {":s": {"N": "7"}}))],
    "query above": [("Query", query("#p = :p AND #s > :s", P | {":s": {"N": "7"}}))],
    "query from": [("Query", query("#p = :p AND #s >= :s", P | {":s": {"N": "7"}}))],
    "query between": [
        (
            "Query",
            query("#p = :p AND #s BETWEEN :a AND :b", P | {":a": {"N": "1"}, ":b": {"N": "10"}}),
        )
    ],
    "query an inverted range": [
        (
            "Query",
            query("#p = :p AND #s BETWEEN :a AND :b", P | {":a": {"N": "10"}, ":b": {"N": "1"}}),
        )
    ],
    "query an index in the order of its words": [
        ("Query", query("#group = :g", G, IndexName="words"))
    ],
    "query a prefix": [
        (
            "Query",
            query(
                "#group = :g AND begins_with(#word, :w)",
                G | {":w": {"S": "ant"}},
                IndexName="words",
            ),
        )
    ],
    "query an index that has only keys": [("Query", query("#group = :g", G, IndexName="keys"))],
    "query an index that is not there": [("Query", query("#p = :p", P, IndexName="none"))],
    "query with a filter counts what it read": [
        (
            "Query",
            query(
                "#p = :p", P | {":w": {"S": "b"}}, Limit=5, FilterExpression="begins_with(word, :w)"
            ),
        )
    ],
    "query only some attributes": [
        ("Query", query("#p = :p", P, ProjectionExpression="word, s", Limit=2))
    ],
    "query counts": [("Query", query("#p = :p", P, Select="COUNT", Limit=3))],
    "query without the partition key": [("Query", query("#s = :s", {":s": {"N": "1"}}))],
    "query a limit that ends the partition": [("Query", query("#p = :p", P, Limit=len(WORDS)))],
    "query a page after a row that is gone": [
        (
            "Query",
            query("#p = :p", P, Limit=2, ExclusiveStartKey={"p": {"S": "seed"}, "s": {"N": "5"}}),
        )
    ],
    "query a page of an index after a row that is gone": [
        (
            "Query",
            query(
                "#group = :g",
                G,
                IndexName="words",
                ScanIndexForward=False,
                Limit=2,
                ExclusiveStartKey={
                    "p": {"S": "seed"},
                    "s": {"N": "5"},
                    "group": {"S": "g"},
                    "word": {"S": "bee"},
                },
            ),
        )
    ],
    "query after a key of another partition": [
        ("Query", query("#p = :p", P, ExclusiveStartKey={"p": {"S": "x"}, "s": {"N": "5"}}))
    ],
    "query after half a key": [("Query", query("#p = :p", P, ExclusiveStartKey={"p": {"S": "x"}}))],
    "query stops at a megabyte": [
        *(("PutItem", put("m", number, x=BIG)["Put"]) for number in range(5)),
        ("Query", query("#p = :p", {":p": {"S": "m"}}, Select="COUNT")),
    ],
}
