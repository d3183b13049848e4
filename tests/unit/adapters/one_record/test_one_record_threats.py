"""A node under attack, over HTTP: forged tokens, foreign objects, expired and revoked chains; and sharing as it is meant.

Standard: API-Security, security/, access-delegations.md, subscriptions.md, notifications.md, action-requests.md.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from adapters.one_record.render import jsonld
from adapters.one_record.server import open_server
from adapters.one_record.server.table import OPERATIONS
from adapters.one_record.vocabulary import API, CARGO, XSD
from hub.objects import PERMISSIONS
from hub.ports import Misconfigured
from tests.contract.partners import http_server
from tests.unit.adapters.one_record.node_world import (
    AIRLINE,
    BASE,
    HANDLER,
    HOLDER,
    PIECE,
    SHIPMENT,
    STRANGER,
    World,
    delegation,
    subscription,
    uri,
    world,
)

JSON = "application/ld+json; version=2.3.0"
CLIENTS = {"holder": HOLDER, "airline": AIRLINE, "handler": HANDLER, "stranger": STRANGER}
SECURITY = {
    "token": {
        "enabled": True,
        "clients": [{"id": name, "secret": name, "agent": agent} for name, agent in CLIENTS.items()],
    }
}
PREFIX = "/one-record"


class Site:
    """A served node, and what its neighbours send it."""

    def __init__(self, us: World, port: int) -> None:
        self.us = us
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=10)
        self._tokens: dict[str, str] = {}

    def token(self, name: str) -> str:
        if name not in self._tokens:
            form = {"grant_type": "client_credentials", "client_id": name, "client_secret": name}
            answer = self.client.post(f"{PREFIX}/token", data=form)
            assert answer.status_code == 200, answer.text
            self._tokens[name] = answer.json()["access_token"]
        return self._tokens[name]

    def ask(self, method: str, path: str, name: str = "holder", body: Any = None, **headers: str) -> httpx.Response:
        path = path.removeprefix(BASE)
        sent = {"Authorization": f"Bearer {self.token(name)}", "Accept": JSON, **headers}
        if body is not None:
            sent.setdefault("Content-Type", JSON)
        raw = body if isinstance(body, bytes | None) else jsonld(body)
        return self.client.request(method, PREFIX + path, headers=sent, content=raw)

    def refresh(self) -> None:
        self._tokens.clear()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with ExitStack() as stack:
        us = stack.enter_context(world(tmp_path_factory.mktemp("node"), security=SECURITY))
        port = stack.enter_context(http_server(open_server(us.node)))
        site = Site(us, port)
        yield site
        site.client.close()


@pytest.fixture
def site(served: Site, request: pytest.FixtureRequest) -> Site:
    served.refresh()
    return served


_made = iter(range(10_000))


def piece(site: Site, type: str = PIECE) -> str:
    """The id of a fresh object of the holder's."""
    id = f"p{next(_made)}"
    site.us.hold(id, type)
    return id


def assert_error(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    told = answer.json()
    assert "Error" in json.dumps(told["@type"])
    assert "Traceback" not in answer.text
    assert answer.headers["content-language"] == "en-US"
    return dict(told)


# Authentication


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def claims(site: Site) -> dict[str, Any]:
    return {
        "iss": BASE,
        "exp": int(site.us.clock.now().timestamp()) + 300,
        "logistics_agent_uri": HOLDER,
    }


def forged(site: Site) -> dict[str, str]:
    good, own = claims(site), RSAKey.generate_key(2048, {"kid": "mine"})
    kid = json.loads(site.client.get(f"{PREFIX}/.well-known/jwks.json").content)["keys"][0]["kid"]
    pem = RSAKey.import_key(json.loads(site.client.get(f"{PREFIX}/.well-known/jwks.json").content)["keys"][0]).as_pem()
    head = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{part(good)}"
    mac = base64.urlsafe_b64encode(hmac.digest(pem, head.encode(), hashlib.sha256)).rstrip(b"=").decode()
    real = site.token("airline").split(".")
    return {
        "alg none": f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(good)}.AA",
        "HS with the public key": f"{head}.{mac}",
        "own key under their kid": jwt.encode({"alg": "RS256", "kid": kid}, good, own),
        "own key": jwt.encode({"alg": "RS256", "kid": "mine"}, good, own),
        "own key by jku": jwt.encode({"alg": "RS256", "kid": "mine", "jku": "https://evil.example/jwks"}, good, own),
        "wrong issuer": jwt.encode({"alg": "RS256", "kid": kid}, {**good, "iss": "https://evil.example"}, own),
        "payload exchanged": f"{real[0]}.{part(good)}.{real[2]}",
        "signature cut": ".".join([*real[:2], real[2][:-8]]),
        "no token": "undefined",
    }


