"""Other parties' ONE Record nodes: calls out, fetched objects in. The API is 2.3.0, and 2.2.0 by negotiation.

A delivery is one call, chosen by the class of its document: an event goes to the object it is for, a Change is a PATCH of its
object, a Notification, Subscription or AccessDelegation goes to the partner's endpoint, an action request that is to be revoked
is deleted, any other logistics object is created. ``{"fetch": ["https://…"]}`` reads objects and hands them to the intake.
The delivery's key goes out as ``Idempotency-Key``. Reads follow redirects on the partner's own hosts, three at most; a call that
changes something is never sent elsewhere, its redirect is a fault that names the place. ``Retry-After`` is waited for: up to five
seconds within a read, else by the outbox.

Settings
    endpoint              required: the base address of the partner's node, ``https://…``
    agent                 our own organization's IRI, as subscriber
    version               ``auto`` (default: the newest both speak), ``2.3.0``, ``2.2.0``
    hosts                 further hosts (``host`` or ``host:port``) of the partner's objects; our token goes nowhere else
    iri_base              how the partner's IRIs begin where that is not ``endpoint`` (a node that knows itself by an inner name,
                          ``http://neone:8080``): they are asked for at the endpoint. What is named ``http`` where the
                          endpoint is ``https`` is asked for with TLS
    token_url             where a token is got by client credentials; with client_id, client_secret (the name of a secret),
                          token_auth (``basic``, ``post``), scope, audience, token_margin_seconds (default 30)
    bearer_secret         the name of the secret that is a fixed token, instead
    certificate_file, certificate_key_file    our certificate for mutual TLS
    allow_private, allow_plain, ca_file, connect_seconds, connect_attempts, read_seconds, attempt_seconds    as for adapters.http
    keep_seconds          how long a connection without a call is used again; default 4, 0: each call makes its own. At most four
                          hosts are kept connected, none for more than five minutes, each to the address that was checked
    max_answer_bytes      a larger document is not read; default 8388608
    attempts              tries of a read within one delivery; default 3
    status_seconds        how long a changed status of a request is waited for; default 10
    shipment_object       the partner's object of a shipment, ``https://…/shipment-{prefix}-{number}``: where events that are
                          written from shipments of the hub go
    link_depth, link_count, link_bytes, link_seconds    how far links are followed from a fetched object; 12, 200, 16777216, 60
    cache_seconds, cache_count, cache_bytes    what was read is not asked for again so long; 60, 1000, 33554432
    watch                 for the poller: IRIs of objects to look at
    events                true: the poller also hands in the new events of these objects
"""

from collections.abc import Mapping

from adapters.one_record.client import wording
from adapters.one_record.client.changing import proposal
from adapters.one_record.client.node import Node
from adapters.one_record.client.orders import order
from adapters.one_record.client.sender import NodeSender
from adapters.one_record.client.session import Session
from adapters.one_record.client.settings import place, settings
from adapters.one_record.client.watch import Watch
from hub.channel import Secrets
from hub.ports import Intake, Poller, Sender

__all__ = ["FETCHES", "kind_of", "open_node", "open_poller", "open_sender", "proposal", "wording"]

FETCHES = True
"""``open_sender`` takes the intake too: a delivery may be an order to read something and hand it in."""


def open_node(values: Mapping[str, object], secrets: Secrets) -> Node:
    """The partner's node, for reading it directly. Raises :class:`hub.ports.Misconfigured`."""
    return Node(Session(place(settings(values), secrets)))


def kind_of(raw: bytes) -> str:
    """The class of a document that a call can carry. Raises :class:`hub.ports.Refused` for one that none carries."""
    wanted = order(raw)
    return wanted.thing.kind if wanted.thing else "Fetch"


def open_sender(values: Mapping[str, object], secrets: Secrets, intake: Intake | None = None) -> Sender:
    """A sender of calls; with ``intake`` also of fetches. Connects at the first call. Raises :class:`hub.ports.Misconfigured`."""
    read = settings(values)
    partner, channel = read.text("partner", ""), read.text("channel", "")
    return NodeSender(Node(Session(place(read, secrets))), intake, partner=partner, channel=channel)


def open_poller(values: Mapping[str, object], secrets: Secrets) -> Poller:
    """A poller of the objects in ``watch``. Raises :class:`hub.ports.Misconfigured`."""
    read = settings(values)
    node = Node(Session(place(read, secrets)))
    partner, channel = read.text("partner"), read.text("channel")
    return Watch(node, read.texts("watch"), events=read.flag("events"), partner=partner, channel=channel)
