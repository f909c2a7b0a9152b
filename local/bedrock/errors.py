"""The exceptions of Bedrock Runtime's Converse and ConverseStream, as they go over the wire.

Before the first event an exception is an HTTP status with `x-amzn-errortype` and `{"message": …}`; after it,
a frame in the stream. Where a sentence below is Bedrock's own it is the one that its users report seeing.
"""

from __future__ import annotations

from typing import Final

STATUS: Final[dict[str, int]] = {
    "ValidationException": 400,
    "SerializationException": 400,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "UnknownOperationException": 404,
    "ModelTimeoutException": 408,
    "ModelErrorException": 424,
    "ModelStreamErrorException": 424,
    "ModelNotReadyException": 429,
    "ThrottlingException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}

IN_STREAM: Final = frozenset(
    {
        "InternalServerException",
        "ModelStreamErrorException",
        "ServiceUnavailableException",
        "ThrottlingException",
        "ValidationException",
    }
)
"""Those that ConverseStream can send once the stream has begun."""

INTERNAL = "The system encountered an unexpected error during processing. Try your request again."
UNAVAILABLE = "Bedrock is unable to process your request."
THROTTLED = "Too many requests, please wait before trying again."
MODEL_TIMED_OUT = "Model has timed out in processing the request. Try your request again."
MODEL_NOT_READY = "Model is not ready for inference. Wait and try your request again."
INVALID_MODEL = "The provided model identifier is invalid."
INVALID_TOOL_USE = (
    "Model produced invalid sequence as part of ToolUse. Please refer to the model tool use troubleshooting guide."
)


class BedrockException(Exception):  # noqa: N818 (Bedrock's own word for them)
    """type: the exception's name as in the service model, like `ThrottlingException`; message: what the
    client reads."""

    def __init__(self, type: str, message: str) -> None:
        self.type = type
        self.message = message
        super().__init__(f"{type}: {message}")

    @property
    def status(self) -> int:
        return STATUS.get(self.type, 500)

    @property
    def header(self) -> str:
        """The value of `x-amzn-errortype`: Bedrock appends a namespace, and clients cut it off at the
        colon."""
        return f"{self.type}:http://internal.amazon.com/coral/com.amazon.bedrock/"

    @property
    def in_stream(self) -> str:
        """The `:exception-type` of its frame. What cannot occur in a stream is an internal error there."""
        name = "ModelStreamErrorException" if self.type == "ModelErrorException" else self.type
        name = name if name in IN_STREAM else "InternalServerException"
        return name[0].lower() + name[1:]

    @property
    def in_answer(self) -> BedrockException:
        """The same for Converse, which has no stream for a model to break."""
        type = "ModelErrorException" if self.type == "ModelStreamErrorException" else self.type
        return BedrockException(type, self.message)


def invalid(message: str) -> BedrockException:
    return BedrockException("ValidationException", message)
