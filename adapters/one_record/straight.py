"""A plain nested document straight to its tree, in one walk: the same tree as the graph gives, where nothing is wrong or unusual.

Anything else (a fault, a second context, ``@graph``, an object described twice, a value JSON-LD reads in its own way) raises
:class:`Unusual`, and the graph is built instead. That both give the same is a law with a test of its own.
"""

import functools
import re
from collections.abc import Callable
from typing import Any

import msgspec

from adapters.one_record.check import LEXICAL, WAIVED
from adapters.one_record.context import IRI
from adapters.one_record.frame import GROWTH, INVERSE, SPARE_NODES
from adapters.one_record.graph import NUMERIC, STRING, literal
from adapters.one_record.lexicon import Lexicon, Plan, Unusual, fitting, lexicon
from adapters.one_record.scan import LIMIT_BYTES, LIMIT_DEPTH, Lines
from adapters.one_record.vocabulary import XSD, Class, Property
from hub.syntax import Element, Node

_TOKEN = re.compile(r'[\s:,\]}]*+("[^"\\]*+(?:\\.[^"\\]*+)*+"|[-0-9tfn][^\s,\]}]*+|[\[{])', re.DOTALL)
_NUMBER = re.compile(r"[-0-9][-+.0-9eE]*")


class Straight(msgspec.Struct, frozen=True, kw_only=True):
    """A document understood the short way: its root's tree, class, and where it stands."""

    root: Node
    type: str
    iri: str
    reference: str
    offset: int


