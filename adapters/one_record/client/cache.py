"""What was read of a node, kept by address and asked for again only when HEAD says that it has changed; bounded both ways.

Knows no class. Logistics objects state ``Latest-Revision`` and ``Last-Modified`` (standard, Retrieve Logistics Object metadata).
"""

import time
from collections import OrderedDict
from collections.abc import Callable

import msgspec

from adapters.one_record.client.said import Said, said
from adapters.one_record.client.session import Session
from hub.exchange import Answer
from hub.ports import Refused


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One document as it was answered. ``mark`` is its revision and time of change, empty when the node states neither."""

    iri: str
    raw: bytes
    media: str
    mark: str
    headers: dict[str, str]

    def said(self) -> Said:
        """What it says."""
        return said(self.raw)


class Pages:
    """Reads through a bounded cache. Not for two threads at once."""

    def __init__(self, session: Session, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._bounds = session.place.bounds
        self._clock = clock
        self._held: OrderedDict[str, tuple[Page, float]] = OrderedDict()
        self._bytes = 0
        self.asked = 0

    def page(self, iri: str, *, fresh: bool = False) -> Page:
        """The document of an IRI; ``fresh``: as it is now, not as it was within ``cache_seconds``. Raises as Session.read."""
        known = self._held.get(iri)
        if known is not None and self._holds(known, fresh):
            self._held.move_to_end(iri)
            return self._held[iri][0]
        self.asked += 1
        return self._keep(_page(iri, self._session.read(iri)))

    def _holds(self, known: tuple[Page, float], fresh: bool) -> bool:
        page, since = known
        if not fresh and self._clock() - since <= self._bounds.fresh_seconds:
            return True
        now = self._now(page.iri) if page.mark else None
        if now is None or mark(now) != page.mark:
            return False
        dated = {"date": now.headers["Date"]} if "Date" in now.headers else {}
        self._held[page.iri] = (msgspec.structs.replace(page, headers={**page.headers, **dated}), self._clock())
        return True

    def _now(self, iri: str) -> Answer | None:
        """What HEAD says; nothing for a node without HEAD (before 2.2.0)."""
        try:
            return self._session.head(iri)
        except Refused:
            return None

    def _keep(self, page: Page) -> Page:
        self._drop(page.iri)
        if len(page.raw) > self._bounds.kept_bytes or not self._bounds.kept:
            return page
        self._held[page.iri] = (page, self._clock())
        self._bytes += len(page.raw)
        while len(self._held) > self._bounds.kept or self._bytes > self._bounds.kept_bytes:
            self._drop(next(iter(self._held)))
        return page

    def _drop(self, iri: str) -> None:
        known = self._held.pop(iri, None)
        if known is not None:
            self._bytes -= len(known[0].raw)


def mark(answer: Answer) -> str:
    """What tells two states of a document apart, by its headers."""
    return "/".join(filter(None, (answer.headers.get(name, "") for name in ("Latest-Revision", "Revision", "Last-Modified"))))


def _page(iri: str, answer: Answer) -> Page:
    return Page(
        iri=iri,
        raw=answer.body,
        media=answer.headers.get("Content-Type", ""),
        mark=mark(answer),
        headers={name.lower(): value for name, value in answer.headers.items()},
    )
