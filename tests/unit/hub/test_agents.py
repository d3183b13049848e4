"""Agents of the ONE Record network as partners of the hub: who they are, what they see, how they are told, and who is not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.bootstrap.agents import Agents
from hub.bootstrap.checking import check_partners
from hub.bootstrap.durable import Hub
from hub.node import NodeSettings
from hub.objects import NewObject, NewRequest, NewSubscription, Notice
from hub.ports import Misconfigured
from hub.read import ReadSide
from hub.settings import Channel, Partner, Settings, Sight
from hub.settings import Hub as HubSettings
from hub.store.migrations import upgrade

BASE = "https://us.example"
AIRLINE, QUIET, STRANGER = (f"https://{name}.example/agent" for name in ("airline", "quiet", "stranger"))
PIECE = "https://onerecord.iata.org/ns/cargo#Piece"


def settings(folder: Path, **node: Any) -> Settings:
    drop = Channel(name="drop", adapter="adapters.directory", settings={"path": str(folder / "out")})
    partners = [
        Partner(id="airline", authors=[AIRLINE], notifications="drop", channel=[drop], sight=Sight(prefixes=["020"])),
        Partner(id="quiet", authors=[QUIET], sight=Sight(everything=True)),
        Partner(id="others"),
    ]
    ours = NodeSettings(base_url=BASE, partner="others", **node)
    formats = {"one-record": "adapters.one_record.format:build"}
    hub = HubSettings(database=f"sqlite:///{folder}/hub.db", formats=formats, node=ours)
    return Settings(hub=hub, partners={one.id: one for one in partners}, source="config")


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    (tmp_path / "out").mkdir()
    security = {"grants": [{"agents": ["*"]}]}
    made = Hub(settings(tmp_path, security=security))
    upgrade(made.engine)
    yield made
    made.close()


def test_an_agent_is_the_partner_whose_authors_name_it_or_the_one_for_all_others(tmp_path: Path) -> None:
    agents = Agents(settings(tmp_path))
    assert [agents.partner(one) for one in (AIRLINE, QUIET, STRANGER)] == ["airline", "quiet", "others"]
    assert (agents.sight("airline"), agents.sight("quiet"), agents.sight("none")) == (["prefix:020"], None, ())


def test_only_a_partner_of_its_own_with_a_channel_is_reached(tmp_path: Path) -> None:
    agents = Agents(settings(tmp_path))
    assert [agents.reached(one) for one in (AIRLINE, QUIET, STRANGER)] == [True, False, False]
    assert agents.address(AIRLINE) == ("airline", "drop")
    assert agents.address(STRANGER)[0] == "unnamed"


def subscribed(hub: Hub, agent: str) -> None:
    assert hub.node is not None
    body = [{"@id": "internal:s", "@type": ["https://onerecord.iata.org/ns/api#Subscription"]}]
    name = agent.rpartition("//")[2].partition(".")[0]
    hub.node.requests.create(NewRequest(id=name, kind="SubscriptionRequest", by=agent, body=body))
    made = NewSubscription(
        id=name,
        request=name,
        subscriber=agent,
        topic_type="LOGISTICS_OBJECT_TYPE",
        topic=PIECE,
        events=["LOGISTICS_OBJECT_CREATED"],
        body=_body(agent),
    )
    hub.node.requests.accept_subscription(name, f"{BASE}/logistics-objects/holder", made)


def _body(agent: str) -> list[dict[str, Any]]:
    api = "https://onerecord.iata.org/ns/api#"
    links = {
        "hasSubscriber": agent,
        "hasTopicType": f"{api}LOGISTICS_OBJECT_TYPE",
        "hasTopic": PIECE,
        "includeSubscriptionEventType": f"{api}LOGISTICS_OBJECT_CREATED",
    }
    return [{"@id": "internal:s", "@type": [f"{api}Subscription"], **{api + name: [{"@id": iri}] for name, iri in links.items()}}]


def test_what_cannot_be_sent_is_kept_and_says_what_is_missing(hub: Hub, tmp_path: Path) -> None:
    assert hub.node is not None
    for agent in (AIRLINE, QUIET, STRANGER):
        subscribed(hub, agent)
    notice = Notice(event_type="LOGISTICS_OBJECT_CREATED", at=hub.clock.now(), author="", object="p1", object_type=PIECE)
    new = NewObject(
        id="p1", type=PIECE, nodes=[{"@id": f"{BASE}/logistics-objects/p1", "@type": [PIECE]}], by="", notices=[notice]
    )
    hub.node.objects.create([new])
    worker = hub.worker()
    drained = worker.drain(seconds=20)
    worker.close()
    assert drained.deliveries == {"sent": 1, "dead": 2}
    (sent,) = (tmp_path / "out" / "out").glob("Notification-p1*.jsonld")
    assert b"LOGISTICS_OBJECT_CREATED" in sent.read_bytes()
    texts = [one["problem"]["message"] for one in ReadSide(hub.engine).dead_letters().items]
    assert any("no channel 'notifications'" in one and "quiet" in one for one in texts)
    assert any("no partner 'unnamed'" in one for one in texts)


def test_sight_is_asked_of_the_shipment(hub: Hub) -> None:
    assert hub.node is not None
    assert not hub.node.sees("quiet", "awb:020-12345675:1")
    assert not hub.node.sees("none", "awb:020-12345675:1")


def test_a_notification_channel_that_is_not_there_is_found_beforehand(tmp_path: Path) -> None:
    told = settings(tmp_path)
    partners = {"x": Partner(id="x", notifications="one-record")}
    found = check_partners(Settings(hub=told.hub, partners=partners, source="config"))
    assert [one["partner"] for one in found] == ["x"]
    assert "no channel 'one-record'" in found[0]["problem"]


def test_a_node_without_its_format_says_what_to_name(tmp_path: Path) -> None:
    whole = settings(tmp_path)
    without = msgspec.structs.replace(whole, hub=msgspec.structs.replace(whole.hub, formats={}))
    with pytest.raises(Misconfigured, match="one-record"):
        Hub(without).node  # noqa: B018
