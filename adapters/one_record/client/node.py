"""Another party's ONE Record node as this hub uses it: every call of the API, each with its answer. Knows no outbox.

One method for each operation of the standard's endpoint table; faults are the :class:`hub.ports.DeliveryError` tree.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlencode

import httpx
import msgspec

from adapters.one_record.client.cache import Pages
from adapters.one_record.client.faults import RefusedCall
from adapters.one_record.client.links import Follower, Gathered
from adapters.one_record.client.said import Said, Thing, repeats, said
from adapters.one_record.client.session import Session
from adapters.one_record.client.settings import KIND
from adapters.one_record.graph import Subject
from hub.exchange import Answer
from hub.ports import Receipt, Refused, Retriable

REVOKED = "REQUEST_REVOKED"
_PAGE = 100


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A logistics object as read: what it says, and its revision where the node states one (header, else body)."""

    thing: Thing
    document: Said
    raw: bytes
    revision: int | None
    latest: int | None
    modified: str


class Node:
    """One partner's node. Not for two threads at once."""

    def __init__(self, session: Session, sleep: Callable[[float], None] = time.sleep) -> None:
        self.session = session
        self.place = session.place
        self.pages = Pages(session)
        self._sleep = sleep

    def close(self) -> None:
        """Close the connections; the next call makes new ones."""
        self.session.close()

    def server_information(self) -> Thing:
        """What the node says of itself. Raises as every read."""
        answer = self.session.read(str(self.place.resource("")))
        return _only(answer, "ServerInformation")

    def get(self, iri: str, *, at: str = "", embedded: bool = False) -> Found:
        """An object: as it is, or as it was at ``at`` (``20261121T103000Z``); ``embedded`` with its neighbours inside."""
        asked = {"at": at, "embedded": "true" if embedded else ""}
        query = urlencode({name: value for name, value in asked.items() if value})
        answer = self.session.read(f"{iri}?{query}" if query else iri)
        return _found(iri, answer)

    def gather(self, iri: str) -> Gathered:
        """An object as it is and what it links to, within the channel's bounds."""
        return Follower(self.pages, self.place).gather(iri)

    def create(self, raw: bytes, *, key: str = "") -> Receipt:
        """POST a logistics object. One that is there already with all that ours says (a repetition) is a success."""
        try:
            return _created(self._post("logistics-objects", raw, key), raw)
        except RefusedCall as refusal:
            if refusal.status == 409 and self._is_there(raw):
                return Receipt(reference=_main(raw).iri, text="409: it is there already, as sent")
            raise

    def _is_there(self, raw: bytes) -> bool:
        ours = _main(raw)
        return ours.iri.startswith("http") and repeats(self.get(ours.iri).thing, ours)

    def change(self, object: str, raw: bytes, *, key: str = "") -> Receipt:
        """PATCH a Change to an object; the receipt names the ChangeRequest."""
        return _created(self.session.write("PATCH", self.place.url(object), raw, key=key))

    def verify(self, object: str, raw: bytes, *, key: str = "") -> Receipt:
        """POST a Verification to an object; the receipt names the VerificationRequest."""
        return _created(self.session.write("POST", self.place.url(object), raw, key=key))

    def post_event(self, object: str, raw: bytes, *, key: str = "") -> Receipt:
        """POST a LogisticsEvent to an object."""
        return _created(self.session.write("POST", self.place.url(f"{object.rstrip('/')}/logistics-events"), raw, key=key))

    def post_events(self, raw: bytes, *, key: str = "") -> Receipt:
        """POST one event about several objects (2.3.0, Create multiple Logistics Events). Refused when any was not created."""
        answer = self._post("logistics-events", raw, key)
        document = said(answer.body)
        failed = [one for one in document.of("EventCreationResult") if (one.whole("api:hasHTTPStatus") or 0) >= 300]
        if failed:
            refused = ", ".join(f"{one.text('api:hasLogisticsObject')} {one.text('api:hasHTTPStatus')}" for one in failed)
            raise Refused(f"{KIND} channel: the event was not created for {refused}; the others have it.")
        made = [one.text("api:hasLogisticsEvent") for one in document.of("EventCreationResult")]
        return Receipt(reference=" ".join(made), text=f"{answer.status} {len(made)} created")

    def events(self, object: str, query: dict[str, str] | None = None, *, most: int = 1000) -> Iterator[Thing]:
        """The events of an object, page by page; at most ``most``. A node that ignores ``limit`` and ``skip`` is asked once.

        What a list only names is read, as far as it may be; of any other, no more than its address is told.
        """
        seen: set[str] = set()
        last = b""
        while len(seen) < most:
            asked = {**(query or {}), "limit": str(min(_PAGE, most - len(seen))), "skip": str(len(seen))}
            answer = self.session.read(f"{object.rstrip('/')}/logistics-events?{urlencode(asked)}")
            items, total = _items(said(answer.body))
            new = [one for one in items if one.iri not in seen] if answer.body != last else []
            yield from map(self._read_out, new[: most - len(seen)])
            # A blank label is its own page's: the next page's is another event.
            seen.update(f"{len(seen)}{one.iri}" if one.iri.startswith("_:") else one.iri for one in new)
            last = answer.body
            if not new or len(seen) >= total:
                return

    def _read_out(self, event: Thing) -> Thing:
        if event.subject.stated or not event.iri.startswith("http"):
            return event
        try:
            return self.get(event.iri).thing
        except Refused:
            return event

    def subscribe(self, raw: bytes, *, key: str = "") -> Receipt:
        """POST a Subscription; the receipt names the SubscriptionRequest."""
        return _created(self._post("subscriptions", raw, key))

    def subscriptions(self, topic: str, topic_type: str) -> list[Thing]:
        """Which subscriptions the node proposes for a topic (publisher-initiated scenario)."""
        query = urlencode({"topicType": topic_type, "topic": topic})
        return said(self.session.read(f"{self.place.resource('subscriptions')}?{query}").body).of("Subscription")

    def delegate(self, raw: bytes, *, key: str = "") -> Receipt:
        """POST an AccessDelegation; the receipt names the AccessDelegationRequest.

        Raises Refused for one that ends at a time, where the node does not know ``expiresAt`` (before 2.3.0): it would not end.
        """
        self.session.negotiate()
        if _main(raw).text("api:expiresAt") and not self.session.versions.has("2.3.0"):
            raise Refused(
                f"{KIND} channel: the node speaks {self.session.versions.current or 'no version'}, which knows no expiresAt: the "
                "access would never end. Ask without it and revoke the request when it is over."
            )
        return _created(self._post("access-delegations", raw, key))

    def notify(self, raw: bytes, *, key: str = "") -> Receipt:
        """POST a Notification."""
        return _created(self._post("notifications", raw, key))

    def request(self, iri: str) -> Thing:
        """An action request as it is."""
        return _only(self.session.read(iri), "ActionRequest", iri)

    def revoke(self, iri: str, *, key: str = "") -> Receipt:
        """DELETE an action request. One that is revoked already (a repetition) is a success."""
        return self._moved(iri, REVOKED, lambda: self.session.write("DELETE", self.place.url(iri), key=key))

    def decide(self, iri: str, status: str, *, key: str = "") -> Receipt:
        """PATCH the status of an action request that this node holds for us. Waits for a node that applies it later (NE:ONE).

        Raises Retriable when it has not been applied within ``status_seconds``.
        """
        url = self.place.url(iri).copy_merge_params({"status": status})
        done = self._moved(iri, status, lambda: self.session.write("PATCH", url, key=key))
        return self._applied(iri, status, done)

    def _moved(self, iri: str, status: str, move: Callable[[], Answer]) -> Receipt:
        """422 of the standard and 400 of NE:ONE may both mean that it was done before."""
        try:
            return _created(move())
        except RefusedCall:
            if self.request(iri).word("api:hasRequestStatus") != status:
                raise
            return Receipt(reference=iri, text=f"it is {status} already")

    def _applied(self, iri: str, status: str, done: Receipt) -> Receipt:
        until, pause = time.monotonic() + self.place.status_seconds, 0.05
        while (found := self.request(iri).word("api:hasRequestStatus")) != status:
            if time.monotonic() > until:
                raise Retriable(f"{KIND} channel: {iri} is still {found} and not {status}. It is looked at again.")
            self._sleep(pause)
            pause = min(pause * 2, 1.0)
        return done

    def audit_trail(self, object: str, query: dict[str, str] | None = None) -> Said:
        """The audit trail of an object (``updated-from``, ``updated-to``, ``status``)."""
        asked = f"?{urlencode(query)}" if query else ""
        return said(self.session.read(f"{object.rstrip('/')}/audit-trail{asked}").body)

    def _post(self, path: str, raw: bytes, key: str) -> Answer:
        return self.session.write("POST", self.place.resource(path), raw, key=key)


