"""What the class table says of a graph: classes, properties, ranges, cardinalities, datatypes, codes. Changes nothing."""

import re
from collections.abc import Mapping

from adapters.one_record.frame import Named, named
from adapters.one_record.graph import STRING, Graph, Link, Literal, Report, Subject
from adapters.one_record.vocabulary import API, CARGO, NAMESPACE, XSD, Property, Vocabulary, local
from hub.problem import Code

_NUMERIC = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_ZONE = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)?"
_DAY = r"((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|[12]\d))"
LEXICAL = {
    "xsd:double": (re.compile(_NUMERIC + "|[+-]?INF|NaN"), "a number"),
    "xsd:integer": (re.compile(r"[+-]?\d+"), "a whole number"),
    "xsd:positiveInteger": (re.compile(r"\+?0*[1-9]\d*"), "a whole number from 1"),
    "xsd:nonNegativeInteger": (re.compile(r"\+?\d+"), "a whole number from 0"),
    "xsd:boolean": (re.compile("true|false"), "true or false"),
    "xsd:dateTime": (
        re.compile(r"-?\d{4}-" + _DAY + r"T(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)" + _ZONE),
        "a time like 2026-11-21T10:30:00Z",
    ),
    "xsd:anyURI": (re.compile(r"[^\s<>\"{}|\\^`]+"), "an IRI"),
    "xsd:duration": (
        re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
        "a duration like P3DT12H",
    ),
}
"""Lexical forms of XML Schema part 2, sections 3.2 and 3.3, for the datatypes the ontology uses."""

WAIVED = frozenset(("notifyRequestStatusChange", "hasLogisticsEvent"))
"""Mandatory in the ontology, optional in the standard's text (api-features, bulk events; subscriptions): the text was followed.
"""

NUMBERS = frozenset(("double", "float", "decimal", "integer", "int", "long", "short", "positiveInteger", "nonNegativeInteger"))


