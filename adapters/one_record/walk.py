"""One walk over the values of a plain nested document, to the tree the graph gives. Knows a context's words, no roots.

Places are those of the document's strings: the text cut at its quotation marks says where each begins. Anything wrong or unusual
raises :class:`Unusual`.
"""

import re
from itertools import accumulate
from typing import Any

from adapters.one_record.frame import GROWTH, INVERSE, SPARE_NODES
from adapters.one_record.graph import STRING
from adapters.one_record.lexicon import CODE, CONTEXT, LITERAL, NAME, OBJECT, TEXT, TYPE, Lexicon, Plan, Step, Unusual, shared
from adapters.one_record.scan import LIMIT_DEPTH, Lines
from adapters.one_record.vocabulary import XSD, Property
from hub.syntax import Element, Node

DEEPEST = LIMIT_DEPTH - 3
"""Brackets around an object that may hold a list of typed values without going beyond the limit."""

_SCALAR = re.compile(r"[\s:]*+([-0-9][-+.0-9eE]*+|true|false)")


class Walk:
    """One walk over one document. ``at`` is the number of the piece between quotation marks that the next string follows."""

    def __init__(self, text: str, words: Lexicon) -> None:
        self.text = text
        self.words = words
        # An escaped quotation mark ends no string.
        bare = text.replace("\\\\", "__").replace('\\"', "__") if "\\" in text else text
        self.ends = [*accumulate(map(len, bare.split('"')))]
        self.at = 0
        self.lines = Lines.of(text) if "\n" in text or "\r" in text else None
        self.described: dict[str, Node] = {}
        self.bare: list[tuple[Node, str, Step | None]] = []
        self.coded: set[str] = set()
        self.made = 0

    def node(  # noqa: C901 - every value of every document comes by here
        self, value: dict[str, Any], name: str, expected: str, pointer: str, depth: int, above: Step | None = None
    ) -> Node:
        """One object and all below it. ``expected`` is the class its place says; its own ``@type`` says better."""
        stated = value.get("@type", expected)
        if depth > DEEPEST or stated.__class__ is not str:
            raise Unusual
        words, lines, ends, at = self.words, self.lines, self.ends, self.at
        plan = words.plans.get((stated, *value)) or words.plan(stated, value)
        if plan.typed and above is not None and above.form is OBJECT and above.below not in plan.kind.lineage:
            self._fits(above.rule, plan.kind.name)
        self.made += 1
        offset = self.text.rfind("{", 0, ends[at] + at)
        line, column = (1, offset + 1) if lines is None else lines.place(offset)
        elements: dict[str, Element] = {}
        children: list[Node] = []
        node = Node(name, elements, children, line, column, offset)
        paths = plan.paths.get(pointer) or words.paths(plan, pointer)
        for step, path, inner in zip(plan.steps, paths, value.values(), strict=True):
            at += 2
            kind, form = inner.__class__, step.form
            if kind is str and form <= TEXT:
                if form is NAME:
                    inner = words.name(inner)
                elif form is TYPE:
                    inner = plan.kind.name
                offset = ends[at] + at
                at += 2
                line, column = (1, offset + 1) if lines is None else lines.place(offset)
                element = Element(inner, line, column, offset, path)
                if step.repeats:
                    children.append(Node(step.short, {"@value": element}, [], line, column, offset))
                else:
                    elements[step.short] = element
                continue
            self.at = at
            if kind is dict and form is OBJECT:
                children.append(self.node(inner, step.short, step.below, path, depth + 1, step))
            elif kind is list:
                self._list(node, step, inner, path, depth)
            else:
                self._value(node, step, inner, path, depth)
            at = self.at
        self.at = at
        if not plan.ordered or len(elements) > len(plan.steps):
            children.sort(key=_name_of)
            node.elements = dict(sorted(elements.items()))
        if plan.named:
            self._know(node, plan, above)
        return node

    def _value(self, node: Node, step: Step, value: Any, pointer: str, depth: int) -> None:
        """A value that is not the commonest of its property. ``at`` stands behind its key, or behind the value before."""
        kind, form, iri = value.__class__, step.form, ""
        if kind is dict:
            if form is OBJECT or (form is CODE and "@id" not in value):
                node.children.append(self.node(value, step.short, step.below, pointer, depth + 1, step))
                return
            if form is CODE:
                text, iri, offset = self._code(step, value)
            elif form is CONTEXT and depth == 0:
                self.at += 2 * self.words.strings
                return
            else:
                text, offset = self._typed(step, value)
                pointer += "/@value"
        elif form is not TEXT and form is not LITERAL:
            raise Unusual
        elif kind is str:
            offset = self.ends[self.at] + self.at
            self.at += 2
            text = value if form is TEXT else shared(value, step.coercion or STRING, step.rule.range)
        else:
            text, offset = self._scalar(step, self.at, step.coercion)
        line, column = (1, offset + 1) if self.lines is None else self.lines.place(offset)
        element = Element(text, line, column, offset, pointer)
        if step.repeats:
            node.children.append(Node(step.short, {"@value": element}, [], line, column, offset))
        else:
            node.elements[step.short] = element
        if iri:
            _beside(node, step, "@id", iri, element)
        elif step.language and kind is str:
            _beside(node, step, "@language", step.language, element)

    def _scalar(self, step: Step, at: int, datatype: str) -> tuple[str, int]:
        """A number or truth value as it is written, the first in a piece between strings."""
        found = _SCALAR.match(self.text, self.ends[at - 1] + at)
        if found is None:
            raise Unusual
        text = found[1]
        native = "boolean" if text in ("true", "false") else "integer" if text.lstrip("-").isdigit() else "double"
        return shared(text, datatype or XSD + native, step.rule.range), found.start(1)

    def _typed(self, step: Step, value: dict[str, Any]) -> tuple[str, int]:
        """``@value``, with ``@type`` or alone."""
        if step.form is not TEXT and step.form is not LITERAL:
            raise Unusual
        match [*value.items()]:
            case [("@type", stated), ("@value", inner)]:
                at = self.at + 6
            case [("@value", inner), ("@type", stated)]:
                at = self.at + 2
            case [("@value", inner)]:
                at, stated = self.at + 2, None
            case _:
                raise Unusual
        if stated is not None and stated.__class__ is not str:
            raise Unusual
        datatype = "" if stated is None else self.words.datatypes.get(stated) or self.words.datatype(stated)
        self.at += 4 * len(value)
        if inner.__class__ is str:
            return shared(inner, datatype or STRING, step.rule.range), self.ends[at] + at
        self.at -= 2
        if inner.__class__ is not int and inner.__class__ is not float:
            raise Unusual
        return self._scalar(step, at, datatype)

    def _code(self, step: Step, value: dict[str, Any]) -> tuple[str, str, int]:
        """A code by its IRI, which may say its class."""
        name = value["@id"]
        if name.__class__ is not str or not name:
            raise Unusual
        if len(value) > 1:
            stated = value.get("@type")
            if len(value) > 2 or stated.__class__ is not str:
                raise Unusual
            self.words.class_of(stated)
        text, iri, key = step.codes.get(name) or self.words.code(step, name)
        self.coded.add(key)
        at = self.at
        self.at += 4 * len(value)
        return text, iri, self.text.rfind("{", 0, self.ends[at] + at)

    def _list(self, node: Node, step: Step, values: list[Any], pointer: str, depth: int) -> None:
        most = step.rule.max
        if not values or (most is not None and len(values) > most):
            raise Unusual
        for place, value in enumerate(values):
            if value.__class__ is not str and (value.__class__ is not dict or step.form is CONTEXT):
                raise Unusual
            self._value(node, step, value, f"{pointer}/{place}", depth + 1)
        if len(values) > 1:
            _no_value_twice(values, node.children[-len(values) :])

    def _know(self, node: Node, plan: Plan, above: Step | None) -> None:
        """Remember what is described by which name, and what is only named."""
        name = node.elements["@id"].text
        if name[:2] == "_:":
            del node.elements["@id"]
        if not plan.told:
            self.bare.append((node, name, above if above is not None and above.form is OBJECT else None))
        elif self.described.setdefault(name, node) is not node:
            raise Unusual

    def _fits(self, rule: Property, name: str) -> None:
        """See that a property may have an object of this class."""
        classes = self.words.words.classes
        found, expected = classes.get(name), classes.get(rule.range)
        if not rule.range or found is None or rule.range in found.lineage:
            return
        if expected is None or name not in expected.lineage:
            raise Unusual

    def finish(self) -> None:
        """Show again, where it is only named, what is described elsewhere; anything more tangled is for the graph."""
        if self.at != len(self.ends) - 1 or not self.coded.isdisjoint(self.described):
            raise Unusual
        often: dict[str, int] = {}
        for _, name, _ in self.bare:
            often[name] = often.get(name, 0) + 1
        tangled = {id(node) for node, name, _ in self.bare if name in self.described}
        subjects = self.made
        for node, name, step in self.bare:
            found = self.described.get(name)
            if "@type" in node.elements and (found is not None or often[name] > 1):
                raise Unusual
            if found is not None:
                self._show(node, found, step, tangled)
        if self.made > SPARE_NODES + GROWTH * subjects:
            raise Unusual

    def _show(self, node: Node, found: Node, step: Step | None, tangled: set[int]) -> None:
        if step is None or step.short in INVERSE:
            raise Unusual
        told = found.elements.get("@type")
        if told is not None:
            self._fits(step.rule, told.text)
        node.elements.update((key, _again(one)) for key, one in found.elements.items() if key != "@id")
        node.children = [self._copy(child, tangled) for child in found.children]

    def _copy(self, node: Node, tangled: set[int]) -> Node:
        if id(node) in tangled:
            raise Unusual
        self.made += 1
        elements = {key: _again(one) for key, one in node.elements.items()}
        children = [self._copy(child, tangled) for child in node.children]
        return Node(node.name, elements, children, node.line, node.column, node.offset)


def _beside(node: Node, step: Step, name: str, text: str, element: Element) -> None:
    """What the short text of a value does not say: a code's IRI outside the property's own list, a language."""
    holder, prefix = (node.children[-1], "") if step.repeats else (node, step.short)
    holder.elements[prefix + name] = Element(text, element.line, element.column, element.offset, element.path)


def _no_value_twice(values: list[Any], children: list[Node]) -> None:
    """A graph is a set: of values that are the same it has one."""
    marks = [tuple(child.elements[key].text for key in ("@value", "@id") if key in child.elements) for child in children]
    marks += [(value["@id"],) for value in values if value.__class__ is dict and value.get("@id", "")[:2] == "_:"]
    named = [mark for mark in marks if mark]
    if len(set(named)) < len(named):
        raise Unusual


def _again(one: Element) -> Element:
    return Element(one.text, one.line, one.column, one.offset, one.path)


def _name_of(node: Node) -> str:
    return node.name
