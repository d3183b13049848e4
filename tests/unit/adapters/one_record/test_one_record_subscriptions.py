"""Subscriptions in both scenarios, and notifications out and in.

Standard: API-Security, subscriptions.md and notifications.md.
"""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from adapters.one_record.sharing.nodes import Invalid
from adapters.one_record.sharing.notifications import EVENT_TYPES, heard
from adapters.one_record.vocabulary import API, CARGO
from hub.objects import ACCEPTED, PENDING, REVOKED, ActionRequest, Conflict, NewEvent, NewObject, Nodes, Notice
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
    nodes,
    subscription,
    uri,
    world,
)

READ = {"grants": [{"agents": [AIRLINE, HANDLER], "permissions": ["GET_LOGISTICS_OBJECT", "GET_LOGISTICS_EVENT"]}]}
CODE = "https://onerecord.iata.org/ns/code-lists/StatusCode#"


@pytest.fixture
def us(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, security=READ) as made:
        yield made


def event(us: World, object: str, code: str = "DEP", by: str = HOLDER) -> None:
    id = f"e-{code}"
    notice = Notice(
        event_type="LOGISTICS_EVENT_RECEIVED",
        at=us.clock.now(),
        author=by,
        object=object,
        event=f"{uri(object)}/logistics-events/{id}",
        code=CODE + code,
    )
    body = [{"@id": notice.event, "@type": [CARGO + "LogisticsEvent"]}]
    new = NewEvent(
        object=object, id=id, type=CARGO + "LogisticsEvent", nodes=body, code=CODE + code, occurred_at=us.clock.now(), by=by
    )
    us.node.events.add([msgspec.structs.replace(new, notices=[notice])])


def update(us: World, id: str, *changed: str, author: str = HOLDER) -> None:
    """What a change that was accepted tells."""
    shown = [CARGO + one for one in changed]
    notice = Notice(event_type="LOGISTICS_OBJECT_UPDATED", at=us.clock.now(), author=author, object=id, changed=shown)
    us.clock.forward(1)
    us.node.objects.create(
        [NewObject(id=f"other-{us.clock.now():%H%M%S}", type=PIECE, nodes=nodes("x"), by=HOLDER, notices=[notice])]
    )


# Get Subscription information as Publisher


@pytest.mark.parametrize(
    "topic_type",
    ["LOGISTICS_OBJECT_TYPE", API + "LOGISTICS_OBJECT_TYPE", "https://onerecord.iata.org/ns/api/LOGISTICS_OBJECT_TYPE"],
)
def test_a_publisher_is_told_our_terms(us: World, topic_type: str) -> None:
    (node,) = us.sharing.offer(AIRLINE, topic_type, SHIPMENT)
    assert node["@type"] == [API + "Subscription"]
    assert node["@id"].startswith(f"{BASE}/subscriptions/")
    assert node[API + "hasSubscriber"] == [{"@id": HOLDER}]
    assert node[API + "hasTopic"] == [{"@value": SHIPMENT, "@type": "http://www.w3.org/2001/XMLSchema#anyURI"}]
    assert len(node[API + "includeSubscriptionEventType"]) == 3
    assert us.sharing.offer(AIRLINE, topic_type, SHIPMENT) == [node]
    assert us.sharing.offer(HANDLER, topic_type, SHIPMENT) != [node]


def test_a_foreign_object_may_be_proposed_to_us(us: World) -> None:
    topic = "https://airline.example/logistics-objects/m1"
    assert us.sharing.offer(AIRLINE, API + "LOGISTICS_OBJECT_IDENTIFIER", topic)[0][API + "hasTopic"][0]["@value"] == topic


@pytest.mark.parametrize(
    ("topic_type", "topic"),
    [
        ("", SHIPMENT),
        ("LOGISTICS_OBJECT_TYPE", ""),
        ("SOMETHING", SHIPMENT),
        ("LOGISTICS_OBJECT_TYPE", CARGO + "ForkLift"),
        ("LOGISTICS_OBJECT_TYPE", CARGO + "Value"),
        ("LOGISTICS_OBJECT_TYPE", CARGO.rstrip("#")),
        ("LOGISTICS_OBJECT_IDENTIFIER", "p1"),
        ("LOGISTICS_OBJECT_IDENTIFIER", "javascript:alert(1)"),
    ],
)
def test_a_topic_that_is_none(us: World, topic_type: str, topic: str) -> None:
    with pytest.raises(Invalid) as refused:
        us.sharing.offer(AIRLINE, topic_type, topic)
    assert refused.value.status == 400


