"""Finding shipments: newest change first, a page with its documents in one query, by two plans. Only reads.

Rare criteria are found by their terms and then sorted; when all are common, the shipments are walked in the order of their
changes until the page is full. Which it is, is counted beforehand, to a bound: no plan ever looks at every shipment to find few.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select

from hub.clock import micros
from hub.store.projection import AWB, DATE, FLIGHT, HOUSE, PARTY, REFERENCE, STATUS
from hub.store.rows import chunks
from hub.store.tables import revision, shipment, term

RARE = 5000
"""So many shipments of a criterion are read and sorted at once; of more, the newest are met soon enough."""

_LONGEST_KEY = 200
_LARGEST = 2**63 - 1

Condition = ColumnElement[bool]


class Position(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ended: the change (microseconds) and key of its last shipment."""

    changed_at: int
    key: str

    def cursor(self) -> str:
        """The position as a word of letters, digits, ``-`` and ``_``."""
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


def position(cursor: str) -> Position:
    """The position a cursor stands for. Raises ValueError when it is none."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        found = msgspec.json.decode(base64.b64decode(padded, altchars=b"-_", validate=True), type=Position)
    except (UnicodeError, binascii.Error, msgspec.DecodeError) as fault:
        raise ValueError(f"{cursor[:40]!r} is no cursor: expected the `next` of an earlier page") from fault
    if not (0 <= found.changed_at <= _LARGEST and 0 < len(found.key) <= _LONGEST_KEY and found.key.isprintable()):
        raise ValueError(f"{cursor[:40]!r} is no cursor: expected the `next` of an earlier page")
    return found


class Criteria(msgspec.Struct, frozen=True, kw_only=True):
    """What must hold, all of it. ``since`` ≤ last change < ``until``; ``date_from`` ≤ first day ≤ ``date_to``.

    ``flight`` is a departure (hub.store.projection). ``seen_by`` are the party identities one of which the shipment must name;
    None: any shipment.
    """

    awb: str | None = None
    house: str | None = None
    reference: str | None = None
    flight: str | None = None
    status: str | None = None
    date_from: date | None = None
    date_to: date | None = None
    since: datetime | None = None
    until: datetime | None = None
    seen_by: Sequence[str] | None = None

    def terms(self) -> dict[str, Condition]:
        """The criteria that are terms of a shipment, as conditions on the table of terms."""
        exact = {AWB: self.awb, HOUSE: self.house, REFERENCE: self.reference, FLIGHT: self.flight, STATUS: self.status}
        found = {kind: and_(term.c.kind == kind, term.c.value == value) for kind, value in exact.items() if value is not None}
        if self.date_from is not None or self.date_to is not None:
            found[DATE] = _days(self.date_from, self.date_to)
        if self.seen_by is not None:
            found[PARTY] = named(self.seen_by)
        return found


def named(identities: Sequence[str]) -> Condition:
    """The condition on the table of terms that one of these party identities is named."""
    values = [term.c.value.in_(some) for some in chunks(identities)] or [term.c.value.in_([])]
    return and_(term.c.kind == PARTY, or_(*values))


def _days(first: date | None, last: date | None) -> Condition:
    bounds = [term.c.kind == DATE]
    if first is not None:
        bounds.append(term.c.value >= first.isoformat())
    if last is not None:
        bounds.append(term.c.value <= last.isoformat())
    return and_(*bounds)


def rarest(connection: Connection, criteria: Criteria) -> str | None:
    """The criterion that the fewest shipments meet, when they are few (see ``RARE``)."""
    terms = criteria.terms()
    if not terms:
        return None
    counted = connection.execute(count_query(terms)).one()._mapping
    kind = min(counted, key=lambda one: int(counted[one]))
    return str(kind) if counted[kind] <= RARE else None


def count_query(terms: Mapping[str, Condition]) -> Select[tuple[int, ...]]:
    """How many terms meet each condition, counted to one more than ``RARE``."""
    some = {kind: select(term.c.shipment).where(condition).limit(RARE + 1).subquery() for kind, condition in terms.items()}
    return select(*(select(func.count()).select_from(one).scalar_subquery().label(kind) for kind, one in some.items()))


def search_query(criteria: Criteria, *, by: str | None, after: Position | None, limit: int) -> Select[tuple[object, ...]]:
    """One page of shipments with their documents. ``by`` is the rare criterion whose terms are looked up; None: walk."""
    changed: ColumnElement[int] = shipment.c.changed_at
    terms = criteria.terms()
    query = select(*(shipment.c[name] for name in _SHOWN)).where(shipment.c.live == 1)
    if by is not None:
        # An expression is no index's order: no database is tempted to walk all changes for the few it is told to look up.
        changed = changed + 0
        query = query.where(shipment.c.key.in_(select(term.c.shipment).where(terms.pop(by))))
    query = query.where(*_bounds(criteria, changed, after), *_others(criteria, terms))
    page = query.order_by(changed.desc(), shipment.c.key.desc()).limit(limit).subquery("page")
    joined = (revision.c.shipment == page.c.key) & (revision.c.revision_no == page.c.revision_no)
    whole = select(page, revision.c.document).join_from(page, revision, joined)
    return whole.order_by(page.c.changed_at.desc(), page.c.key.desc())


_SHOWN = ("key", "revision_no", "status", "origin", "destination", "first_date", "changed_at")


def _bounds(criteria: Criteria, changed: ColumnElement[int], after: Position | None) -> list[Condition]:
    bounds: list[Condition] = []
    if criteria.since is not None:
        bounds.append(changed >= micros(criteria.since))
    if criteria.until is not None:
        bounds.append(changed < micros(criteria.until))
    if after is not None:
        earlier = or_(changed < after.changed_at, shipment.c.key < after.key)
        bounds.extend((changed <= after.changed_at, earlier))
    return bounds


def _others(criteria: Criteria, terms: Mapping[str, Condition]) -> list[Condition]:
    """The remaining criteria, asked of each shipment met."""
    asked: list[Condition] = []
    asked.extend(exists().where(one, term.c.shipment == shipment.c.key) for kind, one in terms.items() if kind in _ASKED)
    if STATUS in terms:
        asked.append(shipment.c.status == criteria.status)
    if DATE in terms and criteria.date_from is not None:
        asked.append(shipment.c.first_date >= criteria.date_from.isoformat())
    if DATE in terms and criteria.date_to is not None:
        asked.append(shipment.c.first_date <= criteria.date_to.isoformat())
    return asked


_ASKED = frozenset({AWB, HOUSE, REFERENCE, FLIGHT, PARTY})