class Checker:
    """Checks the subjects of one tree against the class table."""

    def __init__(self, graph: Graph, vocabulary: Vocabulary, report: Report) -> None:
        self.graph = graph
        self.vocabulary = vocabulary
        self.report = report

    def check(self, visited: dict[str, Named], shown: Mapping[str, Subject]) -> None:
        """All that was visited, in order, as it was shown: what a tree leaves out is checked with the tree that shows it."""
        for key, kind in visited.items():
            subject = shown.get(key)
            if subject is not None and subject.stated:
                self._subject(subject, kind)

    def _subject(self, subject: Subject, kind: Named) -> None:
        self._class(subject, kind)
        if kind.known is None:
            return
        for iri, values in subject.values.items():
            if not values:
                continue
            short = self.vocabulary.names.get(iri, local(iri))
            rule = kind.known.properties.get(short) if iri.startswith((CARGO, API)) else None
            if rule is None:
                self._unknown(subject, kind, iri, short, values[0])
            else:
                self._cardinality(kind, rule, values)
                for value in values:
                    self._value(kind, rule, value)
        self._missing(subject, kind)

    def _class(self, subject: Subject, kind: Named) -> None:
        if not subject.types:
            if not kind.name:
                message = "The object states no @type, so its meaning is unknown. Ask the sender to add it."
                self.report.add(
                    Code.ONE_CLASS_MISSING,
                    message,
                    subject.pointer,
                    subject.offset,
                    element="@type",
                    expected="a cargo or api class",
                )
            return
        for iri, (pointer, offset) in subject.types.items():
            found = self.vocabulary.class_of(iri)
            if found is None:
                self._unknown_class(iri, pointer, offset)
            elif kind.known and found.name not in kind.known.lineage:
                message = (
                    f"The object is said to be both {kind.name} and {found.name}, which is no superclass of it; "
                    f"it was read as {kind.name}."
                )
                self.report.add(
                    Code.ONE_CLASS_CONFLICT, message, pointer, offset, element="@type", found=found.name, expected=kind.name
                )

    def _unknown_class(self, iri: str, pointer: str, offset: int) -> None:
        if iri.startswith(NAMESPACE + "code-lists/"):
            return
        bare = self.vocabulary.classes.get(iri)
        if bare is not None:
            message = f"The class {iri!r} has no namespace; {bare.iri} was meant. Ask the sender to write the prefix."
            self.report.add(Code.ONE_TERM, message, pointer, offset, element="@type", found=iri, expected=bare.iri)
            return
        message = (
            f"{iri} is no class of cargo 3.3.0 or API 2.3.0. Check the spelling (classes begin with a capital) and the namespace."
        )
        self.report.add(
            Code.ONE_CLASS_UNKNOWN, message, pointer, offset, element="@type", found=iri, expected="a cargo or api class"
        )

    def _unknown(self, subject: Subject, kind: Named, iri: str, short: str, value: Literal | Link) -> None:
        now = self.vocabulary.renamed.get(short)
        if now and kind.known and now in kind.known.properties:
            message = f"{short} is spelled {now} in cargo 3.3.0, and was read as that."
            self.report.add(
                Code.ONE_PROPERTY_RENAMED, message, value.pointer, value.offset, element=short, found=short, expected=now
            )
            return
        if kind.known and short in kind.known.earlier and iri.startswith(CARGO):
            element = f"{kind.name}#{short}"
            message = f"{element} is of an edition before cargo 3.3.0; it was read where today's edition has a place for it."
            self.report.add(Code.ONE_PROPERTY_RENAMED, message, value.pointer, value.offset, element=element, found=short)
            return
        if (
            iri.startswith(API)
            and kind.known
            and (kind.known.is_object or "LogisticsEvent" in kind.known.lineage)
            and iri in self.vocabulary.names
        ):
            return
        message = f"{kind.name} has no property {short}; it was kept as it is and means nothing to the hub."
        self.report.add(
            Code.ONE_PROPERTY_UNKNOWN, message, value.pointer, value.offset, element=f"{kind.name}#{short}", found=iri
        )

    def _cardinality(self, kind: Named, rule: Property, values: list[Literal | Link]) -> None:
        if rule.max is not None and len(values) > rule.max:
            extra = values[rule.max]
            message = f"{kind.name}#{rule.name} may have {rule.max} value, {len(values)} are given; the first was read."
            self.report.add(
                Code.ONE_CARDINALITY,
                message,
                extra.pointer,
                extra.offset,
                element=f"{kind.name}#{rule.name}",
                found=str(len(values)),
                expected=f"at most {rule.max}",
            )

    def _missing(self, subject: Subject, kind: Named) -> None:
        for rule in kind.known.required if kind.known else ():
            if rule.iri not in subject.values and rule.name not in WAIVED and (subject.values or subject.key[:2] == "_:"):
                message = f"{kind.name} must have {rule.name}, which is absent."
                self.report.add(
                    Code.ONE_MISSING,
                    message,
                    subject.pointer,
                    subject.offset,
                    element=f"{kind.name}#{rule.name}",
                    expected=f"at least {rule.min}",
                )

    def _value(self, kind: Named, rule: Property, value: Literal | Link) -> None:
        if isinstance(value, Literal):
            if rule.kind == "literal":
                self._literal(kind, rule, value)
            else:
                self._wrong(
                    Code.ONE_DATATYPE,
                    kind,
                    rule,
                    value,
                    f"{value.text[:40]!r}, a text",
                    "{'@id': …}" if rule.kind == "code" else "an object",
                )
        elif rule.kind == "code":
            self._code(kind, rule, value)
        else:
            self._range(kind, rule, value)

    def _literal(self, kind: Named, rule: Property, value: Literal) -> None:
        form = LEXICAL.get(rule.range)
        if form is not None and not form[0].fullmatch(value.text):
            self._wrong(Code.ONE_LEXICAL, kind, rule, value, repr(value.text[:40]), form[1])
        elif not self._fits(value, rule):
            self._wrong(
                Code.ONE_DATATYPE, kind, rule, value, f"{value.text[:40]!r} as {value.datatype.removeprefix(XSD)}", rule.range
            )

    def _fits(self, value: Literal, rule: Property) -> bool:
        stated, wanted = value.datatype.removeprefix(XSD), rule.range.removeprefix("xsd:")
        if stated == wanted or (wanted == "anyURI" and value.datatype == STRING):
            return True
        return wanted in NUMBERS and stated in NUMBERS

    def _range(self, kind: Named, rule: Property, value: Link) -> None:
        if rule.kind == "literal":
            if rule.range != "xsd:anyURI":
                self._wrong(Code.ONE_DATATYPE, kind, rule, value, "an object", rule.range)
            return
        subject = self.graph.subjects.get(value.key)
        if subject is None or not subject.types or not rule.range:
            return
        found = named(subject)
        if found.known and rule.range not in found.known.lineage and found.name not in self._above(rule.range):
            self._wrong(Code.ONE_RANGE, kind, rule, value, found.name, rule.range)

    def _above(self, name: str) -> frozenset[str]:
        known = self.vocabulary.classes.get(name)
        return known.lineage if known else frozenset()

    def _code(self, kind: Named, rule: Property, value: Link) -> None:
        code = local(value.key)
        subject = self.graph.subjects.get(value.key)
        if subject is not None and subject.values:
            return
        standard = self.vocabulary.code_iri(code, rule)
        if value.key == standard and not self.vocabulary.is_code(code, rule):
            self._wrong(Code.ONE_CODE, kind, rule, value, code, f"a code of {self.vocabulary.list_of(rule) or rule.range}")

    def _wrong(self, code: Code, kind: Named, rule: Property, value: Literal | Link, found: str, expected: str) -> None:
        message = f"{kind.name}#{rule.name} is {found}; {expected} was expected."
        self.report.add(
            code, message, value.pointer, value.offset, element=f"{kind.name}#{rule.name}", found=found, expected=expected
        )
