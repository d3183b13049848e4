"""From positioned JSON to a graph, for documents whose contexts are plain: every pointer is kept. Knows no ontology."""

import re
from typing import Any

from adapters.one_record.context import IRI, KEYWORDS, LANGUAGE, Context, NotPlain, Term, escape
from adapters.one_record.graph import STRING, Graph, Link, Literal, Report, Subject, literal, shown
from adapters.one_record.scan import Item, Number
from adapters.one_record.vocabulary import XSD, unversioned
from hub.problem import Code

RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
BLANKS = re.compile(r"^(https?:)\s+//")
"""Blanks that an editor put behind a scheme, as in some examples of the standard."""

VALUE_KEYS = frozenset(("@value", "@type", "@language", "@index"))
LITERAL_KEYS = frozenset(("@value", "@set", "@list"))


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
                self.graph.top = self.node(top, "", self.root).key
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

    def node(self, item: Item, pointer: str, context: Context) -> Link:
        """State one object; the reference to it."""
        value: dict[str, Item] = item.value
        if "@context" in value:
            context = context.extend(value["@context"])
        keys = [(key, context.key(key), inner) for key, inner in value.items()]
        subject, link = self._subject(item, keys, pointer, context)
        for key, term, inner in keys:
            if term.iri[:1] == "@" and term.iri in KEYWORDS:
                if term.iri not in ("@id", "@context"):
                    self._keyword(subject, term.iri, inner, f"{pointer}/{escape(key)}", context)
            else:
                self._property(subject, key, term, inner, f"{pointer}/{escape(key)}", context)
        return link

    def _subject(self, item: Item, keys: list[tuple[str, Term, Item]], pointer: str, context: Context) -> tuple[Subject, Link]:
        for key, term, inner in keys:
            if term.iri == "@id":
                if isinstance(inner.value, str) and (inner.value or context.base):
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
                    return subject, Link(name, pointer, item.offset, where, inner.offset)
                self._bad_iri(inner, f"{pointer}/{escape(key)}")
        self.anonymous += 1
        key = f"_:n{self.anonymous}"
        return self.graph.subject(key, pointer, item.offset), Link(key, pointer, item.offset)

    def reference(self, text: str, context: Context, pointer: str, offset: int) -> str:
        """An ``@id`` as the key of a subject; blanks around it and versions in it are taken away and reported."""
        bare = BLANKS.sub(r"\1//", text.strip())
        if bare != text:
            self.report.add(
                Code.ONE_IRI_BLANK,
                f"The @id {text!r} has blanks around or in it; they were left out.",
                pointer,
                offset,
                found=text,
                expected=bare,
            )
        iri = context.resolve(bare)
        if iri.startswith("_:"):
            return iri
        if not IRI.match(iri):
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

    def joined(self, iri: str, pointer: str, offset: int) -> str:
        """The IRI without blanks behind its scheme, reported when there are any."""
        bare = BLANKS.sub(r"\1//", iri)
        if bare != iri:
            message = f"The IRI {iri!r} has blanks in it; they were left out."
            self.report.add(Code.ONE_IRI_BLANK, message, pointer, offset, found=iri, expected=bare)
        return bare

    def current(self, iri: str, pointer: str, offset: int) -> str:
        """The unversioned IRI, reported when it differs; blanks behind its scheme are left out."""
        iri = self.joined(iri, pointer, offset)
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

    def _no_iri(self, what: str, name: str, item: Item, pointer: str) -> None:
        """Pass over a name that is no IRI even with its context: no statement can be made with it."""
        message = f"The {what} {name[:80]!r} is no IRI and was passed over. Ask the sender to check its characters."
        self.report.add(
            Code.ONE_IRI, message, pointer, item.offset, found=name[:80], element=name[:80], expected="an absolute IRI"
        )
        self.report.pass_over(name, item)

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
            if ":" in iri and not IRI.match(iri):
                self._no_iri("class", one.value, one, where)
            else:
                subject.types.setdefault(iri, (where, one.offset))

    def _property(self, subject: Subject, key: str, term: Term, item: Item, pointer: str, context: Context) -> None:
        if not term.iri or key[:1] == "@":
            term = self._without_iri(key, pointer, item, context)
            if not term.iri:
                return
        predicate = self.current(term.iri, pointer, item.offset)
        if not IRI.match(predicate):
            self._no_iri("property", key, item, pointer)
            return
        if predicate == RDF_TYPE:
            self._rdf_types(subject, item, pointer, context)
            return
        self._value(subject, predicate, term, item, pointer, context)

    def _rdf_types(self, subject: Subject, item: Item, pointer: str, context: Context) -> None:
        """``rdf:type`` as a property says what ``@type`` says."""
        for place, one in enumerate(item.value if isinstance(item.value, list) else [item]):
            where = f"{pointer}/{place}" if isinstance(item.value, list) else pointer
            named = one.value.get("@id") if isinstance(one.value, dict) else None
            if named is None or not isinstance(named.value, str):
                self._bad_iri(one, where)
            else:
                iri = self.current(context.resolve(named.value.strip()), where, named.offset)
                subject.types.setdefault(iri, (f"{where}/@id", named.offset))

    def _without_iri(self, key: str, pointer: str, item: Item, context: Context) -> Term:
        if key.startswith("@"):
            message = f"{key!r} is no keyword of JSON-LD; it was passed over. Ask the sender to check the spelling."
            self.report.add(Code.ONE_TERM, message, pointer, item.offset, found=key, element=key, expected="a JSON-LD keyword")
            self.report.pass_over(key, item)
            return Term("")
        if key in context.terms:
            message = f"The context says that {key!r} means nothing; it was passed over. Ask the sender if that is meant."
            self.report.add(Code.ONE_TERM, message, pointer, item.offset, found=key, element=key, expected="a term with an IRI")
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
        value = item.value
        if len(value) > 4 or (not context.aliased and not value.keys() & LITERAL_KEYS):
            self.graph.add(subject, predicate, self.node(item, pointer, context))
            return
        roles = {context.key(key).iri: (key, inner) for key, inner in value.items()}
        if "@value" in roles:
            made = self._typed(roles, pointer, context)
            if made is None:
                raise NotPlain
            self.graph.add(subject, predicate, made)
        elif "@set" in roles or "@list" in roles:
            key, inner = roles.get("@set") or roles["@list"]
            self._value(subject, predicate, term, inner, f"{pointer}/{escape(key)}", context)
        else:
            self.graph.add(subject, predicate, self.node(item, pointer, context))

    def _typed(self, roles: dict[str, tuple[str, Item]], pointer: str, context: Context) -> Literal | Link | None:
        key, inner = roles["@value"]
        kind, language = (roles[role][1].value if role in roles else "" for role in ("@type", "@language"))
        if not isinstance(kind, str) or not isinstance(language, str) or kind == "@json":
            return None
        datatype = self.current(context.expand(kind) or kind, pointer, inner.offset) if kind else ""
        if not roles.keys() <= VALUE_KEYS or (kind and (language or not IRI.match(datatype))):
            return None
        datatype = "" if datatype == LANG_STRING else datatype
        if inner.value is None or isinstance(inner.value, dict | list):
            return None
        term = Term("@value", datatype, language or None)
        return self._scalar(inner.value, term, f"{pointer}/{escape(key)}", inner.offset, context, default=False)

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
        language = (term.language if term.language is not None or not default else context.language) or ""
        if language and not LANGUAGE.match(language):
            language = self._no_language(language, pointer, offset)
        if term.coercion == XSD + "anyURI":
            value = self.joined(value, pointer, offset)
        return literal(value, term.coercion or STRING, language if not term.coercion else "", pointer, offset)

    def _no_language(self, tag: str, pointer: str, offset: int) -> str:
        message = f"{tag[:40]!r} is no language tag; the text was read without one. Ask the sender for a tag like de or en-US."
        self.report.add(
            Code.ONE_DATATYPE, message, pointer, offset, found=tag[:40], element="@language", expected="a language tag like en-US"
        )
        return ""


def value_keys(item: Item) -> list[str]:
    """The keys of an object that say something."""
    return [key for key in item.value if key != "@context"]
