"""``waybridge node``: what agents ask of our node is seen and decided from the command line."""

import pytest

from adapters.one_record.sharing.asking import Sharing
from adapters.one_record.sharing.permits import Permits
from hub.bootstrap.durable import Hub
from hub.objects import NewObject
from hub.settings import load
from tests.end_to_end.commands import Place

NODE = """
[node]
base_url = "https://us.example/one-record"
"""
PEER = """id = "peer"
authors = ["https://peer.example/agent"]
"""
API = "https://onerecord.iata.org/ns/api#"


def subscription() -> list[dict[str, object]]:
    links = {
        "hasSubscriber": "https://peer.example/agent",
        "hasTopicType": f"{API}LOGISTICS_OBJECT_TYPE",
        "hasTopic": "https://onerecord.iata.org/ns/cargo#Piece",
        "includeSubscriptionEventType": f"{API}LOGISTICS_OBJECT_CREATED",
    }
    values = {API + name: [{"@id": iri}] for name, iri in links.items()}
    return [{"@id": "internal:s", "@type": [f"{API}Subscription"], **values}]


@pytest.fixture
def there(place: Place) -> Place:
    file = place.config / "waybridge.toml"
    file.write_text(file.read_text() + NODE)
    (place.config / "partners" / "peer.toml").write_text(PEER)
    assert place.here("init").status == 0
    return place


def asked(place: Place) -> None:
    hub = Hub(load({"WAYBRIDGE_CONFIG": str(place.config), "WAYBRIDGE_DATABASE": place.database}))
    assert hub.node is not None
    Sharing(hub.node).subscribe("https://peer.example/agent", subscription())
    hub.close()


def test_a_request_is_seen_and_decided(there: Place) -> None:
    assert there.here("node", "waiting", "--json").json == {"items": []}
    asked(there)
    ((shown),) = there.here("node", "waiting", "--json").json["items"]
    assert (shown["kind"], shown["by"]) == ("SubscriptionRequest", "https://peer.example/agent")
    assert "SubscriptionRequest" in there.here("node", "waiting").out.decode()
    done = there.here("node", "accept", shown["id"], "--json")
    assert (done.status, done.json["items"][0]["status"]) == (0, "REQUEST_ACCEPTED")
    again = there.here("node", "reject", shown["id"], "nothing", "--json")
    assert (again.status, again.json) == (1, {"items": []})
    assert there.here("node", "revoke", shown["id"], "--json").json["items"][0]["status"] == "REQUEST_REVOKED"


def test_without_a_node_there_is_nothing_to_decide(place: Place) -> None:
    assert place.here("init").status == 0
    assert place.here("node", "waiting").status == 3


def test_a_partner_that_cannot_be_told_is_not_proposed_to(there: Place) -> None:
    assert there.here("node", "propose", "https://onerecord.iata.org/ns/cargo#Piece", "--partner", "peer").status == 2


def test_access_is_given_and_taken_while_the_node_runs(there: Place) -> None:
    hub = Hub(load({"WAYBRIDGE_CONFIG": str(there.config), "WAYBRIDGE_DATABASE": there.database}))
    assert hub.node is not None
    piece = "https://onerecord.iata.org/ns/cargo#Piece"
    nodes = [{"@id": "https://us.example/one-record/logistics-objects/p1", "@type": [piece]}]
    hub.node.objects.create([NewObject(id="p1", type=piece, nodes=nodes, by="https://us.example/x")])
    running, peer = Permits(hub.node), "https://peer.example/agent"

    def may() -> bool:
        held = hub.node.objects.get("p1") if hub.node else None
        return held is not None and running.allows(peer, held, "GET_LOGISTICS_OBJECT")

    assert not may()
    assert there.here("node", "join", "handlers", peer, "--json").json == {"items": [{"group": "handlers", "agents": [peer]}]}
    granted = there.here("node", "grant", "p1", "--to", "group:handlers", "--until", "2099-01-01", "--json").json["items"]
    assert {one["until"] for one in granted} == {"2099-01-01T00:00:00Z"}
    assert may()
    assert there.here("node", "withdraw", "p1", "--from", "group:handlers", "--json").json == {"ended": 2}
    assert not may()
    wrong = there.here("node", "grant", "nothing", "--to", peer)
    assert (wrong.status, b"no object of this node" in wrong.err.encode()) == (1, True)
    hub.close()
