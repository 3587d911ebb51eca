"""Where the twin is, and how AWS says no there."""

ACCOUNT = "123456789012"  # moto's own
REGION = "us-east-1"


def function_arn(name: str) -> str:
    """The ARN of a function, by its deployed name."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


class Refused(Exception):
    """AWS refused a call of the twin itself; `code` is AWS's name for why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
