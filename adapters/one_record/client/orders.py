"""Where a document of ours goes: a class says which call carries it. Pure; sends nothing.

So a delivery of the outbox needs nothing beside its bytes, and a replayed one goes where it went.
"""

import enum

import msgspec

from adapters.one_record.client.said import Said, Thing, said
from adapters.one_record.graph import Graph
from hub.ports import Refused


class Call(enum.Enum):
    """The calls a document can be."""

    FETCH = "fetch"
    NOTIFY = "notify"
    CREATE = "create"
    CHANGE = "change"
    VERIFY = "verify"
    SUBSCRIBE = "subscribe"
    DELEGATE = "delegate"
    EVENT = "event"
    REVOKE = "revoke"
    DECIDE = "decide"


class Fetch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An order to read objects and hand them to the intake. ``because`` is the event type of the notification that named them."""

    fetch: list[str]
    because: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A call, the document that asks for it, and what it is about: the holder's object, the action request, the topic."""

    call: Call
    document: Said
    thing: Thing | None = None
    about: list[str] = []


_BY_CLASS = {
    "Notification": Call.NOTIFY,
    "Change": Call.CHANGE,
    "Verification": Call.VERIFY,
    "Subscription": Call.SUBSCRIBE,
    "AccessDelegation": Call.DELEGATE,
}
_ABOUT = {
    Call.CHANGE: "api:hasLogisticsObject",
    Call.VERIFY: "api:hasLogisticsObject",
    Call.EVENT: "eventFor",
    Call.NOTIFY: "api:hasLogisticsObject",
    Call.SUBSCRIBE: "api:hasTopic",
    Call.DELEGATE: "api:hasLogisticsObject",
}


def order(raw: bytes) -> Order:
    """What to do with a document. Raises :class:`hub.ports.Refused` for one that no call carries."""
    fetch = _fetch(raw)
    if fetch is not None:
        return Order(call=Call.FETCH, document=Said(graph=Graph()), about=fetch.fetch)
    if not raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
        raise Refused("one-record channel: the message is no ONE Record document in JSON-LD; other serialisations are not sent.")
    document = said(raw)
    thing = document.main()
    if document.fault or thing is None:
        raise Refused(f"one-record channel: the message is no ONE Record document: {document.fault}")
    call = _call(thing)
    return Order(call=call, document=document, thing=thing, about=thing.texts(_ABOUT[call]) if call in _ABOUT else [thing.iri])


def _fetch(raw: bytes) -> Fetch | None:
    if not raw.lstrip().startswith(b'{"'):
        return None
    try:
        return msgspec.json.decode(raw, type=Fetch)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _call(thing: Thing) -> Call:
    if thing.kind in _BY_CLASS:
        return _BY_CLASS[thing.kind]
    if thing.is_a("ActionRequest"):
        return Call.REVOKE if thing.word("api:hasRequestStatus") == "REQUEST_REVOKED" else Call.DECIDE
    if thing.is_a("LogisticsEvent"):
        return Call.EVENT
    if thing.is_a("LogisticsObject"):
        return Call.CREATE
    raise Refused(f"one-record channel: no call carries a {thing.kind or 'document without a class'}.")
