"""Every way in which the service says no, in one tree.

    ServiceError
    ├── RequestError                      the caller can mend it
    │   ├── InvalidRequestError           422  a value is out of its range
    │   ├── AuthenticationError           401  no valid id token
    │   ├── UnknownTenantError            403  the token's tenant is not provisioned here
    │   ├── NotFoundError                 404  nothing of that name that is yours
    │   └── TurnInProgressError           409  the conversation is being answered already
    ├── DependencyError                   something the service stands on is away
    │   ├── DatabaseUnavailableError      503
    │   │   └── DatabaseWakingError       503
    │   ├── ConversationsUnavailableError 503
    │   ├── TokenKeysUnavailableError     503
    │   ├── ShuttingDownError             503  this process is being replaced
    │   └── ModelError
    │       ├── ModelThrottledError       429
    │       ├── ModelUnavailableError     503
    │       ├── ModelTimeoutError         504
    │       ├── ModelStreamError          502  the stream broke off or was garbled
    │       │   └── MalformedToolUseError 502  … while the model asked for a tool
    │       └── ModelRefusedRequestError  502  the model's validation refused what we sent
    ├── TurnLimitError                    504  a turn reached its cap on wall time
    ├── ToolRoundsError                   502  a turn reached its cap on tool rounds
    └── ToolError
        ├── ToolRejected                       the model may try again
        └── ToolFailed                         final

`sentence` is the only text of an error that a client or a model ever sees: it is written here, never taken from
an exception. Where it came from goes to the log, under an incident id that the client is given.
"""

from __future__ import annotations

from typing import ClassVar


class ServiceError(Exception):
    """`code` is stable and machine-readable, `status` the HTTP status before the first byte of an answer,
    `sentence` plain words for an owner, `retry_after` seconds after which trying again makes sense."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    sentence: str = "Something went wrong on our side. Your question is kept; please try again."
    retry_after: int | None = None

    def __init__(self, sentence: str | None = None, *, retry_after: int | None = None) -> None:
        self.sentence = sentence or type(self).sentence
        self.retry_after = retry_after if retry_after is not None else type(self).retry_after
        super().__init__(self.sentence)


class RequestError(ServiceError):
    code = "bad_request"
    status = 400
    sentence = "That request could not be read."


class InvalidRequestError(RequestError):
    code = "invalid_request"
    status = 422
    sentence = "A value in that request is out of range."


class AuthenticationError(RequestError):
    """`reason` is for the log and the WWW-Authenticate header; it never holds any part of a token."""

    code = "unauthenticated"
    status = 401
    sentence = "Please sign in again."

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


class UnknownTenantError(RequestError):
    code = "unknown_tenant"
    status = 403
    sentence = "Your account is not linked to a restaurant yet."


class NotFoundError(RequestError):
    code = "not_found"
    status = 404
    sentence = "There is nothing here by that name."


class TurnInProgressError(RequestError):
    code = "turn_in_progress"
    status = 409
    sentence = "This conversation is still being answered. Wait for it, or stop it first."
    retry_after = 2


class DependencyError(ServiceError):
    code = "dependency_unavailable"
    status = 503
    sentence = "A part of the service is away for a moment. Please try again."
    retry_after = 5


class DatabaseUnavailableError(DependencyError):
    code = "database_unavailable"
    sentence = "Your restaurant's numbers cannot be reached right now. Please try again in a moment."


class DatabaseWakingError(DatabaseUnavailableError):
    code = "database_waking"
    sentence = "The database is waking up. Please try again in half a minute."
    retry_after = 30


class ConversationsUnavailableError(DependencyError):
    code = "conversations_unavailable"
    sentence = "Your conversations cannot be reached right now. Please try again in a moment."


class TokenKeysUnavailableError(DependencyError):
    code = "token_keys_unavailable"
    sentence = "Sign-in cannot be checked right now. Please try again in a moment."


class ShuttingDownError(DependencyError):
    code = "shutting_down"
    sentence = "The service was restarted in mid-answer. What came through is kept; please ask again."


class ModelError(DependencyError):
    code = "model_error"
    sentence = "The model could not answer. Please try again."


class ModelThrottledError(ModelError):
    code = "model_throttled"
    status = 429
    sentence = "Too many questions at once. Please try again in a few seconds."


class ModelUnavailableError(ModelError):
    code = "model_unavailable"
    sentence = "The model is away for a moment. Please try again."


class ModelTimeoutError(ModelError):
    code = "model_timeout"
    status = 504
    sentence = "The model took too long to answer. Please try again."


class ModelStreamError(ModelError):
    code = "model_stream_broken"
    status = 502
    sentence = "The answer broke off. What came through is kept; please try again."


class MalformedToolUseError(ModelStreamError):
    code = "malformed_tool_use"
    sentence = "The model stumbled while looking something up. Please try again."


class ModelRefusedRequestError(ModelError):
    code = "model_refused_request"
    status = 502
    sentence = "The model could not work with this question. Please put it another way."


class TurnLimitError(ServiceError):
    code = "turn_time_limit"
    status = 504
    sentence = "This answer took too long and was cut short. Please ask something narrower."


class ToolRoundsError(ServiceError):
    code = "too_many_tool_rounds"
    status = 502
    sentence = "This question needed too many look-ups. Please ask something narrower."


class ToolError(ServiceError):
    """A tool use that gave no result. Its sentence goes back to the model, so it is written for the model."""

    code = "tool_error"


class ToolRejected(ToolError):  # noqa: N818 (one of the two ways a tool ends badly, named as in the field)
    """The model asked wrongly and may try again."""

    code = "tool_rejected"


class ToolFailed(ToolError):  # noqa: N818
    """The tool could not do its work; asking again in this turn will not help."""

    code = "tool_failed"
    sentence = "This data cannot be read right now. Say so instead of guessing."