# Subscribe to Logistics Objects


def subscribe(us: World, topic: str, agent: str = AIRLINE, subscriber: str = "", **more: Any) -> ActionRequest:
    return us.sharing.subscribe(agent, subscription(topic, subscriber or agent, **more))


def test_a_subscription_is_in_force_at_once_by_policy(us: World) -> None:
    us.hold("p1")
    request = subscribe(us, uri("p1"))
    assert (request.status, request.by, list(request.objects)) == (ACCEPTED, AIRLINE, ["p1"])
    (made,) = us.node.subscriptions.on([uri("p1")])
    assert (made.subscriber, made.request, made.topic_type) == (AIRLINE, request.id, "LOGISTICS_OBJECT_IDENTIFIER")


def test_who_has_no_channel_waits_for_the_holder(tmp_path: Path) -> None:
    with world(tmp_path, security={"grants": [{"agents": ["*"]}]}) as us:
        request = subscribe(us, PIECE, STRANGER)
        assert request.status == PENDING
        us.hold("p1")
        assert us.told("unnamed") == []
        us.sharing.accept(request, HOLDER)
        us.hold("p2")
        assert us.told("unnamed") == ["LOGISTICS_OBJECT_CREATED"]


@pytest.mark.parametrize(("policy", "status"), [("ask", PENDING), ("accept", ACCEPTED)])
def test_the_policy_of_a_partner_decides(tmp_path: Path, policy: str, status: str) -> None:
    with world(tmp_path, security={"policies": [{"agents": [AIRLINE], "subscriptions": policy}]}) as us:
        assert subscribe(us, PIECE).status == status


def test_who_may_not_subscribe_is_refused(tmp_path: Path) -> None:
    with world(tmp_path, security={"policies": [{"agents": [AIRLINE], "subscriptions": "refuse"}]}) as us:
        assert refused(us, PIECE) == 403
        assert subscribe(us, PIECE, HANDLER).status == ACCEPTED


def refused(us: World, topic: str, agent: str = AIRLINE, subscriber: str = "", **more: Any) -> int:
    with pytest.raises(Invalid) as wrong:
        subscribe(us, topic, agent, subscriber, **more)
    return wrong.value.status


def test_an_object_one_may_not_read_cannot_be_subscribed_to(us: World) -> None:
    us.hold("p1")
    assert refused(us, uri("p1"), STRANGER) == 403
    assert refused(us, uri("none")) == 422
    assert refused(us, "https://elsewhere.example/logistics-objects/p1") == 422


def test_others_are_subscribed_by_who_is_trusted_to(tmp_path: Path) -> None:
    security = {"policies": [{"agents": [AIRLINE], "third_parties": True}]}
    with world(tmp_path, security=security) as us:
        assert subscribe(us, PIECE, AIRLINE, HANDLER).status == ACCEPTED
        assert refused(us, PIECE, HANDLER, AIRLINE) == 403
        assert subscribe(us, PIECE, HOLDER, AIRLINE).status == ACCEPTED


@pytest.mark.parametrize(("policy", "status"), [("accept", ACCEPTED), ("ask", PENDING), ("refuse", 403)])
def test_who_is_subscribed_by_others_is_bound_by_its_own_policy(tmp_path: Path, policy: str, status: str | int) -> None:
    """Subscriptions with 3rd parties: "verify the legitimacy of the intended recipient"."""
    security = {
        "policies": [{"agents": [AIRLINE], "third_parties": True}, {"agents": [HANDLER], "subscriptions": policy}],
    }
    with world(tmp_path, security=security) as us:
        found = refused(us, PIECE, AIRLINE, HANDLER) if status == 403 else subscribe(us, PIECE, AIRLINE, HANDLER).status
        assert found == status


def test_the_same_subscription_twice_is_refused_until_the_first_is_revoked(us: World) -> None:
    first = subscribe(us, PIECE)
    assert refused(us, PIECE) == 422
    assert refused(us, PIECE, hasDescription="the same in other words") == 422
    assert subscribe(us, PIECE, sendLogisticsObjectBody=True).status == ACCEPTED
    assert subscribe(us, PIECE, events=["LOGISTICS_OBJECT_CREATED"]).status == ACCEPTED
    assert subscribe(us, PIECE, HANDLER).status == ACCEPTED
    us.node.requests.move(first.id, REVOKED, AIRLINE)
    assert subscribe(us, PIECE).status == ACCEPTED


