"""The portal: what customers and partners see of their freight, and where they ask for service.

It writes only by handing messages to the intake and reads only projections; it knows no storage, no format and no pipeline.
"""

from typing import Any

from fastapi import FastAPI

from hub.ports import Accounts, Doors, Intake, ReadSide
from portal_api.bodies import Limits
from portal_api.description import describe
from portal_api.guard import Guard
from portal_api.problems import tell_problems
from portal_api.security import caller
from portal_api.service_requests import request_routes
from portal_api.shipments import shipment_routes

ABOUT = "Where freight is, and how to ask for its carriage. Errors are problem+json (RFC 9457)."


class Portal(FastAPI):
    """FastAPI with the portal's own description."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI 3.1 document."""
        return describe(self)


def create(
    read: ReadSide,
    intake: Intake,
    accounts: Accounts,
    limits: Limits | None = None,
    *,
    openapi_url: str | None = "/v1/openapi.json",
) -> FastAPI:
    """The ASGI application.

    ``GET /v1/shipments``, ``/v1/shipments/{awb}``, ``/v1/shipments/{awb}/timeline``, ``POST /v1/service-requests``,
    ``GET /v1/service-requests/{id}``. ``openapi_url`` None leaves the description out.
    """
    app = Portal(
        title="Waybridge portal",
        version="1",
        description=ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url=openapi_url,
        redirect_slashes=False,
    )
    tell_problems(app)
    identify = caller(accounts)
    app.include_router(shipment_routes(read, identify))
    app.include_router(request_routes(read, intake, identify, limits or Limits()))
    app.add_middleware(Guard)
    return app


def mount(doors: Doors) -> FastAPI:
    """The portal behind the hub's doors, for the configuration's ``mounts``."""
    return create(doors.read, doors.intake, doors.accounts, Limits(max_bytes=doors.max_bytes))
