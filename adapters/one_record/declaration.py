"""The security declaration ⇄ the OCI lines that say the same. Pure; part of the waybill shape.

Workbook OCI-Mapping 1.2.0, sheet Security: who issued, accepted and handed over, status, screening, exemptions, person and time.
The lines are kept as customs information too, in their order; a declaration that only repeats them adds nothing.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from adapters.one_record.lift import Bag, like
from adapters.one_record.vocabulary import vocabulary
from hub.canonical.calendar import MONTHS, month_number
from hub.syntax import Element, Node

CODES_OF = {"SM": "screeningMethods", "L": "groundsForExemption"}
TEXTS_OF = {"SS": "securityStatus", "ST": "additionalSecurityInformation"}
ENTITIES = ("RA", "RC", "KC", "AC")
ROLES = {"ISS": "regulatedEntityIssuer", "OSS": "regulatedEntityAcceptor", "": "regulatedEntitiesReceivedFrom"}
ICAO = {"RC": "AO"}
"""What the wire calls a regulated carrier is an aircraft operator to the code list."""

_IDENTIFIER = re.compile(r"([A-Z]{2})/(RA|RC|KC|AC|AO)/(.+)")
_ISSUED = re.compile(r"(\d\d)([A-Z]{3})(\d\d)(\d\d)(\d\d)")
_EXPIRY = re.compile(r"(0[1-9]|1[0-2])(\d\d)")
_MOMENT = re.compile(r"20(\d\d)-(\d\d)-(\d\d)T(\d\d):(\d\d):00")


def read_security(shipment: Node, bag: Bag) -> None:
    """Each declaration as customs lines behind those there are; what they tell already is said again."""
    known = {(one.text("contentCode"), one.text("note")) for one in shipment.all("customsInformation")}
    for declaration in shipment.all("securityDeclarations"):
        for line, sources in _lines(declaration):
            bag.put(*sources)
            if (line.text("contentCode"), line.text("note")) not in known:
                shipment.children.append(line)


def _lines(declaration: Node) -> Iterator[tuple[Node, list[Element]]]:
    """The OCI lines of a declaration, each with the elements it takes the place of."""
    for subject, name in ROLES.items():
        for entity in declaration.all(name):
            yield from _entity_lines(entity, subject)
    for content, name in TEXTS_OF.items():
        if name in declaration.elements:
            yield _line(content, declaration.elements[name]), [declaration.elements.pop(name)]
    for content, name in CODES_OF.items():
        for one in [child for child in declaration.children if child.name == name and "@value" in child.elements]:
            yield _line(content, one.elements["@value"]), [one.elements["@value"]]
    for person in declaration.all("issuedBy"):
        names = [person.elements.pop(part) for part in ("firstName", "lastName") if part in person.elements]
        if names:
            yield _line("SN", like(" ".join(one.text for one in names), names[0])), names
    issued = declaration.elements.get("issuedOn")
    text = _issued_text(issued.text) if issued is not None else None
    if issued is not None and text is not None:
        yield _line("SD", like(text, issued)), [declaration.elements.pop("issuedOn")]


def _entity_lines(entity: Node, subject: str) -> Iterator[tuple[Node, list[Element]]]:
    identifier = entity.elements.pop("regulatedEntityIdentifier", None)
    if identifier is None:
        return
    match = _IDENTIFIER.fullmatch(identifier.text)
    category = entity.elements.pop("regulatedEntityCategory", None)
    kind = category.text if category is not None else match[2] if match else "RA"
    wire = next((ours for ours, theirs in ICAO.items() if theirs == kind), kind)
    line = _line(wire, like(match[3] if match else identifier.text, identifier))
    if match:
        line.elements["country"] = like(match[1], identifier)
    if subject:
        line.elements["subjectCode"] = like(subject, identifier)
    yield line, [identifier, *([category] if category is not None else [])]
    expiry = entity.elements.get("regulatedEntityExpiryDate")
    if expiry is not None and _MOMENT.fullmatch(expiry.text):
        yield _line("ED", like(expiry.text[5:7] + expiry.text[2:4], expiry)), [entity.elements.pop("regulatedEntityExpiryDate")]


def _line(content: str, text: Element) -> Node:
    elements = {"contentCode": like(content, text), "note": text}
    return Node("customsInformation", elements, [], text.line, text.column, text.offset)


def _issued_text(moment: str) -> str | None:
    match = _MOMENT.fullmatch(moment.removesuffix("Z"))
    return f"{match[3]}{MONTHS[int(match[2]) - 1]}{match[1]}{match[4]}{match[5]}" if match else None


def write_security(shipment: Node) -> None:
    """One declaration beside the customs lines that tell of security; none where none does."""
    made = Node("securityDeclarations")
    last: Node | None = None
    for line in shipment.all("customsInformation"):
        last = _tell(made, line, last)
    if made.elements or made.children:
        shipment.children.append(made)


def _tell(made: Node, line: Node, last: Node | None) -> Node | None:
    """Add what one line tells; the regulated entity that an expiry date after it belongs to."""
    content, text = line.text("contentCode") or "", line.text("note") or ""
    role = ROLES.get(line.text("subjectCode") or "")
    if not text:
        return last
    if content in ENTITIES and role:
        last = _entity(content, text, line.text("country"), role)
        made.children.append(last)
    elif content == "ED" and last is not None and (match := _EXPIRY.fullmatch(text)):
        last.elements["regulatedEntityExpiryDate"] = Element(f"20{match[2]}-{match[1]}-01T00:00:00")
    elif content in CODES_OF and text in vocabulary().codes[_list(CODES_OF[content])]:
        made.children.append(Node(CODES_OF[content], {"@value": Element(text)}))
    elif content in TEXTS_OF:
        made.elements.setdefault(TEXTS_OF[content], Element(text))
    elif content == "SN":
        made.children.append(Node("issuedBy", {"@type": Element("Person"), "lastName": Element(text)}))
    elif content == "SD" and (moment := _moment(text)):
        made.elements.setdefault("issuedOn", Element(moment))
    return last


def _list(property: str) -> str:
    return vocabulary().classes["SecurityDeclaration"].properties[property].range


def _entity(content: str, text: str, country: str | None, role: str) -> Node:
    identifier = f"{country}/{content}/{text}" if country else text
    return Node(
        role,
        {"regulatedEntityCategory": Element(ICAO.get(content, content)), "regulatedEntityIdentifier": Element(identifier)},
    )


def _moment(text: str) -> str | None:
    """``ddmmmyytttt`` as a time; None for anything else."""
    match = _ISSUED.fullmatch(text)
    if match is None:
        return None
    try:
        moment = datetime(2000 + int(match[3]), month_number(match[2]), int(match[1]), int(match[4]), int(match[5]))  # noqa: DTZ001 - local to the issuer
    except ValueError:
        return None
    return moment.isoformat()