def test_of_two_that_waited_only_one_is_accepted(tmp_path: Path) -> None:
    with world(tmp_path, security={"policies": [{"agents": ["*"], "subscriptions": "ask"}]}) as us:
        first, second = subscribe(us, PIECE), subscribe(us, PIECE)
        us.sharing.accept(first, HOLDER)
        with pytest.raises(Invalid, match="such a subscription"):
            us.sharing.accept(second, HOLDER)


def test_the_same_subscription_twice_in_one_moment_is_one(us: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both were looked at before either was in force."""
    subscribe(us, PIECE)
    monkeypatch.setattr(type(us.node.subscriptions), "of_subscriber", lambda *_: [])
    assert refused(us, PIECE) == 422
    assert us.node.requests.waiting() == []
    assert len(us.node.subscriptions.on([PIECE])) == 1


def test_the_holder_is_not_told_by_itself(us: World) -> None:
    us.sharing.subscribe(HOLDER, subscription(PIECE, HOLDER))
    us.hold("p1", by=AIRLINE)
    assert us.owed() == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"hasSubscriber": []}, 400),
        ({"hasSubscriber": [{"@id": AIRLINE}, {"@id": HANDLER}]}, 400),
        ({"hasTopicType": []}, 400),
        ({"hasTopic": []}, 400),
        ({"hasTopic": [{"@id": CARGO + "Value"}]}, 400),
        ({"includeSubscriptionEventType": []}, 400),
        ({"includeSubscriptionEventType": [{"@id": API + "CHANGE_REQUEST_PENDING"}]}, 400),
        ({"expiresAt": "never"}, 400),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, 422),
        ({"hasContentType": "application/pdf"}, 422),
        ({"@type": [API + "Change"]}, 400),
    ],
)
def test_a_subscription_that_cannot_be_meant(us: World, more: dict[str, Any], status: int) -> None:
    body: Nodes = [{**subscription(PIECE)[0], **{k if k[0] == "@" else API + k: v for k, v in more.items()}}]
    for name in ("expiresAt", "hasContentType"):
        if name in more:
            body[0][API + name] = [{"@value": more[name]}]
    with pytest.raises(Invalid) as wrong:
        us.sharing.subscribe(AIRLINE, body)
    assert wrong.value.status == status


def test_a_topic_may_come_as_a_link(us: World) -> None:
    assert subscribe(us, PIECE, hasTopic=[{"@id": PIECE}]).status == ACCEPTED


# Send Notification


def test_a_subscriber_is_told_of_what_it_subscribed_to(us: World) -> None:
    request = subscribe(us, CARGO + "PhysicalLogisticsObject")
    us.hold("p1")
    us.hold("s1", SHIPMENT)
    update(us, "p1", "goodsDescription", "grossWeight")
    event(us, "p1")
    assert us.told() == ["LOGISTICS_OBJECT_CREATED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_EVENT_RECEIVED"]
    created, updated, received = (one for _, _, one in us.owed())
    assert created["api:hasLogisticsObject"] == {"@id": uri("p1")}
    assert created["api:hasLogisticsObjectType"]["@value"] == PIECE
    assert created["api:isTriggeredBy"] == {"@id": f"{BASE}/action-requests/{request.id}"}
    assert [one["@value"] for one in updated["api:hasChangedProperty"]] == [CARGO + "goodsDescription", CARGO + "grossWeight"]
    assert received["api:hasLogisticsEvent"] == {"@id": f"{uri('p1')}/logistics-events/e-DEP"}
    assert us.woken


def test_events_are_told_only_where_the_subscription_includes_them(us: World) -> None:
    us.hold("p1")
    subscribe(us, uri("p1"), events=["LOGISTICS_OBJECT_UPDATED"])
    event(us, "p1")
    update(us, "p1")
    assert us.told() == ["LOGISTICS_OBJECT_UPDATED"]


def test_the_body_comes_along_where_it_was_asked_for(us: World) -> None:
    subscribe(us, PIECE, sendLogisticsObjectBody=True)
    us.hold("p1")
    ((_, _, told),) = us.owed()
    sent = told["api:hasLogisticsObject"]
    assert sent["@id"] == uri("p1")
    assert sent["cargo:grossWeight"]["cargo:numericalValue"]["@value"] == "20"


def test_who_caused_it_is_not_told_of_it(us: World) -> None:
    subscribe(us, PIECE)
    subscribe(us, PIECE, HANDLER)
    us.hold("p1", by=AIRLINE)
    assert us.told("airline") == []
    assert us.told("handler") == ["LOGISTICS_OBJECT_CREATED"]


def test_who_may_not_read_an_object_is_not_told_that_it_is_there(tmp_path: Path) -> None:
    with world(tmp_path) as us:
        subscribe(us, PIECE, events=["LOGISTICS_OBJECT_CREATED", "LOGISTICS_OBJECT_UPDATED"])
        subscribe(us, SHIPMENT)
        us.hold("p1")
        us.project("s1", "awb:020-12345675:1")
        assert us.told() == []
        us.sharing.delegate(HOLDER, delegation("p1", AIRLINE))
        us.seen["airline"] = {"awb:020-12345675:1"}
        update(us, "p1")
        us.project("s1", "awb:020-12345675:1", text="MORE BOOKS")
        event(us, "p1")
        assert us.told() == ["LOGISTICS_OBJECT_ACCESS_GRANTED", "LOGISTICS_OBJECT_UPDATED", "LOGISTICS_OBJECT_UPDATED"]


def test_nobody_is_told_after_revocation_or_expiry(us: World) -> None:
    us.hold("p1")
    request = subscribe(us, uri("p1"))
    subscribe(us, uri("p1"), HANDLER, expiresAt=(us.clock.now() + timedelta(seconds=60)).isoformat())
    update(us, "p1")
    us.node.requests.move(request.id, REVOKED, AIRLINE)
    us.clock.forward(60)
    update(us, "p1")
    assert us.told("airline") == ["LOGISTICS_OBJECT_UPDATED"]
    assert us.told("handler") == ["LOGISTICS_OBJECT_UPDATED"]


def test_what_was_rolled_back_is_told_to_nobody(us: World) -> None:
    subscribe(us, PIECE)
    us.hold("p1")
    with pytest.raises(Conflict):
        us.hold("p1", text="AGAIN")
    assert us.told() == ["LOGISTICS_OBJECT_CREATED"]


def test_an_unchanged_projection_tells_nobody(us: World) -> None:
    us.seen["airline"] = {"awb:020-12345675:1"}
    subscribe(us, SHIPMENT)
    for _ in range(3):
        us.clock.forward(60)
        us.project("s1", "awb:020-12345675:1")
    us.project("s1", "awb:020-12345675:1", text="FROM THE AIRLINE ITSELF", author=AIRLINE)
    assert us.told() == ["LOGISTICS_OBJECT_CREATED"]


def test_a_requestor_is_told_of_its_request_where_it_asked_for_that(us: World) -> None:
    us.hold("p1")
    for notify in (True, False):
        request = us.sharing.delegate(AIRLINE, delegation("p1", HANDLER, notifyRequestStatusChange=notify))
        us.sharing.accept(request, HOLDER)
    first = us.owed()[0][2]
    assert us.told("airline") == ["ACCESS_DELEGATION_REQUEST_ACCEPTED"]
    assert first["api:isTriggeredBy"]["@id"].startswith(f"{BASE}/action-requests/")
    assert us.told("handler") == ["LOGISTICS_OBJECT_ACCESS_GRANTED"] * 2


def test_filters_count_only_where_they_are_turned_on(tmp_path: Path) -> None:
    filters = {
        "urn:waybridge:includeEventCode": [{"@id": CODE + "DLV"}],
        "urn:waybridge:includeChangedProperty": [{"@id": CARGO + "grossWeight"}],
    }
    for at, (extensions, told) in enumerate([([], 5), (["subscription-filters"], 3)]):
        (folder := tmp_path / str(at)).mkdir()
        with world(folder, security=READ, extensions=extensions) as us:
            subscribe(us, PIECE, **filters)
            us.hold("p1")
            event(us, "p1", "DEP")
            event(us, "p1", "DLV")
            update(us, "p1", "goodsDescription")
            update(us, "p1", "goodsDescription", "grossWeight")
            assert len(us.told()) == told


def test_updates_in_line_are_told_as_one_where_that_is_turned_on(tmp_path: Path) -> None:
    for at, (extensions, live) in enumerate([([], 5), (["merged-notifications"], 3)]):
        (folder := tmp_path / str(at)).mkdir()
        with world(folder, security=READ, extensions=extensions) as us:
            us.hold("p1")
            subscribe(us, uri("p1"))
            for name in ("goodsDescription", "grossWeight", "slac"):
                update(us, "p1", name)
            event(us, "p1")
            update(us, "p1", "stackable")
            owed = us.live()
            assert len(owed) == live
            named = [told.get("api:hasChangedProperty", []) for told in owed]
            changed = {one["@value"].partition("#")[2] for some in named for one in (some if isinstance(some, list) else [some])}
            assert changed == {"goodsDescription", "grossWeight", "slac", "stackable"}


# Notifications in


def notification(event: str = "LOGISTICS_OBJECT_UPDATED", object: str = "https://airline.example/lo/m1", **more: Any) -> Nodes:
    node = {
        "@id": "_:n",
        "@type": [API + "Notification"],
        API + "hasEventType": [{"@id": API + event}],
        API + "hasLogisticsObject": [{"@id": object}],
    }
    return [node | {API + name: value for name, value in more.items()}]


def hear(us: World, told: Nodes, agent: str = AIRLINE) -> None:
    us.sharing.hear(agent, json.dumps(told).encode(), "application/ld+json", told)


@pytest.mark.parametrize("event", EVENT_TYPES)
def test_every_kind_of_notification_is_kept_as_a_message(us: World, event: str) -> None:
    hear(us, notification(event))
    assert us.messages() == [("airline", f"notification-{event}")]
    assert us.owed() == []


def test_the_standard_has_twenty_five_kinds() -> None:
    assert len(set(EVENT_TYPES)) == 25


@pytest.mark.parametrize(
    "told",
    [
        [],
        [{"@id": "_:n", "@type": [API + "Change"]}],
        [{"@id": "_:n", "@type": [API + "Notification"]}],
        notification("SOMETHING"),
    ],
)
def test_what_is_no_notification(us: World, told: Nodes) -> None:
    with pytest.raises(Invalid) as wrong:
        heard(told)
    assert wrong.value.status == 400


def test_what_is_named_is_fetched_once_where_that_is_turned_on(tmp_path: Path) -> None:
    with world(tmp_path, extensions=["fetch-notified"]) as us:
        hear(us, notification())
        ours = notification("LOGISTICS_OBJECT_UPDATED", uri("p1"))
        hear(us, ours)
        hear(us, notification("CHANGE_REQUEST_REJECTED"))
        event = "https://airline.example/lo/m1/logistics-events/1"
        hear(us, notification("LOGISTICS_EVENT_RECEIVED", hasLogisticsEvent=[{"@id": event}]))
        fetched = [(partner, channel, one["fetch"]) for partner, channel, one in us.owed()]
        assert fetched == [("airline", "one-record", ["https://airline.example/lo/m1"]), ("airline", "one-record", [event])]
        assert us.woken


def test_an_event_that_is_not_named_is_looked_for_in_its_objects_list(tmp_path: Path) -> None:
    """Before 2.2.0 a notification could not name the event, and some nodes still do not."""
    with world(tmp_path, extensions=["fetch-notified"]) as us:
        hear(us, notification("LOGISTICS_EVENT_RECEIVED"))
        hear(us, notification("LOGISTICS_EVENT_RECEIVED", uri("p1")))
        assert [one["fetch"] for *_, one in us.owed()] == [["https://airline.example/lo/m1/logistics-events"]]


def test_a_flood_of_notifications_orders_no_flood_of_reads(tmp_path: Path) -> None:
    with world(tmp_path, extensions=["fetch-notified"]) as us:
        for _ in range(20):
            hear(us, notification())
            us.clock.forward(1)
        assert len(us.owed()) == 2  # one may be under way and have read too early: one more stands in line


@pytest.mark.parametrize("extensions", [[], ["fetch-notified"]], ids=["alone", "read whole"])
def test_an_object_that_came_along_is_a_message_of_its_own_unless_it_is_read_whole(tmp_path: Path, extensions: list[str]) -> None:
    """By itself it only names what it links to: in the place of what was read before it would take that away."""
    with world(tmp_path, extensions=extensions) as us:
        whole = [*notification("LOGISTICS_OBJECT_CREATED", uri("m1").replace("us.", "airline."))]
        body = nodes("m1", SHIPMENT)
        body[0]["@id"] = body[0]["@id"].replace("us.", "airline.")
        hear(us, [*whole, *body])
        told = [name.partition("-")[0] for _, name in us.messages()]
        assert told == ["notification", *([] if extensions else ["https://airline.example/one"])]
        assert [one["fetch"] for _, _, one in us.owed()] == ([[body[0]["@id"]]] if extensions else [])


def test_an_agent_no_partner_names_leaves_nothing_behind(us: World) -> None:
    hear(us, notification(), STRANGER)
    assert us.messages() == []
