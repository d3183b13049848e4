"""Follows the links of an object within bounds and joins what was found to one document. Knows no HTTP.

An object of another host is named and left; one that may not be read is left with its reason. Nothing is passed over in silence.
"""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from adapters.one_record.client.cache import Page, Pages
from adapters.one_record.client.said import said
from adapters.one_record.client.settings import Bounds, Place
from hub.ports import DeliveryError, Retriable

MEDIA = "application/ld+json"


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """An object's document and those it links to, the object first. ``left`` are (IRI, why) of what was not read.

    ``again`` is the first fault that may pass: with it, more could be had later.
    """

    pages: list[Page]
    left: list[tuple[str, str]]
    again: Retriable | None = None

    def document(self) -> bytes:
        """One document that says it all; a single page as it came."""
        return self.pages[0].raw if len(self.pages) == 1 else joined(self.pages)

    def modified(self) -> datetime | None:
        """When any of it was last changed, by the nodes' own word (``Last-Modified``); None where none of them says.

        Not after the oldest of it was read (``Date``): what is remembered of an object is no word of today because it is linked
        to one that is new.
        """
        changed, read = (self._moments(name) for name in ("last-modified", "date"))
        return min([max(changed), *read]) if changed else None

    def _moments(self, header: str) -> list[datetime]:
        return [at for page in self.pages if (at := _moment(page.headers.get(header, ""))) is not None]

    def makes_sense(self) -> bool:
        """Whether it is whole as far as it can be had, or at least says of which waybill it is."""
        return self.again is None or any(one.text("waybillNumber") for page in self.pages for one in page.said().things())

    def media(self) -> str:
        """Its media type."""
        return self.pages[0].media if len(self.pages) == 1 else MEDIA


def _moment(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, section 5.6.7); None for anything else."""
    try:
        at = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


class Follower:
    """Reads an object and what it links to."""

    def __init__(self, pages: Pages, place: Place, clock: Callable[[], float] = time.monotonic) -> None:
        self._pages = pages
        self._place = place
        self._clock = clock

    def gather(self, iri: str) -> Gathered:
        """Breadth first from ``iri``, which is read as it is now. Raises as Session.read for ``iri`` itself alone."""
        walk = _Walk(self._place.bounds, self._clock())
        first = self._pages.page(iri, fresh=True)
        walk.take(first, 0)
        while walk.waiting:
            wanted, depth = walk.waiting.pop(0)
            why = walk.too_far(depth, self._clock()) or self._foreign(wanted)
            if why:
                walk.left.append((wanted, why))
            else:
                self._read(wanted, depth, walk)
        return Gathered(pages=walk.pages, left=walk.left, again=walk.again)

    def _foreign(self, iri: str) -> str:
        try:
            theirs = self._place.is_theirs(httpx.URL(iri))
        except (httpx.InvalidURL, ValueError):
            return "no address"
        return "" if theirs else "another host"

    def _read(self, iri: str, depth: int, walk: "_Walk") -> None:
        try:
            walk.take(self._pages.page(iri), depth)
        except Retriable as fault:
            walk.again = walk.again or fault
            walk.left.append((iri, str(fault)))
        except DeliveryError as fault:
            walk.left.append((iri, str(fault)))


class _Walk:
    def __init__(self, bounds: Bounds, began: float) -> None:
        self._bounds = bounds
        self._began = began
        self._bytes = 0
        self._known: set[str] = set()
        self.pages: list[Page] = []
        self.waiting: list[tuple[str, int]] = []
        self.left: list[tuple[str, str]] = []
        self.again: Retriable | None = None

    def take(self, page: Page, depth: int) -> None:
        self.pages.append(page)
        self._bytes += len(page.raw)
        self._known.add(page.iri)
        document = page.said()
        self._known |= {one.iri for one in document.things() if one.subject.values}
        new = [one for one in document.linked() if one not in self._known]
        self._known.update(new)
        self.waiting.extend((one, depth + 1) for one in new)

    def too_far(self, depth: int, now: float) -> str:
        bounds = self._bounds
        if depth > bounds.depth:
            return f"more than {bounds.depth} links away"
        if len(self.pages) >= bounds.count:
            return f"more than {bounds.count} objects"
        if self._bytes >= bounds.bytes:
            return f"more than {bounds.bytes} bytes"
        return f"more than {bounds.seconds:g} s" if now - self._began > bounds.seconds else ""


def joined(pages: list[Page]) -> bytes:
    """The documents as one ``@graph``, each object with the context it came with; labels of one document stay its own.

    A page that is no JSON object or list (Turtle) cannot be joined and is left as an object without properties.
    """
    nodes = [node for number, page in enumerate(pages) for node in _nodes(page, number)]
    return json.dumps({"@graph": nodes}, separators=(",", ":")).encode()


def _nodes(page: Page, number: int) -> list[Any]:
    if said(page.raw).fault:
        return [{"@id": page.iri}]
    try:
        document = json.loads(page.raw)
    except ValueError:
        return [{"@id": page.iri}]
    top = document if isinstance(document, list) else [document]
    return [_relabelled(node, number) for one in top if isinstance(one, dict) for node in _spread(one)]


def _spread(node: dict[str, Any]) -> list[dict[str, Any]]:
    """The members of a ``@graph`` at the top, each under the context of the whole; any other object as it is."""
    if "@graph" not in node or set(node) - {"@graph", "@context"}:
        return [node]
    inner = node["@graph"] if isinstance(node["@graph"], list) else [node["@graph"]]
    return [_under(node.get("@context"), one) for one in inner if isinstance(one, dict)]


def _under(context: Any, node: dict[str, Any]) -> dict[str, Any]:
    if context is None:
        return node
    outer = context if isinstance(context, list) else [context]
    own = node.get("@context", [])
    both = [*outer, *(own if isinstance(own, list) else [own])]
    return {**node, "@context": both[0] if len(both) == 1 else both}


def _relabelled(value: Any, number: int) -> Any:
    """Blank node labels are a document's own: ``_:b0`` of two documents are two objects."""
    if isinstance(value, dict):
        return {key: _relabelled(one, number) for key, one in value.items()}
    if isinstance(value, list):
        return [_relabelled(one, number) for one in value]
    if isinstance(value, str) and value.startswith("_:"):
        return f"_:d{number}x{value[2:]}"
    return value
