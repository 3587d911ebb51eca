"""How S3 says no, in its own codes, words and statuses."""

from http import HTTPStatus

from infra.local.calls import Answer, xml_failure

CHECK_THE_ORDER = "If it is specified, please check the order of the fields."


class Refusal(Exception):
    """S3 refuses a request. `told` are the further elements of its answer."""

    def __init__(self, code: str, message: str, status: int, **told: str) -> None:
        super().__init__(message)
        self.code, self.message, self.status, self.told = code, message, status, told

    @property
    def answer(self) -> Answer:
        """The answer that says so."""
        return xml_failure(self.code, self.message, self.status, self.told)


def denied(message: str = "Access Denied", **told: str) -> Refusal:
    """Nobody who may asks for this."""
    return Refusal("AccessDenied", message, HTTPStatus.FORBIDDEN, **told)


def argument(message: str, name: str, value: str = "") -> Refusal:
    """A field is missing, or is not in its form."""
    told = {"ArgumentName": name, "ArgumentValue": value}
    return Refusal("InvalidArgument", message, HTTPStatus.BAD_REQUEST, **told)


def absent(field: str) -> Refusal:
    """A form lacks a field that it needs, before its file."""
    message = f"Bucket POST must contain a field named '{field}'.  {CHECK_THE_ORDER}"
    return argument(message, field)


def unknown_key(key_id: str) -> Refusal:
    """Nobody has that access key id."""
    message = "The AWS Access Key Id you provided does not exist in our records."
    return Refusal("InvalidAccessKeyId", message, HTTPStatus.FORBIDDEN, AWSAccessKeyId=key_id)


def other_token() -> Refusal:
    """The session's token is not that of the access key."""
    message = "The provided token is malformed or otherwise invalid."
    return Refusal("InvalidToken", message, HTTPStatus.BAD_REQUEST)


def other_signature(key_id: str, signed: str, signature: str) -> Refusal:
    """The signature is not that of what was signed."""
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    return Refusal(
        "SignatureDoesNotMatch",
        message,
        HTTPStatus.FORBIDDEN,
        AWSAccessKeyId=key_id,
        StringToSign=signed,
        SignatureProvided=signature,
    )