def test_no_forged_token_opens_the_gate(site: Site) -> None:
    id = piece(site)
    for name, token in forged(site).items():
        answer = site.ask("GET", uri(id), Authorization=f"Bearer {token}")
        told = assert_error(answer, 401)
        assert told["api:hasTitle"] == "Not authenticated or expired token", name
        assert answer.headers["www-authenticate"].startswith('Bearer realm="one-record", error="invalid_token"'), name


def test_a_token_ends_when_it_says(site: Site) -> None:
    id = piece(site)
    site.token("holder")
    assert site.ask("GET", uri(id)).status_code == 200
    site.us.clock.forward(631)
    assert_error(site.ask("GET", uri(id)), 401)


def test_every_operation_asks_for_a_token(site: Site) -> None:
    id = piece(site)
    for one in OPERATIONS:
        path = one.path.replace("{id}", id).replace("{event}", "e1")
        answer = site.client.request(one.method, PREFIX + path.rstrip("/"), headers={"Accept": JSON})
        assert answer.status_code == 401, (one.method, one.path)
        assert answer.headers["www-authenticate"] == 'Bearer realm="one-record"'


# Access Control


@pytest.mark.parametrize("name", ["stranger", "airline"])
def test_a_foreign_object_is_403_by_every_operation(site: Site, name: str) -> None:
    id = piece(site)
    request = site.us.sharing.delegate(HANDLER, delegation(id, HANDLER))
    before = site.us.held(id)
    change = [{"@id": "_:c", "@type": [API + "Change"], API + "hasLogisticsObject": [{"@id": uri(id)}]}]
    bodies = {"Change": change, "LogisticsEvent": [{"@id": "_:e", "@type": [CARGO + "LogisticsEvent"]}]}
    tried = 0
    for one in OPERATIONS:
        if "{id}" not in one.path or one.takes == "LogisticsObject":
            continue
        path = one.path.replace("{id}", request.id if "action" in one.path else id).replace("{event}", "e1")
        path += "?status=REQUEST_ACCEPTED" if one.query == ("status",) else ""
        answer = site.ask(one.method, path, name, bodies.get(one.takes, change) if one.takes else None)
        refused = {403, 404} if "{event}" in one.path else {400, 403} if one.takes else {403}
        assert answer.status_code in refused, (one.method, one.path)
        assert "BOOKS" not in answer.text
        tried += 1
    assert tried > 9
    assert site.us.held(id) == before
    found = site.us.node.requests.get(request.id)
    assert found is not None
    assert found.status == "REQUEST_PENDING"


def test_each_permission_opens_its_own_operation(site: Site) -> None:
    id = piece(site)
    reads = {"GET_LOGISTICS_OBJECT": uri(id), "GET_LOGISTICS_EVENT": f"{uri(id)}/logistics-events"}
    for permission in PERMISSIONS:
        site.us.sharing.delegate(HOLDER, delegation(id, AIRLINE, permission))
        for needed, path in reads.items():
            allowed = site.us.permits.allows(AIRLINE, site.us.held(id), needed)
            assert (site.ask("GET", path, "airline").status_code == 200) is allowed


# Access Delegations and Trust Chains


