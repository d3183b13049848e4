"""What is told when an action request changes its status, to a requestor that asked for it (``notifyRequestStatusChange``).

The standard: action-requests.md and notifications.md, NotificationEventType. Pure.
"""

from datetime import datetime

from adapters.one_record.sharing.nodes import flag
from hub.objects import ActionRequest, Notice

_KINDS = {
    "ChangeRequest": "CHANGE_REQUEST",
    "SubscriptionRequest": "SUBSCRIPTION_REQUEST",
    "AccessDelegationRequest": "ACCESS_DELEGATION_REQUEST",
    "VerificationRequest": "VERIFICATION_REQUEST",
}


def status_notices(request: ActionRequest, status: str, by: str, at: datetime, object_type: str = "") -> list[Notice]:
    """The notice of a request's new status; none where its requestor did not ask, or made the change itself."""
    if not request.body or not flag(request.body[0], "notifyRequestStatusChange") or request.by == by:
        return []
    event = f"{_KINDS[request.kind]}_{status.removeprefix('REQUEST_')}"
    about = request.objects[0] if len(request.objects) == 1 else ""
    return [
        Notice(
            event_type=event, at=at, author=by, object=about, object_type=object_type, request=request.id, recipients=[request.by]
        )
    ]
