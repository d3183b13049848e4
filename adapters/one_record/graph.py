"""A document as a graph: subjects with types and values, each with its JSON pointer and place. Knows JSON-LD, not the ontology."""

import re
from typing import Any

import msgspec

from adapters.one_record.context import KEYWORDS, Context, NotPlain, Term, escape
from adapters.one_record.scan import Item, Lines, Number
from adapters.one_record.vocabulary import XSD, unversioned
from hub.problem import Code, Problem

STRING = XSD + "string"
NUMERIC = frozenset(
    XSD + kind
    for kind in "double float decimal integer int long short byte positiveInteger nonNegativeInteger unsignedInt".split()
)
LIMIT_EXPONENT = 40
_IRI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*+:[^\s<>\"{}|\\^`\x00-\x20]*+$")
_NUMBER = re.compile(r"^[+-]?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$|^[+-]?\.\d+(?:[eE][+-]?\d{1,4})?$")


class Literal(msgspec.Struct, frozen=True, gc=False):
    """A literal in the form all serialisations share (numbers in plain decimal), with where it stands."""

    text: str
    datatype: str = STRING
    language: str = ""
    pointer: str = ""
    offset: int = 0


class Link(msgspec.Struct, frozen=True, gc=False):
    """A reference to a subject by its key: an IRI, or ``_:…`` for one without a name."""

    key: str
    pointer: str = ""
    offset: int = 0


class Subject(msgspec.Struct):
    """An object of the graph. Statements about one IRI anywhere in the document are gathered here, in the document's order."""

    key: str
    pointer: str = ""
    offset: int = 0
    id_pointer: str = ""
    id_offset: int = 0
    types: dict[str, tuple[str, int]] = msgspec.field(default_factory=dict)
    values: dict[str, list[Literal | Link]] = msgspec.field(default_factory=dict)

    @property
    def stated(self) -> bool:
        """Whether the document says anything of it beyond its name."""
        return bool(self.types or self.values)


class Graph(msgspec.Struct):
    """The subjects of a document, in order; ``top`` the key of the object the document is, when it is one object."""

    subjects: dict[str, Subject] = msgspec.field(default_factory=dict)
    top: str | None = None
    said: set[tuple[str, ...]] = msgspec.field(default_factory=set)

    def subject(self, key: str, pointer: str, offset: int) -> Subject:
        """The subject of a key, made when it is new."""
        known = self.subjects.get(key)
        if known is None:
            known = self.subjects[key] = Subject(key, pointer, offset, pointer, offset)
        return known

    def add(self, subject: Subject, predicate: str, value: Literal | Link) -> None:
        """State a value once: a graph is a set."""
        mark = (
            (subject.key, predicate, value.key)
            if isinstance(value, Link)
            else (subject.key, predicate, value.text, value.datatype)
        )
        if mark not in self.said:
            self.said.add(mark)
            subject.values.setdefault(predicate, []).append(value)


class Report(msgspec.Struct):
    """Collects problems with their places."""

    lines: Lines
    problems: list[Problem] = msgspec.field(default_factory=list)
    unread: list[tuple[int, str]] = msgspec.field(default_factory=list)

    def pass_over(self, key: str, item: Item) -> None:
        """Note a key and its value that reach no element."""
        self.unread.append((self.lines.place(item.offset)[0], f"{key}: {shown(item.value)}"))

    def add(self, code: Code, message: str, pointer: str, offset: int, **more: Any) -> None:
        """One problem at a JSON pointer and an offset."""
        line, column = self.lines.place(offset)
        self.problems.append(Problem(code=code, message=message, path=pointer, line=line, column=column, offset=offset, **more))


def plain_number(text: str, datatype: str) -> str:
    """A number in plain decimal: a double by its shortest form, anything else exactly; what is no number stays as it is."""
    number = text.strip()
    if not _NUMBER.match(number):
        return text
    if datatype in (XSD + "double", XSD + "float"):
        shortest = repr(float(number))
        number = number if "n" in shortest else shortest
    return _decimal(number) or text


