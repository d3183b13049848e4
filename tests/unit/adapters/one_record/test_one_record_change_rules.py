"""Changes and action requests by somebody who does what the examples do not: every step, every order, every number of them."""

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.one_record.vocabulary import API, CARGO, CODES, XSD
from tests.unit.adapters.one_record.http_world import CONTEXT, Client, Web, change, error, operation
from tests.unit.adapters.one_record.node_world import AIRLINE, BASE, HANDLER, World, world

PIECE, SHIPMENT = f"{BASE}/logistics-objects/piece", f"{BASE}/logistics-objects/shipment"
STATES = ("REQUEST_ACCEPTED", "REQUEST_REJECTED", "REQUEST_ACKNOWLEDGED", "REQUEST_FAILED", "REQUEST_REVOKED")
ENDS = {
    "change": ("REQUEST_ACCEPTED", "REQUEST_REJECTED", "REQUEST_REVOKED"),
    "verification": ("REQUEST_ACKNOWLEDGED", "REQUEST_REJECTED", "REQUEST_FAILED", "REQUEST_REVOKED"),
    "delegation": ("REQUEST_REJECTED", "REQUEST_REVOKED"),
}


@pytest.fixture
def node(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as found:
        yield found


@pytest.fixture
def web(node: World) -> Web:
    made = Web(node)
    made.client().post({"@id": PIECE, "@type": "cargo:Piece", "cargo:upid": "A", "cargo:slac": 5})
    made.client().post({"@id": SHIPMENT, "@type": "cargo:Shipment"})
    return made


def status(client: Client, request: str) -> str:
    return str(client.get(request)["api:hasRequestStatus"]["@id"]).removeprefix(API)


def asked(client: Client, answer: httpx.Response) -> tuple[str, str]:
    """Where the request is that an answer created, and what became of it."""
    assert answer.status_code == 201, answer.text
    where = answer.headers["Location"]
    return where, status(client, where)


def reasons(client: Client, request: str) -> str:
    details = client.get(request)["api:hasError"]["api:hasErrorDetail"]
    return " | ".join(one["api:hasMessage"] for one in (details if isinstance(details, list) else [details]))


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        (
            [operation("ADD", PIECE, "ofShipment", SHIPMENT, CARGO + "Piece")],
            "Piece#ofShipment links Shipment; hasDatatype says Piece",
        ),
        ([operation("ADD", PIECE, "upid", "B")], "Piece#upid may have 1 value, 2 are given"),
        ([operation("DELETE", PIECE, "slac", "5")], "has no value '5' (string) to delete"),
        ([operation("DELETE", PIECE, "slac", "5", XSD + "double")], "has no value '5' (double) to delete"),
        ([operation("DELETE", PIECE, "upid", "A")] * 2, "has no value 'A' (string) to delete"),
        ([operation("ADD", PIECE, "shippingMarks", "B")] * 2, "has this value already"),
        ([operation("ADD", PIECE, "coload", "true")], "Piece#coload is 'true' as string; xsd:boolean was expected"),
        ([operation("ADD", PIECE, "dimensions", "_:b0", CARGO + "Value")], "Piece#dimensions is Value; Dimensions was expected"),
        (
            [operation("ADD", PIECE, "specialHandlingCodes", CODES + "SpecialHandlingCode#XXX", CODES + "SpecialHandlingCode")],
            "Piece#specialHandlingCodes is XXX; a code of SpecialHandlingCode was expected",
        ),
    ],
)
def test_update_a_change_that_cannot_be_applied_fails_with_its_reason_and_no_invented_place(
    web: Web, operations: list[dict[str, Any]], reason: str
) -> None:
    holder = web.client()
    good = operation("ADD", PIECE, "turnable", "true", XSD + "boolean")
    request, became = asked(holder, holder("PATCH", PIECE, change(PIECE, good, *operations)))
    assert (became, holder("HEAD", PIECE).headers["Latest-Revision"]) == ("REQUEST_FAILED", "1")
    told = reasons(holder, request)
    assert reason in told
    assert "(line" not in told


@pytest.mark.parametrize("said", ["Shipment", "LogisticsObject"])
def test_update_a_link_may_be_stated_by_its_class_or_one_above(web: Web, said: str) -> None:
    holder = web.client()
    link = operation("ADD", PIECE, "ofShipment", SHIPMENT, CARGO + said)
    assert asked(holder, holder("PATCH", PIECE, change(PIECE, link)))[1] == "REQUEST_ACCEPTED"
    assert holder.get(PIECE)["cargo:ofShipment"] == {"@id": SHIPMENT}