def _created(answer: Answer, sent: bytes = b"") -> Receipt:
    """What was made, by the header that names it, else by what was answered, else by the address that it was sent with."""
    kind = answer.headers.get("Type", "").rpartition("#")[2]
    named = answer.headers.get("Location") or answer.headers.get("Content-Location")
    reference = named or next(filter(None, map(_address, (answer.body, sent))), "")
    return Receipt(reference=reference[:500], text=f"{answer.status} {kind}".strip())


def _address(raw: bytes) -> str:
    found = said(raw).main() if raw.strip() else None
    return found.iri if found is not None and found.iri.startswith("http") else ""


def _main(raw: bytes) -> Thing:
    found = said(raw).main()
    if found is None:
        raise Refused(f"{KIND} channel: the message is no ONE Record document.")
    return found


def _found(iri: str, answer: Answer) -> Found:
    document = said(answer.body)
    thing = document.main(iri)
    if thing is None or not thing.subject.types:
        raise Refused(
            f"{KIND} channel: {iri} was answered with nothing that can be read: {document.fault or 'no object with a class'}"
        )
    return Found(
        thing=thing,
        document=document,
        raw=answer.body,
        revision=_whole(answer.headers, "Revision", thing.whole("api:hasRevision")),
        latest=_whole(answer.headers, "Latest-Revision", thing.whole("api:hasLatestRevision")),
        modified=answer.headers.get("Last-Modified", "") or thing.text("api:hasLastModified"),
    )


def _whole(headers: httpx.Headers, name: str, stated: int | None) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() else stated


def _only(answer: Answer, kind: str, iri: str = "") -> Thing:
    document = said(answer.body)
    named = document.thing(iri) if iri else None
    found = [named] if named is not None and named.is_a(kind) else document.of(kind)
    if not found:
        raise Refused(f"{KIND} channel: {iri or kind} was answered without any {kind} in it: {document.fault or 'another class'}")
    return found[0]


def _items(document: Said) -> tuple[Sequence[Thing], int]:
    """The items of a Collection in its order, and how many there are in all; a list of events without one is a page by itself."""
    lists = document.of("Collection")
    named = [iri for one in lists for name in ("api:hasItem", "api:hasItems") for iri in one.texts(name)]
    items = [document.thing(iri) or Thing(Subject(iri)) for iri in named] if lists else document.of("LogisticsEvent")
    totals = [total for one in lists if (total := one.whole("api:hasTotalItems")) is not None]
    return items, max(totals, default=len(items))