class _Walk:
    """One walk over one document. ``at`` is the number of the token to come."""

    def __init__(self, text: str, words: Lexicon, starts: list[int]) -> None:
        self.text = text
        self.words = words
        self.starts = starts
        self.at = 0
        self.short = words.context.terms.keys().isdisjoint(("internal", "http", "https"))
        breaks = Lines.of(text) if "\n" in text or "\r" in text else None
        self.place: Callable[[int], tuple[int, int]] = breaks.place if breaks else _on_line_one
        self.described: dict[str, Node] = {}
        self.bare: list[tuple[Node, str, Plan | None]] = []
        self.coded: set[str] = set()
        self.made = 0

    def node(self, value: dict[str, Any], name: str, kind: Class | None, pointer: str, depth: int) -> Node:
        """One object and all below it. ``kind`` is what its place says; its own ``@type`` says better."""
        if depth > LIMIT_DEPTH:
            raise Unusual
        self.made += 1
        offset = self.starts[self.at]
        self.at += 1
        line, column = self.place(offset)
        node = Node(name, {}, [], line, column, offset)
        stated = value.get("@type")
        if stated.__class__ is str:
            kind = self.words.classes.get(stated) or self.words.class_of(stated)
        if kind is None or (stated is not None and stated.__class__ is not str):
            raise Unusual
        plans = self.words.plans.get(kind.name) or {}
        told: list[str] = []
        for key, inner in value.items():
            self.at += 1
            plan = plans.get(key)
            if plan is None:
                if key == "@type":
                    offset = self.starts[self.at]
                    self.at += 1
                    line, column = self.place(offset)
                    node.elements[key] = Element(kind.name, line, column, offset, pointer + "/@type")
                    continue
                if key[:1] == "@":
                    self._keyword(node, key, inner, pointer, depth)
                    continue
                plan = self.words.plan(kind, key)
            told.append(plan.short)
            if inner.__class__ is list:
                self._list(node, plan, inner, pointer + plan.step, depth)
            else:
                self._value(node, plan, inner, pointer + plan.step, depth)
        self._settle(node, told, kind)
        return node

    def _keyword(self, node: Node, key: str, value: Any, pointer: str, depth: int) -> None:
        at, self.at = self.at, self.at + 1
        if key == "@context" and depth == 0:
            self.at = at + _tokens(value)
            return
        if key != "@id" or value.__class__ is not str or not value:
            raise Unusual
        plain = self.short and value[:9] == "internal:" and IRI.match(value) is not None
        text = value if plain else self.words.name(value)
        offset = self.starts[at]
        line, column = self.place(offset)
        node.elements["@id"] = Element(text, line, column, offset, pointer + "/@id")

    def _settle(self, node: Node, told: list[str], kind: Class) -> None:
        """Put what was found in the order of its names; see that nothing is said twice and nothing needed is missing."""
        elements = node.elements
        if len(told) > 1:
            if len(set(told)) < len(told):
                raise Unusual
            if len(node.children) > 1:
                node.children.sort(key=_name_of)
        names = sorted(elements)
        if names != [*elements]:
            node.elements = elements = {name: elements[name] for name in names}
        if kind.required and (told or "@id" not in elements):
            _complete(told, kind)
        identity = elements.get("@id")
        if identity is not None:
            self._know(node, identity.text, told)

    def _know(self, node: Node, name: str, told: list[str]) -> None:
        """Remember what is described by which name, and what is only named."""
        if name[:2] == "_:":
            del node.elements["@id"]
        if not told:
            self.bare.append((node, name, None))
        elif self.described.setdefault(name, node) is not node:
            raise Unusual

    def _list(self, node: Node, plan: Plan, values: list[Any], pointer: str, depth: int) -> None:
        most = plan.rule.max
        if most is not None and len(values) > most:
            raise Unusual
        self.at += 1
        marks = set()
        for place, value in enumerate(values):
            mark = (value.get("@id") or value.get("@value")) if value.__class__ is dict else value
            if mark.__class__ is not str:
                if value.__class__ is not dict or mark is not None:
                    raise Unusual
            elif mark in marks:
                raise Unusual
            else:
                marks.add(mark)
            self._value(node, plan, value, f"{pointer}/{place}", depth)

    def _value(self, node: Node, plan: Plan, value: Any, pointer: str, depth: int) -> None:
        kind = value.__class__
        if kind is dict:
            if "@value" in value:
                self._typed(node, plan, value, pointer)
            elif "@id" in value and plan.rule.kind == "code":
                self._code(node, plan, value, pointer)
            else:
                self._child(node, plan, value, pointer, depth)
            return
        offset = self.starts[self.at]
        self.at += 1
        if kind is str:
            self._literal(node, plan, value, plan.coercion or STRING, offset, pointer)
        elif kind is bool:
            self._literal(node, plan, "true" if value else "false", plan.coercion or XSD + "boolean", offset, pointer)
        elif value is None:
            raise Unusual
        else:
            self._number(node, plan, plan.coercion, offset, pointer)

    def _typed(self, node: Node, plan: Plan, value: dict[str, Any], pointer: str) -> None:
        inner, stated = value["@value"], value.get("@type", "")
        if len(value) != 1 + ("@type" in value) or stated.__class__ is not str:
            raise Unusual
        datatype = (self.words.datatypes.get(stated) or self.words.datatype(stated)) if stated else ""
        offset = self.starts[self.at + (2 if next(iter(value)) == "@value" else 4)]
        self.at += 1 + 2 * len(value)
        if inner.__class__ is str:
            self._literal(node, plan, inner, datatype or STRING, offset, f"{pointer}/@value")
        elif inner.__class__ is int or inner.__class__ is float:
            self._number(node, plan, datatype, offset, f"{pointer}/@value")
        else:
            raise Unusual

    def _number(self, node: Node, plan: Plan, datatype: str, offset: int, pointer: str) -> None:
        found = _NUMBER.match(self.text, offset)
        if found is None:
            raise Unusual
        text = found[0]
        native = XSD + ("integer" if text.lstrip("-").isdigit() else "double")
        self._literal(node, plan, text, datatype or native, offset, pointer)

    def _literal(self, node: Node, plan: Plan, text: str, datatype: str, offset: int, pointer: str) -> None:
        rule = plan.rule
        if rule.kind != "literal":
            raise Unusual
        if datatype is not STRING:
            if datatype in NUMERIC or datatype == XSD + "boolean":
                text = literal(text, datatype).text
            if datatype not in fitting(rule.range):
                raise Unusual
        elif STRING not in fitting(rule.range):
            raise Unusual
        form = LEXICAL.get(rule.range)
        if form is not None and not form[0].fullmatch(text):
            raise Unusual
        self._put(node, plan, text, "", offset, pointer)

    def _code(self, node: Node, plan: Plan, value: dict[str, Any], pointer: str) -> None:
        name = value["@id"]
        if len(value) != 1 or name.__class__ is not str or not name:
            raise Unusual
        text, iri, key = plan.codes.get(name) or self.words.code(plan, name)
        self.coded.add(key)
        offset = self.starts[self.at]
        self.at += 3
        self._put(node, plan, text, iri, offset, pointer)

    def _put(self, node: Node, plan: Plan, text: str, iri: str, offset: int, pointer: str) -> None:
        line, column = self.place(offset)
        element = Element(text, line, column, offset, pointer)
        if plan.rule.repeats:
            extras = {"@value": element, "@id": Element(iri, line, column, offset, pointer)} if iri else {"@value": element}
            node.children.append(Node(plan.short, extras, [], line, column, offset))
            return
        node.elements[plan.short] = element
        if iri:
            node.elements[f"{plan.short}@id"] = Element(iri, line, column, offset, pointer)

    def _child(self, node: Node, plan: Plan, value: dict[str, Any], pointer: str, depth: int) -> None:
        rule = plan.rule
        if rule.kind == "literal":
            raise Unusual
        child = self.node(value, plan.short, self.words.words.classes.get(rule.range), pointer, depth + 1)
        if rule.kind == "object":
            if "@type" in child.elements and not self._in_range(rule, child.elements["@type"].text):
                raise Unusual
            if self.bare and self.bare[-1][0] is child:
                self.bare[-1] = (child, self.bare[-1][1], plan)
        node.children.append(child)

    def _in_range(self, rule: Property, name: str) -> bool:
        classes = self.words.words.classes
        found, expected = classes.get(name), classes.get(rule.range)
        if not rule.range or found is None or rule.range in found.lineage:
            return True
        return expected is not None and name in expected.lineage

    def finish(self) -> None:
        """Show again, where it is only named, what is described elsewhere; anything more tangled is for the graph."""
        if not self.coded.isdisjoint(self.described):
            raise Unusual
        often: dict[str, int] = {}
        for _, name, _ in self.bare:
            often[name] = often.get(name, 0) + 1
        tangled = {id(node) for node, name, _ in self.bare if name in self.described}
        subjects = self.made
        for node, name, plan in self.bare:
            found = self.described.get(name)
            if "@type" in node.elements and (found is not None or often[name] > 1):
                raise Unusual
            if found is not None:
                self._show(node, found, plan, tangled)
        if self.made > SPARE_NODES + GROWTH * subjects:
            raise Unusual

    def _show(self, node: Node, found: Node, plan: Plan | None, tangled: set[int]) -> None:
        if plan is None or plan.short in INVERSE:
            raise Unusual
        told = found.elements.get("@type")
        if told is not None and not self._in_range(plan.rule, told.text):
            raise Unusual
        node.elements.update((key, _again(one)) for key, one in found.elements.items() if key != "@id")
        node.children = [self._copy(child, tangled) for child in found.children]

    def _copy(self, node: Node, tangled: set[int]) -> Node:
        if id(node) in tangled:
            raise Unusual
        self.made += 1
        elements = {key: _again(one) for key, one in node.elements.items()}
        children = [self._copy(child, tangled) for child in node.children]
        return Node(node.name, elements, children, node.line, node.column, node.offset)


