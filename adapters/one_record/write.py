"""Writes a tree as compact JSON-LD with an inline context: equal tree and delivery, equal bytes. Knows the class table, no
meaning.
"""

import json
import uuid
from typing import Any

from adapters.one_record.frame import Named
from adapters.one_record.vocabulary import API, CARGO, XSD, Property, Vocabulary, vocabulary
from hub.envelope import Outgoing, Written
from hub.problem import Code, Problem
from hub.syntax import Message, Node

SPACE = uuid.UUID("5b6a1c1e-3c0e-5a52-9a53-9f0c2f6f7f10")
"""Name space of the ``internal:`` ids (RFC 9562 section 5.5) of embedded objects."""


def write(message: Message, outgoing: Outgoing) -> Written:
    """One JSON-LD document. An embedded object without an id gets ``internal:<uuid5>`` of the message's id and its place;
    the root one below
    ``outgoing.sender`` when that is an IRI. What the class table does not have is written verbatim and reported."""
    words = vocabulary()
    scribe = Scribe(words, outgoing)
    kind = scribe.kind(message.root, message.root.name if message.root.name in words.classes else message.type)
    body = scribe.object(message.root, kind, "")
    document = {"@context": scribe.context(), **body}
    return Written(raws=[json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"], problems=scribe.problems)


class Scribe:
    """Writes the nodes of one document and remembers which prefixes it used."""

    def __init__(self, words: Vocabulary, outgoing: Outgoing) -> None:
        self.words = words
        self.outgoing = outgoing
        self.prefixes = {"cargo": CARGO}
        self.problems: list[Problem] = []
        self.said: dict[str, tuple[Any, ...]] = {}

    def context(self) -> dict[str, str]:
        """The inline context: only prefixes in use."""
        return dict(sorted(self.prefixes.items()))

    def kind(self, node: Node, expected: str) -> Named:
        """The class of a node: the one it states, else the one its place says."""
        name = node.text("@type") or expected
        return Named(name, self.words.classes.get(name))

    def object(self, node: Node, kind: Named, pointer: str) -> dict[str, Any]:
        """One object: identity first, then its properties by name."""
        made: dict[str, Any] = {}
        id = node.text("@id") or ""
        if id and self._said_before(id, node):
            return {"@id": self._named(id, kind, pointer)}
        id = self._named(id, kind, pointer)
        if id:
            made["@id"] = id
        if (kind.name and (kind.known or node.text("@type")) and not _is_reference(node)) or node.text("@type"):
            made["@type"] = self._compact(kind.known.iri) if kind.known else kind.name
        for name in _names(node):
            rule = kind.known.properties.get(name) if kind.known else None
            made[self._compact(self._iri(name, rule))] = self._values(node, name, rule, kind, pointer)
        return made

    def _said_before(self, id: str, node: Node) -> bool:
        """Whether all this node says of a named object was written already: an object is written in full once."""
        if _is_reference(node):
            return False
        said = _texts(node)
        if self.said.get(id) == said:
            return True
        self.said[id] = said
        return False

    def _named(self, id: str, kind: Named, pointer: str) -> str:
        """The id as it stands; one made for a place, or for a label ``_:…`` of a shape, where there is none."""
        return self._new_id(kind, f"/{id[2:]}" if id else pointer) if id[:2] in ("", "_:") else id

    def _new_id(self, kind: Named, pointer: str) -> str:
        place = f"{self.outgoing.message_id}{pointer}"
        base = self.outgoing.sender
        if not pointer and "://" in base:
            return f"{base.rstrip('/')}/logistics-objects/{uuid.uuid5(SPACE, place)}"
        return f"internal:{uuid.uuid5(SPACE, place)}" if pointer and kind.known and not _is_code_element(kind) else ""

    def _iri(self, name: str, rule: Property | None) -> str:
        if rule is not None:
            return rule.iri
        if ":" in name:
            return name
        return next((iri for iri in (CARGO + name, API + name) if iri in self.words.names), CARGO + name)

    def _compact(self, iri: str) -> str:
        for prefix, namespace in (("cargo", CARGO), ("api", API), ("xsd", XSD)):
            if iri.startswith(namespace):
                self.prefixes[prefix] = namespace
                return f"{prefix}:{iri[len(namespace) :]}"
        return iri

    def _values(self, node: Node, name: str, rule: Property | None, kind: Named, pointer: str) -> Any:
        if rule is None:
            self._unknown(kind, name)
        values: list[Any] = []
        element = node.elements.get(name)
        if element is not None:
            values.append(self._scalar(element.text, rule, node.text(f"{name}@id"), node.text(f"{name}@language")))
        for place, child in enumerate(node.all(name)):
            where = f"{pointer}/{name}/{place}"
            values.append(self._child(child, rule, where))
        return values[0] if len(values) == 1 and (rule is None or not rule.repeats) else values

    def _unknown(self, kind: Named, name: str) -> None:
        if ":" not in name and API + name not in self.words.names:
            message = f"{kind.name} has no property {name}; it was written verbatim."
            self.problems.append(
                Problem(code=Code.ONE_PROPERTY_UNKNOWN, message=message, element=f"{kind.name}#{name}", found=name)
            )

    def _child(self, child: Node, rule: Property | None, pointer: str) -> Any:
        value = child.text("@value")
        if value is not None:
            return self._scalar(value, rule, child.text("@id"), child.text("@language"))
        return self.object(child, self.kind(child, rule.range if rule and rule.kind != "literal" else ""), pointer)

    def _scalar(self, text: str, rule: Property | None, iri: str | None, language: str | None) -> Any:
        if iri is not None:
            return {"@id": self._compact(iri)}
        if rule is not None and rule.kind == "code":
            return self._code(text, rule)
        if rule is not None and rule.kind == "literal":
            return self._literal(text, rule.range, language)
        return {"@language": language, "@value": text} if language else text

    def _code(self, text: str, rule: Property) -> Any:
        iri = self.words.code_iri(text, rule)
        if iri:
            return {"@id": self._compact(iri)}
        return {"@type": self._compact(CARGO + "CodeListElement"), self._compact(CARGO + "code"): text}

    def _literal(self, text: str, range: str, language: str | None) -> Any:
        if language:
            return {"@language": language, "@value": text}
        if range == "xsd:boolean" and text in ("true", "false"):
            return text == "true"
        if range == "xsd:string":
            return text
        self.prefixes["xsd"] = XSD
        return {"@type": range, "@value": text}


def _names(node: Node) -> list[str]:
    elements = {name for name in node.elements if name[:1] != "@" and not name.endswith(("@id", "@language"))}
    return sorted(elements | {child.name for child in node.children})


def _texts(node: Node) -> tuple[Any, ...]:
    return ({name: one.text for name, one in node.elements.items()}, [(child.name, _texts(child)) for child in node.children])


def _is_reference(node: Node) -> bool:
    return not node.children and all(name[:1] == "@" for name in node.elements)


def _is_code_element(kind: Named) -> bool:
    return kind.known is not None and "CodeListElement" in kind.known.lineage
