"""What stands in a stage's templates and is billed, or decides what is."""

import re
from typing import Any

from infra.blueprint import BLUEPRINT

STAGES = ("dev", "prod")
_USUAL = {
    "$context.requestId": "OFZ1GjWVoAMEJDQ=",
    "$context.requestTime": "01/Mar/2026:12:00:00 +0000",
    "$context.identity.sourceIp": "203.0.113.199",
    "$context.httpMethod": "GET",
    "$context.routeKey": "$default",
    "$context.status": "200",
    "$context.responseLatency": "123",
    "$context.integrationStatus": "200",
    "$context.integrationErrorMessage": "-",
}
"""What API Gateway writes in the place of a variable."""


def standing(stage: Any) -> dict[str, Any]:
    """What is counted of an assembly, as it stands in `bill.json`."""
    functions = {spec.name: stage.function(spec.name) for spec in BLUEPRINT.functions}
    (http,) = stage.of_api("http", "Stage").values()
    settings = http["Properties"]
    groups = _properties(stage, "AWS::Logs::LogGroup")
    alarms = [_metrics(alarm) for alarm in _properties(stage, "AWS::CloudWatch::Alarm")]
    return {
        "requests_per_second": settings["DefaultRouteSettings"]["ThrottlingRateLimit"],
        "memory": {name: function["MemorySize"] for name, function in functions.items()},
        "snapshots": [name for name, function in functions.items() if "SnapStart" in function],
        "traced": any(_is_traced(function) for function in functions.values()),
        "platform_lines": any(_tells_all(function) for function in functions.values()),
        "access_log_bytes": len(_line(settings["AccessLogSettings"]["Format"])),
        "log_days": max(group["RetentionInDays"] for group in groups),
        "alarms": sum(listed for listed, _ in alarms),
        "query_alarms": sum(queried for _, queried in alarms),
        "dashboards": len(_properties(stage, "AWS::CloudWatch::Dashboard")),
        "secrets": len(_properties(stage, "AWS::SecretsManager::Secret")),
        "keys": len(_properties(stage, "AWS::KMS::Key")),
    }


def _properties(stage: Any, kind: str) -> list[dict[str, Any]]:
    found = [one for stack in stage.stacks for one in stage.resources(stack, kind).values()]
    return [resource["Properties"] for resource in found]


def _is_traced(function: dict[str, Any]) -> bool:
    return function.get("TracingConfig", {}).get("Mode") == "Active"


def _tells_all(function: dict[str, Any]) -> bool:
    """Whether Lambda writes a line when an invocation starts, when it ends, and what it took."""
    logging = function.get("LoggingConfig", {})
    return logging.get("SystemLogLevel", "INFO") != "WARN"


def _line(template: str) -> str:
    return re.sub(r"\$context\.[\w.]+", lambda variable: _USUAL[variable.group()], template)


def _metrics(alarm: dict[str, Any]) -> tuple[int, int]:
    """How many metrics an alarm lists, and how many a query of it looks at, at least."""
    if "MetricName" in alarm:
        return 1, 0
    listed = [one for one in alarm["Metrics"] if "MetricStat" in one]
    queries = [one for one in alarm["Metrics"] if one.get("Expression", "").startswith("SELECT")]
    return len(listed), len(queries)
