"""What a server refuses, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

import grpc
from google.protobuf.any_pb2 import Any
from google.rpc import code_pb2, error_details_pb2, status_pb2


@dataclass(frozen=True)
class Violation:
    """One violated field of a request: its path, and what is wrong with it and would be right."""

    field: str
    description: str


class LeadscoreError(Exception):
    """A call that failed. `code` is gRPC's, such as NOT_FOUND; `request_id` finds the call in the server's log."""

    def __init__(self, code: str, message: str, reason: str = "", request_id: str = "", violations: Iterable[Violation] = ()):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.reason = reason
        self.request_id = request_id
        self.violations = tuple(violations)


class Refused(LeadscoreError):
    """The request is wrong: `violations` lists every violated field. Unchanged it fails again."""


class NotFound(LeadscoreError):
    """The server has no such model, or the model no such version."""


class Unavailable(LeadscoreError):
    """The server is not there, stops, or has too much to do. Ask again later."""


KINDS = {
    "INVALID_ARGUMENT": Refused,
    "NOT_FOUND": NotFound,
    "UNAVAILABLE": Unavailable,
    "RESOURCE_EXHAUSTED": Unavailable,
}


def from_call(error: grpc.RpcError) -> LeadscoreError:
    """The error of a call as one of ours."""
    code: str = error.code().name
    for key, value in cast("Iterable[tuple[str, bytes]]", error.trailing_metadata() or ()):
        if key == "grpc-status-details-bin":
            return from_details(code, error.details() or "", status_pb2.Status.FromString(value).details)
    return from_details(code, error.details() or "", ())


def from_status(status: status_pb2.Status) -> LeadscoreError:
    """The error of one lead of a batch as one of ours."""
    return from_details(code_pb2.Code.Name(status.code), status.message, status.details)


def from_details(code: str, message: str, details: Iterable[Any]) -> LeadscoreError:
    reason, request_id, violations = "", "", []
    for detail in details:
        bad, info, request = error_details_pb2.BadRequest(), error_details_pb2.ErrorInfo(), error_details_pb2.RequestInfo()
        if detail.Unpack(bad):
            violations = [Violation(v.field, v.description) for v in bad.field_violations]
        elif detail.Unpack(info):
            reason = info.reason
        elif detail.Unpack(request):
            request_id = request.request_id
    return KINDS.get(code, LeadscoreError)(code, message, reason, request_id, violations)