def _decimal(number: str) -> str:
    sign, digits = ("-", number[1:]) if number[0] == "-" else ("", number.lstrip("+"))
    mantissa, _, exponent = digits.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    shift = int(exponent or 0)
    if abs(shift) > LIMIT_EXPONENT:
        return ""
    if shift > 0:
        whole, fraction = whole + fraction[:shift].ljust(shift, "0"), fraction[shift:]
    elif shift < 0:
        whole = whole.rjust(-shift + 1, "0")
        whole, fraction = whole[:shift], whole[shift:] + fraction
    whole, fraction = whole.lstrip("0") or "0", fraction.rstrip("0")
    plain = f"{whole}.{fraction}" if fraction else whole
    return plain if plain == "0" else sign + plain


def literal(text: str, datatype: str, language: str = "", pointer: str = "", offset: int = 0) -> Literal:
    """A literal in its shared form."""
    if datatype in NUMERIC:
        text = plain_number(text, datatype)
    elif datatype == XSD + "boolean":
        text = {"1": "true", "0": "false"}.get(text.strip(), text.strip())
    return Literal(text, datatype, language, pointer, offset)


class Builder:
    """Walks the values of a document once and states what they say. Raises :class:`NotPlain` for what only the library reads."""

    def __init__(self, report: Report, tolerated: dict[str, str]) -> None:
        self.graph = Graph()
        self.report = report
        self.root = Context(tolerated=tolerated)
        self.anonymous = 0

    def document(self, top: Item) -> Graph:
        """The whole document. A list, or an object that is only ``@context`` and ``@graph``, has no top of its own."""
        if isinstance(top.value, dict):
            inner = {key for key in top.value if key not in ("@context", "@graph")}
            if "@graph" in top.value and not inner:
                self._graph_items(top, "", self.root.extend(top.value["@context"]) if "@context" in top.value else self.root)
            else:
                self.graph.top = self.node(top, "", self.root)
        else:
            self._each_node(top, "", self.root)
        if len(self.graph.subjects) == 1:
            self.graph.top = next(iter(self.graph.subjects))
        self._undeclared()
        return self.graph

    def _graph_items(self, item: Item, pointer: str, context: Context) -> None:
        self._each_node(item.value["@graph"], f"{pointer}/@graph", context)

    def _each_node(self, item: Item, pointer: str, context: Context) -> None:
        if isinstance(item.value, dict):
            self.node(item, pointer, context)
        elif isinstance(item.value, list):
            for place, one in enumerate(item.value):
                self._each_node(one, f"{pointer}/{place}", context)
        else:
            self.report.add(
                Code.ONE_GRAPH, "An object was expected here.", pointer, item.offset, found=shown(item.value), expected="object"
            )

    def _undeclared(self) -> None:
        for prefix in sorted(self.root.undeclared):
            self.report.add(
                Code.ONE_PREFIX,
                f"The prefix {prefix!r} is used but the context does not declare it; the standard's namespace is assumed. "
                f"Ask the sender to add it to @context.",
                "/@context",
                0,
                found=prefix,
                element=prefix,
                expected="a declared prefix",
            )

    def node(self, item: Item, pointer: str, context: Context) -> str:
        """State one object; its key."""
        value: dict[str, Item] = item.value
        if "@context" in value:
            context = context.extend(value["@context"])
        keys = [(key, context.key(key), inner) for key, inner in value.items()]
        subject = self._subject(item, keys, pointer, context)
        for key, term, inner in keys:
            if term.iri[:1] == "@" and term.iri in KEYWORDS:
                if term.iri not in ("@id", "@context"):
                    self._keyword(subject, term.iri, inner, f"{pointer}/{escape(key)}", context)
            else:
                self._property(subject, key, term, inner, f"{pointer}/{escape(key)}", context)
        return subject.key

    def _subject(self, item: Item, keys: list[tuple[str, Term, Item]], pointer: str, context: Context) -> Subject:
        for key, term, inner in keys:
            if term.iri == "@id":
                if isinstance(inner.value, str) and inner.value:
                    where = f"{pointer}/{escape(key)}"
                    name = self.reference(inner.value, context, where, inner.offset)
                    subject = self.graph.subject(name, pointer, item.offset)
                    if len(value_keys(item)) > 1 and not subject.stated:
                        subject.pointer, subject.offset, subject.id_pointer, subject.id_offset = (
                            pointer,
                            item.offset,
                            where,
                            inner.offset,
                        )
                    return subject
                self._bad_iri(inner, f"{pointer}/{escape(key)}")
        self.anonymous += 1
        return self.graph.subject(f"_:n{self.anonymous}", pointer, item.offset)

    def reference(self, text: str, context: Context, pointer: str, offset: int) -> str:
        """An ``@id`` as the key of a subject; blanks around it and versions in it are taken away and reported."""
        bare = text.strip()
        if bare != text:
            self.report.add(
                Code.ONE_IRI_BLANK,
                f"The @id {text!r} has blanks around it; they were left out.",
                pointer,
                offset,
                found=text,
                expected=bare,
            )
        iri = context.resolve(bare)
        if iri.startswith("_:"):
            return iri
        if not _IRI.match(iri):
            self.report.add(
                Code.ONE_IRI,
                f"{text[:80]!r} is not an absolute IRI, so it names no object outside this document.",
                pointer,
                offset,
                found=text[:80],
                element="@id",
                expected="an absolute IRI",
            )
        return self.current(iri, pointer, offset)

    def current(self, iri: str, pointer: str, offset: int) -> str:
        """The unversioned IRI, reported when it differs."""
        now = unversioned(iri)
        if now != iri:
            self.report.add(
                Code.ONE_IRI_VERSIONED,
                f"{iri} is an IRI of an older edition or with a version in it; data must use {now}.",
                pointer,
                offset,
                found=iri,
                expected=now,
            )
        return now

    def _bad_iri(self, item: Item, pointer: str) -> None:
        found = shown(item.value)
        self.report.add(
            Code.ONE_IRI, "@id must be a text with an IRI.", pointer, item.offset, found=found, element="@id", expected="an IRI"
        )

    def _keyword(self, subject: Subject, keyword: str, item: Item, pointer: str, context: Context) -> None:
        if keyword == "@type":
            self._types(subject, item, pointer, context)
        elif keyword in ("@graph", "@included"):
            self._each_node(item, pointer, context)
        elif keyword != "@index":
            raise NotPlain

    def _types(self, subject: Subject, item: Item, pointer: str, context: Context) -> None:
        listed = item.value if isinstance(item.value, list) else [item]
        for place, one in enumerate(listed):
            where = f"{pointer}/{place}" if isinstance(item.value, list) else pointer
            if not isinstance(one.value, str):
                self._bad_iri(one, where)
                continue
            iri = self.current(context.expand(one.value.strip()) or one.value.strip(), where, one.offset)
            subject.types.setdefault(iri, (where, one.offset))

    def _property(self, subject: Subject, key: str, term: Term, item: Item, pointer: str, context: Context) -> None:
        if not term.iri or (key[:1] == "@" and ":" in key):
            term = self._without_iri(key, pointer, item)
            if not term.iri:
                return
        predicate = self.current(term.iri, pointer, item.offset)
        self._value(subject, predicate, term, item, pointer, context)

    def _without_iri(self, key: str, pointer: str, item: Item) -> Term:
        if key.startswith("@"):
            message = f"{key!r} is no keyword of JSON-LD; it was passed over. Ask the sender to check the spelling."
            self.report.add(Code.ONE_TERM, message, pointer, item.offset, found=key, element=key, expected="a JSON-LD keyword")
            self.report.pass_over(key, item)
            return Term("")
        if key.startswith(("_", "$", "//")):
            self.report.pass_over(key, item)
            message = f"The key {key!r} is a comment: JSON-LD gives it no meaning, and it was passed over."
            self.report.add(Code.ONE_COMMENT, message, pointer, item.offset, found=key, element=key)
            return Term("")
        self.report.add(
            Code.ONE_TERM,
            f"The context does not define {key!r}: for JSON-LD it says nothing. It was read as the cargo property of that name. "
            f"Ask the sender to write the prefix or @vocab.",
            pointer,
            item.offset,
            found=key,
            element=key,
            expected=f"cargo:{key}",
        )
        return Term(self.root.tolerated.get("cargo", "") + key)

    def _value(self, subject: Subject, predicate: str, term: Term, item: Item, pointer: str, context: Context) -> None:
        value = item.value
        if isinstance(value, list):
            for place, one in enumerate(value):
                self._value(subject, predicate, term, one, f"{pointer}/{place}", context)
        elif isinstance(value, dict):
            self._object(subject, predicate, term, item, pointer, context)
        elif value is None:
            message = "null says nothing in JSON-LD; the property was left out. Ask the sender to omit it."
            self.report.add(Code.ONE_NULL, message, pointer, item.offset, element=predicate, found="null")
        else:
            self.graph.add(subject, predicate, self._scalar(value, term, pointer, item.offset, context))

    def _object(self, subject: Subject, predicate: str, term: Term, item: Item, pointer: str, context: Context) -> None:
        roles = {context.key(key).iri: (key, inner) for key, inner in item.value.items()} if len(item.value) <= 4 else {}
        if "@value" in roles:
            made = self._typed(roles, pointer, context)
            if made is None:
                raise NotPlain
            self.graph.add(subject, predicate, made)
        elif "@set" in roles or "@list" in roles:
            key, inner = roles.get("@set") or roles["@list"]
            self._value(subject, predicate, term, inner, f"{pointer}/{escape(key)}", context)
        else:
            self.graph.add(subject, predicate, Link(self.node(item, pointer, context), pointer, item.offset))

    def _typed(self, roles: dict[str, tuple[str, Item]], pointer: str, context: Context) -> Literal | None:
        key, inner = roles["@value"]
        kind, language = (roles[role][1].value if role in roles else "" for role in ("@type", "@language"))
        if not isinstance(kind, str) or not isinstance(language, str) or kind == "@json":
            return None
        if inner.value is None or isinstance(inner.value, dict | list):
            return None
        term = Term("@value", context.expand(kind) or kind if kind else "", language or None)
        return self._scalar(inner.value, term, f"{pointer}/{escape(key)}", inner.offset, context, default=False)  # type: ignore[return-value]

    def _scalar(
        self, value: Any, term: Term, pointer: str, offset: int, context: Context, *, default: bool = True
    ) -> Literal | Link:
        if isinstance(value, bool):
            return Literal("true" if value else "false", term.coercion or XSD + "boolean", "", pointer, offset)
        if isinstance(value, Number):
            native = XSD + ("integer" if value.lstrip("-").isdigit() else "double")
            return literal(str(value), native if term.coercion[:1] in ("", "@") else term.coercion, "", pointer, offset)
        if term.coercion in ("@id", "@vocab"):
            named = context.expand(value) if term.coercion == "@vocab" else ""
            return Link(self.reference(named or value, context, pointer, offset), pointer, offset)
        language = term.language if term.language is not None or not default else context.language
        return literal(value, term.coercion or STRING, (language or "") if not term.coercion else "", pointer, offset)


def value_keys(item: Item) -> list[str]:
    """The keys of an object that say something."""
    return [key for key in item.value if key != "@context"]


def shown(value: Any) -> str:
    return {dict: "object", list: "list", type(None): "null"}.get(type(value), str(value)[:40])
