"""Subscriptions: what one asks for, whether it may be had, and the one we offer a publisher. Pure but for the ports it is handed.

The standard: subscriptions.md.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from adapters.one_record.sharing.nodes import Invalid, flag, iri, iris, link, links, literal, moment, names, texts, the
from adapters.one_record.vocabulary import API, CARGO, Class, local, unversioned, vocabulary
from hub.objects import SUBSCRIPTION, ActionRequest, NewSubscription, Nodes

BY_TYPE, BY_IDENTIFIER = "LOGISTICS_OBJECT_TYPE", "LOGISTICS_OBJECT_IDENTIFIER"
CREATED, UPDATED, EVENT = "LOGISTICS_OBJECT_CREATED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_EVENT_RECEIVED"
EVENTS = (CREATED, UPDATED, EVENT)
FILTERS = "subscription-filters"
ONLY_CODE, ONLY_PROPERTY = "urn:waybridge:includeEventCode", "urn:waybridge:includeChangedProperty"
"""Beyond the standard (IATA-Cargo/ONE-Record issue 399): only events of these codes, only changes of these properties."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as asked for. ``topic`` is the IRI of an object or of a class; ``events`` are short names."""

    subscriber: str
    topic_type: str
    topic: str
    events: Sequence[str]
    body: bool
    expires_at: datetime | None
    codes: Sequence[str] = ()
    properties: Sequence[str] = ()

    def same(self, other: "Wanted") -> bool:
        """Whether two ask for the same thing, whatever they say of it."""
        return _mark(self) == _mark(other)


def _mark(one: Wanted) -> tuple[object, ...]:
    return one.subscriber, one.topic_type, one.topic, one.body, *map(frozenset, (one.events, one.codes, one.properties))


def wanted(nodes: Nodes) -> Wanted:
    """Read a Subscription. Raises :class:`Invalid`."""
    node = the(nodes, "Subscription")
    (topic_type,) = _single(names(node, "hasTopicType", (BY_TYPE, BY_IDENTIFIER)))
    media = texts(node, "hasContentType")
    if media and not any(one.partition(";")[0].strip().lower() == "application/ld+json" for one in media):
        raise Invalid("api:hasContentType names no type we send; application/ld+json is.", API + "hasContentType", status=422)
    return Wanted(
        subscriber=iri(node, "hasSubscriber"),
        topic_type=topic_type,
        topic=topic(topic_type, iri(node, "hasTopic")),
        events=names(node, "includeSubscriptionEventType", EVENTS),
        body=flag(node, "sendLogisticsObjectBody"),
        expires_at=moment(node, "expiresAt"),
        codes=[local(one) for one in (*texts(node, ONLY_CODE), *(iris(node, ONLY_CODE) if not texts(node, ONLY_CODE) else ()))],
        properties=[_property(one) for one in iris(node, ONLY_PROPERTY)],
    )


def _property(text: str) -> str:
    """The IRI of a property, also of one written with a prefix of the standard. Raises :class:`Invalid` for one nothing has."""
    words = vocabulary()
    prefix, _, rest = text.partition(":")
    iri = words.prefixes.get(prefix, f"{prefix}:") + rest
    if iri.startswith((CARGO, API)) and iri not in words.names:
        raise Invalid(f"{text[:120]!r} is no property of the ontology, so that nothing would be told.", ONLY_PROPERTY)
    return iri


def _single(found: list[str]) -> list[str]:
    if len(found) != 1:
        raise Invalid("api:hasTopicType is needed exactly once.", API + "hasTopicType")
    return found


def topic(topic_type: str, text: str) -> str:
    """The IRI a topic means: a class of logistics objects that we know, or an address. Raises :class:`Invalid`."""
    if topic_type == BY_IDENTIFIER:
        if not text.startswith(("https://", "http://")):
            raise Invalid(f"api:hasTopic should be the URI of a logistics object, found {text[:80]!r}.", API + "hasTopic")
        return text
    known = _class(unversioned(text))
    if known is None or not known.is_object:
        raise Invalid(f"{text[:120]!r} is no class of logistics objects.", API + "hasTopic")
    return known.iri


def _class(text: str) -> Class | None:
    """A class by its IRI; a slash may stand for the mark that browsers cut off (subscriptions.md, query parameters)."""
    slashed = text.replace(CARGO.replace("#", "/"), CARGO)
    return vocabulary().class_of(slashed)


def topics(object_uri: str, type: str) -> list[str]:
    """What a subscription on an object may name: its own URI, its class, and the classes above."""
    known = vocabulary().class_of(type)
    above = [vocabulary().classes[name].iri for name in sorted(known.lineage)] if known else []
    return [object_uri, *above]


def made(request: ActionRequest) -> NewSubscription:
    """The subscription an accepted request puts in force."""
    asked = wanted(request.body)
    return NewSubscription(
        id=request.id,
        request=request.id,
        subscriber=asked.subscriber,
        topic_type=asked.topic_type,
        topic=asked.topic,
        events=list(asked.events),
        body=request.body,
        expires_at=asked.expires_at,
    )


def parties(request: ActionRequest) -> frozenset[str]:
    """Who may look at a request and revoke it, beside the holder: its requestor, and the subscriber of a SubscriptionRequest that
    the publisher or a third party made ("Get Subscription information as Publisher", step 2).
    """
    subscribers = iris(request.body[0], "hasSubscriber") if request.kind == SUBSCRIPTION and request.body else []
    return frozenset((request.by, *subscribers))


def offered(base: str, subscriber: str, publisher: str, topic_type: str, topic: str, *, body: bool) -> Nodes:
    """The Subscription we give a publisher that asks on what terms we want to hear of a topic.

    The same question from the same publisher has the same answer and identifier (``GET /subscriptions`` changes nothing).
    """
    name = uuid.uuid5(uuid.NAMESPACE_URL, "\x1f".join((base, publisher, topic_type, topic)))
    node = {
        "@id": f"{base}/subscriptions/{name}",
        "@type": [API + "Subscription"],
        API + "hasContentType": literal("application/ld+json", "string"),
        API + "hasSubscriber": link(subscriber),
        API + "hasTopicType": link(API + topic_type),
        API + "hasTopic": literal(topic, "anyURI"),
        API + "includeSubscriptionEventType": links(API + one for one in EVENTS),
    }
    if body:
        node[API + "sendLogisticsObjectBody"] = literal("true", "boolean")
    return [node]
