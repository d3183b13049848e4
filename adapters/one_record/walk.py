"""One walk over the values of a plain nested document, to the tree the graph gives. Knows a context's words, no roots.

Places are those of the values: the text cut behind its keys says where the value of each begins. Anything wrong or unusual
raises :class:`Unusual`.
"""

import re
from operator import length_hint
from typing import Any

from adapters.one_record.graph import STRING
from adapters.one_record.lexicon import (
    CODE,
    CONTEXT,
    INTERNAL,
    LITERAL,
    NAME,
    OBJECT,
    TEXT,
    TYPE,
    Lexicon,
    Plan,
    Step,
    Unusual,
    shared,
)
from adapters.one_record.scan import LIMIT_DEPTH, Lines
from adapters.one_record.vocabulary import XSD, Property
from hub.syntax import Element, Node

DEEPEST = LIMIT_DEPTH - 3
"""Brackets around an object that may hold a list of typed values without going beyond the limit."""

Beside = tuple[str, str]
"""What the short text of a value does not say, and its name: a code's IRI outside the property's own list, a language."""

_COLON = re.compile(r'"\s*:\s*')
_SCALAR = re.compile(r"[-0-9][-+.0-9eE]*+|true|false")


class Walk:
    """One walk over one document, in whose text no string has a quotation mark.

    ``starts`` are where the values of all its keys begin, those not yet read in ``ahead``.
    """

    def __init__(self, text: str, words: Lexicon) -> None:
        self.text = text
        self.words = words
        self.starts = _starts(text)
        self.ahead = iter(self.starts)
        self.lines = Lines.of(text) if "\n" in text or "\r" in text else None
        self.described: dict[str, Node] = {}
        self.bare: list[tuple[Node, str, Step | None]] = []
        self.coded: set[str] = set()
        self.internal: list[str] = []
        self.made = 0
        self.lists = self.items = self.others = 0

    def node(  # noqa: C901 - every value of every document comes by here
        self, value: dict[str, Any], name: str, expected: str, offset: int, pointer: str, depth: int, above: Step | None = None
    ) -> Node:
        """One object and all below it. ``expected`` is the class its place says; its own ``@type`` says better."""
        stated = value.get("@type", expected)
        if depth > DEEPEST or stated.__class__ is not str or self.text[offset] != "{":
            raise Unusual
        words, lines, text = self.words, self.lines, self.text
        plan = words.plans.get((stated, *value)) or words.plan(stated, value)
        if plan.typed and above is not None and above.form is OBJECT and above.below not in plan.kind.lineage:
            self.fits(above.rule, plan.kind.name)
        self.made += 1
        line, column = (1, offset + 1) if lines is None else lines.place(offset)
        elements: dict[str, Element] = {}
        children: list[Node] = []
        node = Node(name, elements, children, line, column, offset)
        paths = plan.paths.get(pointer) or words.paths(plan, pointer)
        # Not strict: to see whether the others have ended, too, would take the start of a value that is not of this object.
        for step, path, inner, at in zip(plan.steps, paths, value.values(), self.ahead, strict=False):
            kind, form, beside = inner.__class__, step.form, None
            if kind is str and form <= TEXT and text[at] == '"':
                if form is NAME:
                    if inner[:9] == INTERNAL:
                        self.internal.append(inner)
                    else:
                        inner = words.name(inner)
                elif form is TYPE:
                    inner = plan.kind.name
            elif kind is dict:
                if form is OBJECT or (form is CODE and "@id" not in inner):
                    children.append(self.node(inner, step.short, step.below, at, path, depth + 1, step))
                    continue
                if form is CODE:
                    inner, beside = self._code(step, inner, at)
                elif form is CONTEXT and depth == 0:
                    self._skip(words.keys)
                    continue
                else:
                    inner, at = self._typed(step, inner)
                    path += "/@value"
            elif kind is list:
                made = self._list(step, inner, at, path, depth)
                if step.repeats or "@value" not in made[0].elements:
                    children += made
                else:
                    elements.update((step.short + key.removeprefix("@value"), one) for key, one in made[0].elements.items())
                continue
            else:
                inner, beside = self._scalar(step, inner, at)
            if lines is None:
                column = at + 1
            else:
                line, column = lines.place(at)
            element = Element(inner, line, column, at, path)
            if step.repeats:
                children.append(Node(step.short, {"@value": element}, [], line, column, at))
            else:
                elements[step.short] = element
            if beside is not None:
                _beside(children[-1].elements if step.repeats else elements, "" if step.repeats else step.short, beside, element)
        if not plan.ordered or len(elements) > len(plan.steps):
            children.sort(key=_name_of)
            node.elements = dict(sorted(elements.items()))
        if plan.named:
            self._know(node, plan, above)
        return node

    def see_end(self) -> None:
        """See that every key and every string of the text was met: none hides another of its name.

        Of all values, one behind each key and those of the lists, some are no strings: objects but the first, lists, and others.
        """
        keys = len(self.starts) - 1
        values = keys + self.items + 1
        strings = keys + values - self.made - self.lists - self.others - self.words.containers
        if next(self.ahead, 0) != self.starts[-1] or length_hint(self.ahead) or self.text.count('"') != 2 * strings:
            raise Unusual

    def _scalar(self, step: Step, value: Any, offset: int) -> tuple[str, Beside | None]:
        """A text where more is asked than any text, or a number or truth value."""
        if step.form is not TEXT and step.form is not LITERAL:
            raise Unusual
        if value.__class__ is not str:
            return self._native(step, offset, step.coercion), None
        if self.text[offset] != '"':
            raise Unusual
        text = shared(value, step.coercion or STRING, step.rule.range)
        return text, ("@language", step.language) if step.language else None

    def _native(self, step: Step, offset: int, datatype: str) -> str:
        """A number or truth value as it is written."""
        found = _SCALAR.match(self.text, offset)
        if found is None:
            raise Unusual
        text = found[0]
        self.others += 1
        native = "boolean" if text in ("true", "false") else "integer" if text.lstrip("-").isdigit() else "double"
        return shared(text, datatype or XSD + native, step.rule.range)

    def _typed(self, step: Step, value: dict[str, Any]) -> tuple[str, int]:
        """``@value``, with ``@type`` or alone: the text, and where it stands."""
        if step.form is not TEXT and step.form is not LITERAL:
            raise Unusual
        self.others += 1
        inner, stated, size, datatype = value.get("@value"), value.get("@type"), len(value), ""
        offset = next(self.ahead)
        if size == 2 and stated.__class__ is str:
            datatype = self.words.datatypes.get(stated) or self.words.datatype(stated)
            second = next(self.ahead)
            if next(iter(value)) == "@type":
                offset = second
        elif size != 1:
            raise Unusual
        if inner.__class__ is str and self.text[offset] == '"':
            return shared(inner, datatype or STRING, step.rule.range), offset
        if inner.__class__ is int or inner.__class__ is float:
            return self._native(step, offset, datatype), offset
        raise Unusual

    def _skip(self, keys: int) -> None:
        """Go behind so many keys."""
        for _ in range(keys):
            next(self.ahead)

    def _code(self, step: Step, value: dict[str, Any], offset: int) -> tuple[str, Beside | None]:
        """A code by its IRI, which may say its class."""
        name = value["@id"]
        if name.__class__ is not str or not name or self.text[offset] != "{":
            raise Unusual
        if len(value) > 1:
            stated = value.get("@type")
            if len(value) > 2 or stated.__class__ is not str:
                raise Unusual
            self.words.class_of(stated)
            next(self.ahead)
        self.others += 1
        next(self.ahead)
        text, iri, key = step.codes.get(name) or self.words.code(step, name)
        self.coded.add(key)
        return text, ("@id", iri) if iri else None

    def _list(self, step: Step, values: list[Any], offset: int, pointer: str, depth: int) -> list[Node]:
        """Values of one kind, each a node: texts, or objects."""
        most = step.rule.max
        if not values or (most is not None and len(values) > most) or step.form is CONTEXT:
            raise Unusual
        kind = values[0].__class__
        if len(values) > 1 and len({*map(type, values)}) > 1:
            raise Unusual
        made: list[Node] = []
        self.lists += 1
        self.items += len(values)
        if kind is str:
            for place, value in enumerate(values):
                offset = self.text.index('"', offset + 1)
                made.append(self._item(step, *self._scalar(step, value, offset), offset, f"{pointer}/{place}"))
                offset = self.text.index('"', offset + 1)
        elif kind is dict:
            for place, value in enumerate(values):
                offset = self.text.rfind("{", 0, self.starts[-length_hint(self.ahead)])
                made.append(self._object(step, value, offset, f"{pointer}/{place}", depth + 1))
        else:
            raise Unusual
        if len(values) > 1:
            _no_value_twice(values, made)
        return made

    def _object(self, step: Step, value: dict[str, Any], offset: int, pointer: str, depth: int) -> Node:
        """One of several objects, codes or typed values."""
        form = step.form
        if form is OBJECT or (form is CODE and "@id" not in value):
            return self.node(value, step.short, step.below, offset, pointer, depth + 1, step)
        if form is CODE:
            return self._item(step, *self._code(step, value, offset), offset, pointer)
        text, offset = self._typed(step, value)
        return self._item(step, text, None, offset, pointer + "/@value")

    def _item(self, step: Step, text: str, beside: Beside | None, offset: int, pointer: str) -> Node:
        """One of several values, as a node."""
        line, column = (1, offset + 1) if self.lines is None else self.lines.place(offset)
        element = Element(text, line, column, offset, pointer)
        elements = {"@value": element}
        if beside is not None:
            _beside(elements, "", beside, element)
        return Node(step.short, elements, [], line, column, offset)

    def _know(self, node: Node, plan: Plan, above: Step | None) -> None:
        """Remember what is described by which name, and what is only named."""
        name = node.elements["@id"].text
        if name[:2] == "_:":
            del node.elements["@id"]
        if not plan.told:
            self.bare.append((node, name, above if above is not None and above.form is OBJECT else None))
        elif self.described.setdefault(name, node) is not node:
            raise Unusual

    def fits(self, rule: Property, name: str) -> None:
        """See that a property may have an object of this class."""
        classes = self.words.words.classes
        found, expected = classes.get(name), classes.get(rule.range)
        if not rule.range or found is None or rule.range in found.lineage:
            return
        if expected is None or name not in expected.lineage:
            raise Unusual


def _starts(text: str) -> list[int]:
    """Where the values behind all keys begin, and at last a place beyond the end.

    What stands between the first key and its value has to stand behind each: other documents are not for a walk.
    """
    found = _COLON.search(text)
    if found is None:
        raise Unusual
    starts = [colon.end() for colon in re.finditer(re.escape(found[0]), text)]
    starts.append(len(text) + 1)
    return starts


def _beside(elements: dict[str, Element], prefix: str, beside: Beside, element: Element) -> None:
    """What the short text of an element does not say."""
    name, text = beside
    elements[prefix + name] = Element(text, element.line, element.column, element.offset, element.path)


def _no_value_twice(values: list[Any], children: list[Node]) -> None:
    """A graph is a set: of values that are the same it has one."""
    marks: list[object] = []
    for value, child in zip(values, children, strict=True):
        text, name = child.elements.get("@value"), child.elements.get("@id")
        if text is not None or name is not None:
            marks.append((text and text.text, name and name.text))
        elif value.__class__ is dict and value.get("@id", "")[:2] == "_:":
            marks.append(value["@id"])
    if len(set(marks)) < len(marks):
        raise Unusual


def _name_of(node: Node) -> str:
    return node.name