def delegate(site: Site, name: str, id: str, delegate: str, **more: Any) -> str:
    answer = site.ask("POST", "/access-delegations", name, delegation(id, delegate, **more))
    assert answer.status_code == 201, answer.text
    assert answer.headers["type"] == API + "AccessDelegationRequest"
    return answer.headers["location"]


def test_a_delegation_from_request_to_expiry(site: Site) -> None:
    id = piece(site)
    until = (site.us.clock.now() + timedelta(seconds=300)).isoformat()
    location = delegate(site, "airline", id, AIRLINE, expiresAt=[{"@value": until, "@type": XSD + "dateTime"}])
    assert site.ask("GET", uri(id), "airline").status_code == 403
    assert site.ask("PATCH", f"{location}?status=REQUEST_ACCEPTED", "airline").status_code == 403
    assert site.ask("PATCH", f"{location}?status=REQUEST_ACCEPTED").status_code == 204
    assert site.ask("GET", uri(id), "airline").status_code == 200
    site.us.clock.forward(301)
    assert site.ask("GET", uri(id), "airline").status_code == 403


def test_a_revoked_second_party_takes_the_third_with_it(site: Site) -> None:
    id = piece(site)
    first = delegate(site, "holder", id, AIRLINE)
    second = delegate(site, "airline", id, HANDLER)
    assert site.ask("PATCH", f"{second}?status={API}REQUEST_ACCEPTED".replace("#", "%23")).status_code == 204
    assert site.ask("GET", uri(id), "handler").status_code == 200
    assert site.ask("DELETE", first, "stranger").status_code == 403
    assert site.ask("DELETE", first).status_code == 204
    assert site.ask("GET", uri(id), "airline").status_code == 403
    assert site.ask("GET", uri(id), "handler").status_code == 403


def test_a_rejected_delegation_opens_nothing_and_cannot_be_accepted_later(site: Site) -> None:
    id = piece(site)
    location = delegate(site, "airline", id, AIRLINE)
    assert site.ask("PATCH", f"{location}?status=REQUEST_REJECTED").status_code == 204
    assert site.ask("PATCH", f"{location}?status=REQUEST_ACCEPTED").status_code == 422
    assert site.ask("GET", uri(id), "airline").status_code == 403


def test_a_delegation_of_a_foreign_node_is_refused(site: Site) -> None:
    body = delegation("p", AIRLINE, hasLogisticsObject=[{"@id": "https://else.example/logistics-objects/p"}])
    assert_error(site.ask("POST", "/access-delegations", "airline", body), 400)
    assert_error(site.ask("POST", "/access-delegations", "airline", b"{}"), 400)
    assert_error(site.ask("POST", "/access-delegations", "airline", b"x", **{"Content-Type": "text/plain"}), 415)


# Subscriptions and Notifications


def test_a_subscription_from_request_to_revocation(site: Site) -> None:
    id = piece(site, SHIPMENT)
    assert_error(site.ask("POST", "/subscriptions", "airline", subscription(uri(id))), 403)
    delegate(site, "holder", id, AIRLINE)
    answer = site.ask("POST", "/subscriptions", "airline", subscription(uri(id)))
    assert (answer.status_code, answer.headers["type"]) == (201, API + "SubscriptionRequest")
    location = answer.headers["location"]
    shown = site.ask("GET", location, "airline").text
    assert "REQUEST_ACCEPTED" in shown
    assert_error(site.ask("GET", location, "handler"), 403)
    twice = assert_error(site.ask("POST", "/subscriptions", "airline", subscription(uri(id))), 422)
    assert location in json.dumps(twice)
    assert site.ask("DELETE", location, "handler").status_code == 403
    assert site.ask("DELETE", location, "airline").status_code == 204
    assert_error(site.ask("DELETE", location, "airline"), 422)
    assert site.ask("POST", "/subscriptions", "airline", subscription(uri(id))).status_code == 201


