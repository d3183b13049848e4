"""What a question is answered with: a status request from the hub's own shipments, a space request by the booking desk.

Knows no format but by the targets the partner's configuration names; asks the read side and the desk, writes nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from hub import admission
from hub.booking import BookingAnswer, BookingRequest
from hub.bootstrap.pure import PureHub
from hub.canonical.document import Document
from hub.envelope import Envelope, Outgoing, Written
from hub.flight_lists import Aboard, listed
from hub.logs import Log
from hub.ports import BookingDesk
from hub.problem import Code, Problem
from hub.settings import Partner
from hub.statement import Reading, Said
from hub.status_answers import asked, status_answer
from hub.store.projection import departure

Shipments = Callable[[str, Sequence[str] | None], Document | None]
"""``shipments(awb, sight)``: the newest shipment of a waybill number as far as these identities see it."""

Booked = Callable[[str, Sequence[str] | None], Iterable[Document]]
"""``booked(departure, sight)``: the shipments that name a flight on its day, as far as these identities see them."""

NO_BOOKING = "NO BOOKING RECORDED"
NO_DESK = "NO BOOKING SYSTEM ANSWERS HERE"
UNDECIDED = "BOOKING SYSTEM WILL ANSWER"
ASKING = frozenset({"NN", "NA", "NL", "SS", "CA", "XX"})
"""Space allocation codes that ask (reference/cargo-imp.md, section 7)."""

_log = Log("replies")


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in itself (``target`` and ``raws``), or what the acknowledgement is to say: a remark, or why it is a refusal."""

    target: str = ""
    raws: Sequence[bytes] = ()
    remark: str = ""
    problem: Problem | None = None


NOTHING = Reply()


class Replies:
    """Answers questions, one message at a time."""

    def __init__(self, pure: PureHub, shipments: Shipments, booked: Booked, desk: Callable[[], BookingDesk | None]) -> None:
        self._pure = pure
        self._shipments = shipments
        self._booked = booked
        self._desk = desk

    def to(self, envelope: Envelope, reading: Reading, partner: Partner, outgoing: Outgoing) -> Reply:
        """The reply to one good message; nothing for one that asks nothing, or in another format than its partner's answers."""
        if reading.subject == "query":
            return self._query(reading, partner, outgoing)
        request = next((said for said in reading.said if _asks(said.facts)), None)
        if request is None or not _speaks(partner.answers.allocation, reading):
            return NOTHING
        return self._allocation(envelope, reading, request, partner, outgoing)

    def _query(self, reading: Reading, partner: Partner, outgoing: Outgoing) -> Reply:
        consignments = asked(reading.detail)
        leaving = departure(reading.detail)
        if leaving is not None and _speaks(partner.answers.bookings, reading):
            return self._list(reading, leaving, partner, outgoing)
        if not consignments or not _speaks(partner.answers.status, reading):
            return Reply(problem=_unanswered(reading))
        told = [self._status(one, partner, outgoing) for one in consignments]
        return Reply(target=partner.answers.status, raws=[raw for one in told for raw in one.raws])

    def _status(self, consignment: Mapping[str, Any], partner: Partner, outgoing: Outgoing) -> Reply:
        found = self._shipments(str(consignment["awb"]), admission.sees(partner.sight))
        return self._written(partner.answers.status, status_answer(consignment, found), outgoing)

    def _list(self, reading: Reading, leaving: str, partner: Partner, outgoing: Outgoing) -> Reply:
        """The booking list of a flight; no booking at all is NIL at the point of unloading that was asked for."""
        asked = reading.detail
        target = partner.answers.bookings
        aboard = (Aboard(document=one) for one in self._booked(leaving, admission.sees(partner.sight)))
        found = [one.document for one in listed(self._pure.kind(target), asked, aboard)]
        if not found and "to" not in asked:
            return Reply(remark=NO_BOOKING)
        told = {name: asked[name] for name in ("flight", "date", "from")}
        detail = {} if found else {"flight": {**told, "destinations": [{"line": 1, "to": asked["to"], "nil": True}]}}
        expressed = self._pure.line.express_all(target, detail, found, outgoing.at.date())
        return self._reply(target, self._pure.line.write(target, expressed, outgoing))

    def _allocation(self, envelope: Envelope, reading: Reading, said: Said, partner: Partner, outgoing: Outgoing) -> Reply:
        author = reading.author or envelope.partner
        why = admission.refusal(partner, author, said)
        if why is not None:
            return Reply(problem=Problem(code=Code.AUTHOR_UNADMITTED, message=why, line=reading.line, found=author))
        desk = self._desk()
        if desk is None:
            return Reply(remark=NO_DESK)
        request = BookingRequest(
            id=f"{envelope.id}-{reading.ordinal}",
            partner=partner.id,
            author=author,
            received_at=envelope.received_at,
            document=said.facts,
        )
        answer = desk.answer(request)
        if answer is None:
            return Reply(remark=UNDECIDED)
        target = partner.answers.allocation
        carries = self._pure.kind(target).carries
        document = {name: value for name, value in allocation_answer(said.facts, answer).items() if name in carries}
        return self._written(target, document, outgoing)

    def _written(self, target: str, document: Document, outgoing: Outgoing) -> Reply:
        return self._reply(target, self._pure.line.render(target, document, outgoing))

    @staticmethod
    def _reply(target: str, written: Written) -> Reply:
        if written.problems:
            codes = sorted({one.code for one in written.problems})
            _log.warning("an answer does not hold all there is to say", target=target, codes=codes)
        return Reply(target=target, raws=written.raws)


def _speaks(target: str, reading: Reading) -> bool:
    """Whether a partner's answers are of the format it asked in."""
    return target.partition(":")[0] == reading.format


def _unanswered(reading: Reading) -> Problem:
    return Problem(
        code=Code.QUERY_UNANSWERED,
        message=f"{reading.type} was read, but nothing here answers it",
        line=reading.line,
        segment=reading.type,
    )


def _flights(facts: Mapping[str, Any]) -> list[Document]:
    return [leg for booking in facts.get("bookings", ()) for leg in booking.get("flights", ())]


def _asks(facts: Mapping[str, Any]) -> bool:
    return any(leg.get("status") in ASKING for leg in _flights(facts))


def allocation_answer(asked: Document, answer: BookingAnswer) -> Document:
    """What was asked, with the desk's status for each flight and its remarks. Raises ValueError where they do not fit."""
    flights = _flights(asked)
    if len(answer.statuses) != len(flights):
        raise ValueError(f"the booking desk gave {len(answer.statuses)} statuses for {len(flights)} flights")
    legs = [{**leg, "status": status} for leg, status in zip(flights, answer.statuses, strict=True)]
    bookings = [{**asked["bookings"][0], "flights": legs}]
    kept = {name: value for name, value in asked.items() if name not in ("special_service", "other_service")}
    return {**kept, "bookings": bookings, **({"other_service": list(answer.remarks)} if answer.remarks else {})}
