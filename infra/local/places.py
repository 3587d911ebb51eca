"""Where the twin is: the account and region that its resources and functions are told to be in."""

ACCOUNT = "123456789012"  # moto's own
REGION = "us-east-1"


def function_arn(name: str) -> str:
    """The ARN of a function, by its deployed name."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
