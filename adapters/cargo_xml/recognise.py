"""Recognises Cargo-XML by namespace, never by prefix, with a parser that knows no entities, DTDs or network."""

import tomllib
from collections.abc import Sequence
from functools import cached_property
from importlib import resources

from lxml import etree

from hub.envelope import Frame, Outgoing, Part, Split, Written
from hub.problem import Code, Problem
from hub.syntax import Message, Node

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class CargoXml:
    """The format as hub.ports.Format."""

    name = "cargo-xml"

    @cached_property
    def _types(self) -> dict[str, str]:
        table = tomllib.loads(resources.files("schemas").joinpath("cargo_xml", "messages.toml").read_text())
        return {f"{{{row['namespace']}}}{row['root']}": row["type"] for row in table["message"]}

    def sniff(self, head: bytes) -> int:
        """XML is ours unless somebody is surer."""
        for mark in _BOMS:
            head = head.removeprefix(mark)
        start = head.replace(b"\0", b"").lstrip()
        return 80 if start.startswith(b"<?xml") or start[:1] == b"<" else 0

    def split(self, raw: bytes) -> Split:
        """The one message of a document, also inside a web-service wrapper."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
        try:
            root = etree.fromstring(raw, parser)
        except (etree.XMLSyntaxError, ValueError) as fault:
            return Split(format=self.name, problems=[_syntax(fault)])
        if root.getroottree().docinfo.doctype:
            return Split(format=self.name, problems=[_doctype()])
        found = next((one for one in root.iter() if one.tag in self._types), None)
        if found is None:
            return Split(format=self.name, problems=[_foreign(root)])
        return self._part(found, raw)

    def _part(self, found: etree._Element, raw: bytes) -> Split:
        header = _header(found)
        frame = Frame(layer="cargo-xml", control_reference=header.get("ID"), said_at=header.get("IssueDateTime"))
        part = Part(
            format=self.name,
            type=self._types[str(found.tag)],
            version=header.get("VersionID", ""),
            text=raw.decode("utf-8", "replace"),
            line=found.sourceline or 1,
            frame=0,
            reference=header.get("ID", ""),
        )
        return Split(format=self.name, frames=[frame], parts=[part])

    def read(self, part: Part) -> Message:
        """No tables yet: the message by its name, and the problem that says so."""
        problem = Problem(
            code=Code.TYPE_UNKNOWN,
            message=f"{part.type} {part.version}: Cargo-XML is recognised and kept, but cannot be read yet; replay when it can",
            line=part.line,
            column=1,
            offset=0,
            found=part.type,
        )
        return Message(format=self.name, type=part.type, version=part.version, root=Node(name=part.type), problems=[problem])

    def write(self, message: Message, outgoing: Outgoing) -> Written:
        """Nothing can be written without tables."""
        problem = Problem(code=Code.NOT_EXPRESSIBLE, message=f"{message.type} cannot be written yet")
        return Written(raws=[], problems=[problem])

    def supports(self) -> Sequence[tuple[str, str]]:
        """Nothing yet."""
        return ()

    def table(self, type: str, version: str) -> tuple[str, str] | None:
        """No tables yet."""
        return None


def _header(root: etree._Element) -> dict[str, str]:
    header = next((one for one in root.iter(etree.Element) if etree.QName(one).localname == "MessageHeaderDocument"), None)
    if header is None:
        return {}
    return {etree.QName(one).localname: (one.text or "").strip() for one in header if isinstance(one.tag, str)}


def _syntax(fault: Exception) -> Problem:
    line, column = getattr(fault, "position", (1, 1)) or (1, 1)
    return Problem(code=Code.XML_SYNTAX, message=f"not well-formed XML: {fault}", line=line or 1, column=column or 1)


def _doctype() -> Problem:
    return Problem(code=Code.XML_DOCTYPE, message="a document type declaration is refused", line=1, column=1)


def _foreign(root: etree._Element) -> Problem:
    name = etree.QName(root)
    return Problem(
        code=Code.TYPE_UNKNOWN,
        message=f"XML, but no Cargo-XML message we know: {name.localname} in {name.namespace or 'no namespace'}",
        line=root.sourceline or 1,
        column=1,
        found=name.localname,
        expected="a root in an iata: namespace",
    )


def build() -> CargoXml:
    """The format, for the registry."""
    return CargoXml()