def _complete(told: list[str], kind: Class) -> None:
    if any(rule.name not in told and rule.name not in WAIVED for rule in kind.required):
        raise Unusual


def _again(one: Element) -> Element:
    return Element(one.text, one.line, one.column, one.offset, one.path)


def _name_of(node: Node) -> str:
    return node.name


def _on_line_one(offset: int) -> tuple[int, int]:
    return 1, offset + 1


def _tokens(value: Any) -> int:
    """How many tokens a value is: itself, and for objects and lists all that is in them."""
    if value.__class__ is dict:
        return 1 + len(value) + sum(map(_tokens, value.values()))
    return 1 + sum(map(_tokens, value)) if value.__class__ is list else 1


@functools.lru_cache(maxsize=1)
def straight(text: str) -> Straight | None:
    """The document by the short way; None when it is for the graph. The last one is kept for ``read`` after ``split``."""
    try:
        return _straight(text)
    except (Unusual, msgspec.MsgspecError, RecursionError, IndexError):
        return None


def _straight(text: str) -> Straight | None:
    if "\\u" in text or text.count('"@context"') != 1 or len(text) > LIMIT_BYTES or text.lstrip()[:1] != "{":
        return None
    value = msgspec.json.decode(text)
    stated, type = value.get("@context"), value.get("@type")
    if stated.__class__ is not dict or type.__class__ is not str:
        return None
    starts = [found.start(1) for found in _TOKEN.finditer(text)]
    words = lexicon(msgspec.json.encode(stated))
    kind = words.classes.get(type) or words.class_of(type)
    walk = _Walk(text, words, starts)
    node = walk.node(value, kind.name, kind, "", 0)
    if walk.at != len(starts) or kind.name == "Collection":
        return None
    walk.finish()
    return Straight(root=node, type=kind.name, iri=kind.iri, reference=node.text("@id") or "", offset=starts[0])
