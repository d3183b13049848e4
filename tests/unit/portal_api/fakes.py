"""The hub's ports in memory, small and honest: an intake that understands, a read side that knows who sees what."""

import asyncio
import hashlib
from datetime import UTC, datetime

import httpx

from adapters.partner_api import build
from hub.explain import anonymous, problem_json
from hub.mapping import Mappings
from hub.pipeline import Line
from hub.ports import Identity, IntakeRefused, Received, RequestView, ShipmentPage, ShipmentView, StoredAnswer
from hub.profiles import problem_rows, profile

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AWB = "020-12345675"
FOREIGN = "999-00000011"


def witness(line):
    return [{"message": "m1", "partner": "nordair", "author": "NORDAIR", "line": line, "column": 5, "secret": "x"}]


def milestone(id, code, station, time, instant, **more):
    return {"id": id, "code": code, "station": station, "time": time, "instant": instant, "at": instant[:-1], **more}


DOCUMENT = {
    "key": f"awb:{AWB}:1",
    "awb": AWB,
    "sequence": 1,
    "origin": "FRA",
    "destination": "SGN",
    "pieces": 10,
    "agent": {"name": "Kogge", "iata_code": "2347001"},
    "references": [{"type": "BN", "value": "NW-1"}],
    "houses": [{"hawb": "HAWB0001"}],
    "milestones": [
        milestone("e", "ARR", "DOH", "estimated", "2026-11-21T15:00Z", flight="QR066", pieces=6),
        milestone("b", "DEP", "FRA", "planned", "2026-11-21T09:00Z", flight="QR066"),
        milestone("c", "DEP", "FRA", "actual", "2026-11-21T09:30Z", flight="QR066", pieces=6, partial=True),
        milestone("d", "DEP", "FRA", "actual", "2026-11-21T09:30:30Z", flight="QR066", pieces=4, partial=True),
        {"id": "x", "code": "OSI"},
    ],
    "status": "DEP",
    "partial_status": {"ARR": 4},
}


def view(document, revision=3):
    lineage = {"/origin": witness(2), "/milestones/c": witness(9)}
    conflicts = {"/origin": witness(7)}
    return ShipmentView(
        key=document["key"], document=document, revision=revision, updated_at=NOW, lineage=lineage, conflicts=conflicts
    )


def numbered(prefix, serials):
    for serial in serials:
        awb = f"{prefix}-{serial:07d}{serial % 7}"
        yield {"key": f"awb:{awb}:1", "awb": awb, "sequence": 1, "agent": {"iata_code": "2347001"}, "status": "BKD"}


def identities(document):
    """Enough of what hub.admission says: who a shipment belongs to."""
    return {f"agent:{document['agent']['iata_code']}", f"awb:{document['awb']}"}


class Reading:
    """Shipments in a list; the cursor is the place in it."""

    def __init__(self, intake):
        self.views = [view(DOCUMENT), *(view(one) for one in numbered("021", range(5)))]
        self.views.append(view({**DOCUMENT, "key": f"awb:{FOREIGN}:1", "awb": FOREIGN, "agent": {"iata_code": "9990001"}}))
        self.intake = intake
        self.asked = []

    def seen(self, sight):
        return [one for one in self.views if sight is None or identities(one.document) & set(sight)]

    def shipment(self, awb, sight, at=None):
        self.asked.append(awb)
        number, _, sequence = awb.partition(":")
        found = [one for one in self.seen(sight) if one.document["awb"] == number]
        return next((one for one in found if sequence in ("", str(one.document["sequence"]))), None)

    def search(self, query, sight):
        if query.cursor and not query.cursor.isdecimal():
            raise ValueError(query.cursor)
        found = [one for one in self.seen(sight) if self.fits(query, one.document)]
        start = int(query.cursor or 0)
        end = start + query.limit
        return ShipmentPage(items=found[start:end], next=str(end) if end < len(found) else "")

    @staticmethod
    def fits(query, document):
        return (
            query.awb in ("", document["awb"])
            and query.status in ("", document.get("status"))
            and (not query.house or any(one["hawb"] == query.house for one in document.get("houses", ())))
            and (not query.reference or any(one["value"] == query.reference for one in document.get("references", ())))
        )

    def request(self, id, partner):
        arrival = self.intake.stored.get(id)
        return self.intake.told(id) if arrival is not None and arrival.partner == partner else None


class Taking:
    """Keeps what arrives by the digest of partner and bytes, as the hub does."""

    def __init__(self):
        self.stored = {}
        self.refusal = None
        self.line = Line(formats={"partner": build()}, mappings=Mappings())

    def receive(self, arrival):
        if self.refusal:
            raise IntakeRefused(self.refusal, "no")
        digest = hashlib.sha256(arrival.partner.encode() + b"\0" + arrival.raw).hexdigest()
        known = digest[:12] in self.stored
        self.stored.setdefault(digest[:12], arrival)
        return Received(id=digest[:12], status="duplicate" if known else "received", sha256=digest)

    def answer(self, id):
        answers = [b"FNA\r\n", b"\xff"] if id in self.stored else []
        return StoredAnswer(id=id, pending=False, state="rejected", answers=answers) if id in self.stored else None

    def told(self, id):
        arrival = self.stored[id]
        said = self.line.understand(anonymous(arrival.raw, arrival.name, NOW), profile("standard", problem_rows()))
        messages = [
            {
                "id": f"{id}/{one.ordinal}",
                "format": one.format,
                "type": one.type,
                "version": one.version,
                "state": "applied" if one.readable else "rejected",
                "problems": [problem_json(fault) for fault in one.problems],
                "raw": "never shown",
            }
            for one in said.readings
        ]
        keys = [said.key for one in said_keys(said) for said in one]
        state = "applied" if messages and all(one["state"] == "applied" for one in messages) else "rejected"
        problems = [problem_json(fault) for fault in said.problems]
        return RequestView(id=id, state=state, received_at=NOW, messages=messages, keys=keys, problems=problems)


def said_keys(understood):
    return [one.said for one in understood.readings if one.readable]


KEYS = {
    "agent-key": Identity(partner="kogge", kind="customer", sight=["agent:2347001"]),
    "other-key": Identity(partner="other", kind="partner", sight=[]),
    "staff-key": Identity(partner="staff", kind="partner", sight=None),
}


class Holders:
    """Three keys."""

    def identify(self, key):
        return KEYS.get(key)


class Client:
    """Asks an ASGI application, one request after the other."""

    def __init__(self, app):
        self.app = app

    def request(self, method, url, **more):
        return asyncio.run(self._request(method, url, **more))

    async def _request(self, method, url, **more):
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://portal") as client:
            return await client.request(method, url, **more)

    def get(self, url, **more):
        return self.request("GET", url, **more)

    def post(self, url, **more):
        return self.request("POST", url, **more)