def test_update_many_operations_cost_as_much_more_as_they_are_more(web: Web) -> None:
    holder = web.client()

    def cost(revision: int, count: int) -> float:
        operations = [operation("ADD", PIECE, "shippingMarks", f"{revision}-{place}") for place in range(count)]
        if revision > 1:
            gone = [operation("DELETE", PIECE, "shippingMarks", f"1-{place}") for place in range(200)]
            operations = [*operations, *gone]
        before = time.process_time()
        assert asked(holder, holder("PATCH", PIECE, change(PIECE, *operations, revision=revision)))[1] == "REQUEST_ACCEPTED"
        return time.process_time() - before

    few, many = cost(1, 400), cost(2, 4_000)
    assert len(holder.get(PIECE)["cargo:shippingMarks"]) == 4_200
    assert many < 30 * few


def test_retrieve_a_historical_object_at_every_revision_is_what_was_served_then(node: World, web: Web) -> None:
    holder, seen = web.client(), []

    def now() -> dict[str, Any]:
        body = holder.get(PIECE)
        seen.append((node.clock.now(), {**body, "api:hasLatestRevision": None}))
        node.clock.forward(3)
        return body

    body = now()
    for revision in range(1, 6):
        new = operation("ADD", PIECE, "upid", f"R{revision}"), operation("DELETE", PIECE, "upid", body["cargo:upid"])
        name = body.get("cargo:grossWeight", {}).get("@id") or "_:b0"
        weigh = operation("ADD", name, "numericalValue", str(revision), XSD + "double")
        link = [operation("ADD" if name == "_:b0" else "DELETE", PIECE, "grossWeight", name, CARGO + "Value")]
        operations = [*new, *link, *([weigh] if name == "_:b0" else [])]
        assert asked(holder, holder("PATCH", PIECE, change(PIECE, *operations, revision=revision)))[1] == "REQUEST_ACCEPTED"
        body = now()
    for moment, shown in seen:
        for late in (0, 2):
            then = holder.get(f"{PIECE}?at={_basic(moment, late)}")
            assert then | {"api:hasLatestRevision": None} == shown
    assert len({str(one) for _, one in seen}) == 6
    assert [earlier < later for (earlier, _), (later, _) in pairwise(seen)] == [True] * 5


def _basic(moment: datetime, late: int) -> str:
    return moment.replace(second=(moment.second + late) % 60).strftime("%Y%m%dT%H%M%SZ")


def request_of(web: Web, kind: str) -> str:
    """A request of the airline's that is pending."""
    holder, airline = web.client(), web.client(AIRLINE)
    rights = [{"@id": f"api:{one}"} for one in ("GET_LOGISTICS_OBJECT", "PATCH_LOGISTICS_OBJECT")]
    about = {"@context": CONTEXT, "api:hasLogisticsObject": {"@id": PIECE}}
    open_to = about | {"@type": "api:AccessDelegation", "api:hasPermission": rights}
    assert holder("POST", "/access-delegations", open_to | {"api:isRequestedFor": {"@id": AIRLINE}}).status_code == 201
    if kind == "change":
        return asked(airline, airline("PATCH", PIECE, change(PIECE, operation("ADD", PIECE, "shippingMarks", "B"))))[0]
    if kind == "delegation":
        return asked(airline, airline("POST", "/access-delegations", open_to | {"api:isRequestedFor": {"@id": HANDLER}}))[0]
    where = {
        "api:hasProperty": {"@type": "xsd:anyURI", "@value": CARGO + "upid"},
        "api:hasResource": {"@type": "xsd:anyURI", "@value": PIECE},
    }
    fault = {"@type": "api:Error", "api:hasTitle": "T", "api:hasErrorDetail": {"@type": "api:ErrorDetail", **where}}
    number = {"@type": "xsd:positiveInteger", "@value": "1"}
    return asked(
        airline, airline("POST", PIECE, about | {"@type": "api:Verification", "api:hasRevision": number, "api:hasError": fault})
    )[0]


@pytest.mark.parametrize(("kind", "end"), [(kind, end) for kind, ends in ENDS.items() for end in ends])
def test_action_requests_nothing_leads_out_of_an_end_and_nobody_else_into_it(web: Web, kind: str, end: str) -> None:
    holder, airline, handler = web.client(), web.client(AIRLINE), web.client(HANDLER)
    request = request_of(web, kind)
    for one in (airline, handler):
        if end != "REQUEST_REVOKED":
            assert one("PATCH", f"{request}?status={end}").status_code == 403
    assert handler("DELETE", request).status_code == 403
    assert status(holder, request) == "REQUEST_PENDING"
    assert holder("PATCH", f"{request}?status={API.replace('#', '%23')}{end}").status_code == 204
    assert status(holder, request) == end
    for state in STATES:
        answer = holder("PATCH", f"{request}?status={state}")
        assert (answer.status_code, error(answer)[0]) == (422, "Unprocessable content")
    assert holder("PATCH", f"{request}?status=REQUEST_PENDING").status_code == 400
    assert [one("DELETE", request).status_code for one in (holder, airline, handler)] == [422, 422, 403]
    assert status(holder, request) == end
