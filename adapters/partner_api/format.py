"""The port's side of the partner format: sniff, split, read, write. Pure; knows layouts by name only."""

import re
from collections.abc import Sequence

from adapters.partner_api.documents import FORMAT, take_apart
from adapters.partner_api.layout import TYPES, layout
from adapters.partner_api.read import read_document
from adapters.partner_api.write import write_document
from hub.envelope import Outgoing, Part, Split, Written
from hub.problem import Code, Problem
from hub.syntax import Message

_BEGIN = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*+(?:\[[ \t\r\n]*+)?\{")
_FIRST = re.compile(rb'(?:\xef\xbb\xbf)?[ \t\r\n]*+(?:\[[ \t\r\n]*+)?\{[ \t\r\n]*+"waybridge"[ \t\r\n]*+:')
_LATER = re.compile(rb'"waybridge"[ \t\r\n]*+:[ \t\r\n]*+"[a-z-]{1,40}/[0-9]{1,4}"')


class PartnerFormat:
    """Waybridge's own JSON requests. The marker ``"waybridge": "booking/1"`` stands among the first members."""

    name = FORMAT

    def sniff(self, head: bytes) -> int:
        """100 where the marker comes first, 90 where it stands in an object's beginning, else 0."""
        if _FIRST.match(head):
            return 100
        return 90 if _BEGIN.match(head) and _LATER.search(head) else 0

    def split(self, raw: bytes) -> Split:
        """One part for a document, one for each of a list; a frame for each, from its header."""
        return take_apart(raw)

    def read(self, part: Part) -> Message:
        """The document as a tree: objects are nodes, scalars elements, items nodes (a scalar item's element is ``text``)."""
        table = self.table(part.type, part.version)
        return read_document(part, layout(*table) if table else None, table != (part.type, part.version))

    def write(self, message: Message, outgoing: Outgoing) -> Written:
        """The tree as a document with a header from ``outgoing``; the only style is a document by itself."""
        table = self.table(message.type, message.version)
        if table is None:
            problem = Problem(
                code=Code.TYPE_UNKNOWN,
                message=f"no layout of {message.type}/{message.version}",
                expected=", ".join(f"{type}/{version}" for type, version in TYPES),
            )
            return Written(raws=[], problems=[problem])
        raw, problems = write_document(_marker(*table), layout(*table), message.root, outgoing)
        return Written(raws=[raw], problems=problems)

    def supports(self) -> Sequence[tuple[str, str]]:
        """Booking 1 and ShipmentInstruction 1."""
        return list(TYPES)

    def table(self, type: str, version: str) -> tuple[str, str] | None:
        """Its own layout, else the newest of the type (read with ``version.approximated``), else none."""
        if (type, version) in TYPES:
            return type, version
        return max((pair for pair in TYPES if pair[0] == type), key=lambda pair: int(pair[1]), default=None)


def _marker(type: str, version: str) -> str:
    """``ShipmentInstruction``, ``1`` as ``shipment-instruction/1``."""
    return "-".join(word.lower() for word in re.findall(r"[A-Z][a-z]*", type)) + f"/{version}"
