"""Shipments as their owners may see them: one by waybill number, many by what is known of them. Reads projections only."""

import re
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import AwareDatetime, BeforeValidator

from hub.canonical.calendar import stamp
from hub.ports import Identity, ReadSide, Search, ShipmentView
from portal_api.answers import tagged
from portal_api.models import Fault, ShipmentAnswer, ShipmentList, Timeline, Witness
from portal_api.problems import ProblemError, unknown
from portal_api.security import Caller
from portal_api.timeline import timeline_of

NUMBER = "^[0-9]{3}-?[0-9]{8}$"
ADDRESS = "^[0-9]{3}-?[0-9]{8}(:[1-9][0-9]{0,3})?$"
WORD = r"^[^\x00-\x1f\x7f]+$"

Address = Annotated[
    str,
    Path(
        pattern=ADDRESS,
        description="air waybill number, with or without hyphen; `:2` asks for a sequence",
        examples=["020-12345675"],
    ),
]


def _with_date(text: object) -> object:
    if not (isinstance(text, str) and "T" in text.upper()):
        raise ValueError("an ISO 8601 date and time with offset or Z")
    return text


def _day(text: object) -> object:
    if not (isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text)):
        raise ValueError("a day as YYYY-MM-DD")
    return text


_FIRST_DAY = "day of the first flight, or of issue where no flight is known:"
Day = Annotated[date, BeforeValidator(_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_with_date)]
Provenance = Annotated[bool, Query(description="also say who said what, and where in their message")]


def hyphened(awb: str) -> str:
    """``02012345675:2`` as ``020-12345675:2``."""
    return awb if awb[3] == "-" else f"{awb[:3]}-{awb[3:]}"


def witnesses(rows: Any) -> list[Witness]:
    """The witnesses of one value."""
    return [Witness.model_validate(one) for one in rows]


def shown(view: ShipmentView, provenance: bool, everything: bool) -> ShipmentAnswer:
    """A view as shown. Values that did not win are told only to those who see every shipment: they may be others' mistakes."""
    told = {name: witnesses(rows) for name, rows in view.lineage.items()} if provenance else None
    lost = {name: witnesses(rows) for name, rows in view.conflicts.items()} if provenance and everything else None
    return ShipmentAnswer(
        shipment=view.document, revision=view.revision, updated_at=stamp(view.updated_at), lineage=told, conflicts=lost
    )


def searched(
    awb: Annotated[str, Query(pattern=NUMBER, description="air waybill number")] = "",
    house: Annotated[str, Query(min_length=1, max_length=35, pattern=WORD, description="house waybill number")] = "",
    reference: Annotated[str, Query(min_length=1, max_length=70, pattern=WORD, description="any reference")] = "",
    status: Annotated[str, Query(pattern="^[A-Z]{3}$", description="the status all pieces have reached")] = "",
    since: Annotated[Moment | None, Query(description="last changed at or after")] = None,
    until: Annotated[Moment | None, Query(description="last changed before")] = None,
    date_from: Annotated[Day | None, Query(description=f"{_FIRST_DAY} on or after this day")] = None,
    date_to: Annotated[Day | None, Query(description=f"{_FIRST_DAY} on or before this day")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(min_length=1, max_length=1024, description="`next` of the page before")] = "",
) -> Search:
    """The search that the query asks for."""
    number = hyphened(awb) if awb else ""
    return Search(
        awb=number,
        house=house,
        reference=reference,
        status=status,
        since=since,
        until=until,
        date_from=date_from,
        date_to=date_to,
        limit=limit,
        cursor=cursor,
    )


def shipment_routes(read: ReadSide, identify: Caller) -> APIRouter:
    """``GET /v1/shipments``, ``/v1/shipments/{awb}``, ``/v1/shipments/{awb}/timeline``."""
    routes = APIRouter(prefix="/v1/shipments", tags=["shipments"])

    def seen(awb: str, identity: Identity) -> ShipmentView:
        view = read.shipment(hyphened(awb), identity.sight)
        if view is None:
            raise unknown()
        return view

    @routes.get("", response_model=ShipmentList, operation_id="listShipments", summary="Search, newest change first")
    def search(
        request: Request, query: Annotated[Search, Depends(searched)], identity: Annotated[Identity, Depends(identify)]
    ) -> Response:
        return tagged(request, *_page(request, read, query, identity))

    @routes.get("/{awb}", response_model=ShipmentAnswer, operation_id="getShipment", summary="One shipment")
    def shipment(
        request: Request, awb: Address, identity: Annotated[Identity, Depends(identify)], provenance: Provenance = False
    ) -> Response:
        return tagged(request, shown(seen(awb, identity), provenance, identity.sight is None))

    @routes.get("/{awb}/timeline", response_model=Timeline, operation_id="getTimeline", summary="Planned, estimated, actual")
    def timeline(
        request: Request, awb: Address, identity: Annotated[Identity, Depends(identify)], provenance: Provenance = False
    ) -> Response:
        return tagged(request, timeline_of(seen(awb, identity), provenance))

    return routes


def _page(request: Request, read: ReadSide, query: Search, identity: Identity) -> tuple[ShipmentList, dict[str, str]]:
    try:
        page = read.search(query, identity.sight)
    except ValueError:
        fault = Fault(detail="no cursor of this search; begin again without one", location="query", name="cursor")
        raise ProblemError(422, "The cursor is not one that this search gave.", faults=[fault]) from None
    items = [shown(one, False, False) for one in page.items]
    if not page.next:
        return ShipmentList(items=items), {}
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    link = f'<{request.url.path}?{urlencode([*kept, ("cursor", page.next)])}>; rel="next"'
    return ShipmentList(items=items, next=page.next), {"Link": link}
