"""The operations of the API: one row each, from which requests are dispatched, 405 is answered and the OpenAPI is written.

The standard: ONE Record API, "API Endpoints", and the status tables of each page.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from adapters.one_record.server import bulk, changes, events, information, objects, requests, sharing
from adapters.one_record.server.call import Handler

READ = (301, 302, 401, 403, 404, 415, 500)
WRITE = (400, 401, 403, 404, 415, 500)


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One operation: where, what it takes and gives (classes of the ontologies), and which statuses it answers with."""

    method: str
    path: str
    handler: Handler
    success: int
    errors: Sequence[int]
    takes: str = ""
    gives: str = ""
    query: Sequence[str] = ()
    section: str = ""


_EVENTS = (
    "event-code",
    "created-after",
    "created-before",
    "occurred-after",
    "occurred-before",
    "sort",
    "limit",
    "skip",
)
_OBJECT = "/logistics-objects/{id}"
_OF_OBJECT = f"{_OBJECT}/logistics-events"
_REQUEST = "/action-requests/{id}"


def _reading(
    path: str, handler: Handler, gives: str, section: str, query: Sequence[str] = (), errors: Sequence[int] = READ
) -> tuple[Operation, ...]:
    """GET, and HEAD with the same answer without its body."""
    return tuple(
        Operation(
            method=method, path=path, handler=handler, success=200, errors=errors, gives=gives, query=query, section=section
        )
        for method in ("GET", "HEAD")
    )


OPERATIONS: tuple[Operation, ...] = (
    *_reading("/", information.read, "ServerInformation", "Server Information", errors=(301, 401, 403, 404, 405, 415, 500)),
    Operation(
        method="POST",
        path="/logistics-objects",
        handler=objects.create,
        success=201,
        errors=(400, 401, 403, 409, 415, 500),
        takes="LogisticsObject",
        section="Create a Logistics Object",
    ),
    *_reading(_OBJECT, objects.read, "LogisticsObject", "Get a Logistics Object", ("embedded", "at"), (400, *READ)),
    Operation(
        method="PATCH",
        path=_OBJECT,
        handler=changes.ask_change,
        success=201,
        errors=(*WRITE, 422),
        takes="Change",
        section="Update a Logistics Object",
    ),
    Operation(
        method="POST",
        path=_OBJECT,
        handler=changes.ask_verification,
        success=201,
        errors=(*WRITE, 422),
        takes="Verification",
        section="Request a Verification",
    ),
    *_reading(
        f"{_OBJECT}/audit-trail",
        objects.audit_trail,
        "AuditTrail",
        "Get Audit Trail",
        ("updated-from", "updated-to", "status"),
        (400, *READ),
    ),
    Operation(
        method="POST",
        path=_OF_OBJECT,
        handler=events.create,
        success=201,
        errors=WRITE,
        takes="LogisticsEvent",
        section="Create a Logistics Event",
    ),
    *_reading(_OF_OBJECT, events.listed, "Collection", "Get Logistics Events of a Logistics Object", _EVENTS, (400, *READ)),
    *_reading(f"{_OF_OBJECT}/{{event}}", events.read, "LogisticsEvent", "Get a Logistics Event"),
    Operation(
        method="POST",
        path="/logistics-events",
        handler=events.create_many,
        success=207,
        errors=(400, 401, 415, 500),
        takes="LogisticsEvent",
        gives="MultiStatusResponse",
        section="Create multiple Logistics Events",
    ),
    Operation(
        method="GET",
        path="/subscriptions",
        handler=sharing.get_subscriptions,
        success=200,
        errors=(400, 401, 403, 415, 422, 500),
        gives="Subscription",
        query=("topicType", "topic"),
        section="Get Subscription information as Publisher",
    ),
    Operation(
        method="POST",
        path="/subscriptions",
        handler=sharing.post_subscription,
        success=201,
        errors=(400, 401, 403, 415, 422, 500),
        takes="Subscription",
        section="Subscribe to Logistics Objects",
    ),
    Operation(
        method="POST",
        path="/access-delegations",
        handler=sharing.post_delegation,
        success=201,
        errors=(400, 401, 403, 415, 500),
        takes="AccessDelegation",
        section="Request Access Delegation",
    ),
    Operation(
        method="POST",
        path="/notifications",
        handler=sharing.post_notification,
        success=204,
        errors=(400, 401, 403, 404, 405, 415, 500),
        takes="Notification",
        section="Send Notification",
    ),
    *_reading(_REQUEST, requests.read, "ActionRequest", "Get Action Request Details"),
    Operation(
        method="PATCH",
        path=_REQUEST,
        handler=requests.update,
        success=204,
        errors=(*WRITE, 422),
        query=("status",),
        section="Update an Action Request",
    ),
    Operation(
        method="DELETE",
        path=_REQUEST,
        handler=requests.revoke,
        success=204,
        errors=(401, 403, 404, 422, 500),
        section="Revoke Action Request",
    ),
)


BEYOND: Mapping[str, Operation] = {
    bulk.BULK: Operation(
        method="POST",
        path="/logistics-objects/query",
        handler=bulk.query,
        success=200,
        errors=(400, 401, 415, 500),
        takes="Collection",
        gives="Collection",
        section="beyond the standard: bulk read of logistics objects",
    )
}
"""Operations the standard does not have, by the extension that turns each on."""


class Routes:
    """The table as it is asked: which operation, with which parameters, or which methods there are instead."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._by_path: dict[str, dict[str, Operation]] = {}
        for one in operations:
            self._by_path.setdefault(one.path, {})[one.method] = one
        self._patterns = [(_pattern(path), methods) for path, methods in self._by_path.items() if "{" in path]
        self._fixed = {path: self._beside(path, methods) for path, methods in self._by_path.items() if "{" not in path}

    def find(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        """The operations at a path by method, and the path's parameters; none for a path that is not ours."""
        return self._fixed.get(path) or self._matched(path)

    def _beside(self, path: str, methods: dict[str, Operation]) -> tuple[dict[str, Operation], dict[str, str]]:
        """A path without parameters, and what else it may mean: an object can have any name."""
        others, parameters = self._matched(path)
        return others | methods, parameters

    def _matched(self, path: str) -> tuple[dict[str, Operation], dict[str, str]]:
        for pattern, methods in self._patterns:
            found = pattern.fullmatch(path)
            if found:
                return methods, found.groupdict()
        return {}, {}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/\\x00-\\x1f\\x7f]{1,200})", re.escape(path)))