def test_a_subscriber_ends_a_subscription_that_the_publisher_began(site: Site) -> None:
    request = site.us.sharing.subscribe(HOLDER, subscription(SHIPMENT, HANDLER, notifyRequestStatusChange=True))
    location = f"{BASE}/action-requests/{request.id}"
    assert site.ask("GET", location, "handler").status_code == 200
    assert site.ask("GET", location, "airline").status_code == 403
    assert site.ask("DELETE", location, "airline").status_code == 403
    assert site.ask("DELETE", location, "handler").status_code == 204
    assert site.us.node.subscriptions.of_subscriber(HANDLER, "", SHIPMENT) == []


def test_our_terms_for_a_publisher(site: Site) -> None:
    query = f"topicType={API.replace('#', '%23')}LOGISTICS_OBJECT_TYPE&topic={SHIPMENT.replace('#', '%23')}"
    answer = site.ask("GET", f"/subscriptions?{query}", "airline")
    assert answer.status_code == 200
    assert "LOGISTICS_EVENT_RECEIVED" in answer.text
    assert_error(site.ask("GET", "/subscriptions?topicType=x", "airline"), 400)
    told = assert_error(site.ask("GET", f"/subscriptions?{query.replace('Shipment', 'Value')}", "airline"), 400)
    assert told["api:hasTitle"] == "Invalid query parameter request"


def test_a_notification_is_answered_without_content(site: Site) -> None:
    told = [{
        "@id": "_:n",
        "@type": [API + "Notification"],
        API + "hasEventType": [{"@id": API + "LOGISTICS_OBJECT_UPDATED"}],
        API + "hasLogisticsObject": [{"@id": "https://airline.example/logistics-objects/m1"}],
    }]  # fmt: skip
    answer = site.ask("POST", "/notifications", "airline", told)
    assert (answer.status_code, answer.content) == (204, b"")
    assert ("airline", "notification-LOGISTICS_OBJECT_UPDATED") in site.us.messages()
    assert_error(site.ask("POST", "/notifications", "airline", b"[]"), 400)
    assert_error(site.ask("POST", "/notifications", "airline", [{**told[0], "@type": [API + "Change"]}]), 400)
    assert_error(site.ask("POST", "/notifications", "airline", [{**told[0], API + "hasEventType": [{"@id": API + "X"}]}]), 400)
    assert_error(site.ask("GET", "/notifications", "airline"), 405)
    assert_error(site.ask("POST", "/notifications", "airline", b"x", **{"Content-Type": "text/csv"}), 415)


def test_a_node_with_a_token_endpoint_does_not_open_beyond_loopback(tmp_path: Path) -> None:
    with world(tmp_path, security=SECURITY) as us, pytest.raises(Misconfigured, match="demonstration and tests"):
        open_server(msgspec.structs.replace(us.node, host="0.0.0.0"))


# Beyond the standard


def test_bulk_read_is_not_there_unless_it_is_turned_on(site: Site) -> None:
    assert_error(site.ask("POST", "/logistics-objects/query", "airline", query(uri(piece(site)))), 404)


def query(*uris: str) -> Any:
    return [{"@id": "_:q", "@type": [API + "Collection"], API + "hasItem": [{"@id": one} for one in uris]}]


def test_bulk_read_shows_what_the_caller_may_read_and_nothing_of_the_rest(tmp_path: Path) -> None:
    with world(tmp_path, security=SECURITY, extensions=["bulk-read"]) as us, http_server(open_server(us.node)) as port:
        site = Site(us, port)
        seen, hidden = piece(site), piece(site)
        us.sharing.delegate(HOLDER, delegation(seen, AIRLINE))
        answer = site.ask("POST", "/logistics-objects/query", "airline", query(uri(seen), uri(hidden), uri("none")))
        assert answer.status_code == 200
        told = answer.json()
        assert told["api:hasItem"]["@id"] == uri(seen)
        assert "Revision" in answer.text
        assert hidden not in answer.text
        other = site.ask("POST", "/logistics-objects/query", "airline", query(uri("none")))
        assert other.json()["api:hasTotalItems"]["@value"] == "0"
        assert_error(site.ask("POST", "/logistics-objects/query", "airline", query()), 400)
        assert_error(site.ask("POST", "/logistics-objects/query", "airline", query(*map(uri, map(str, range(201))))), 400)
        site.client.close()
