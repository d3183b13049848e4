"""A JSON-LD context as documents use it: keys by class, types, datatypes, codes, worked out once and remembered.

Only for contexts and words of the plain kind; anything else raises :class:`Unusual`, and the document is read by the graph.
"""

import functools
from typing import Any

import msgspec

from adapters.one_record.check import NUMBERS
from adapters.one_record.context import IRI, PLAIN_SETTING, Context, NotPlain, Term, escape
from adapters.one_record.graph import STRING
from adapters.one_record.scan import Item
from adapters.one_record.vocabulary import XSD, Class, Property, Vocabulary, local, unversioned, vocabulary

MOST = 512
"""Words remembered of one context; those of a document with more are worked out each time."""


class Unusual(Exception):
    """Not a document for the short way."""


class Plan(msgspec.Struct, frozen=True):
    """What a key means in an object of a class."""

    short: str
    step: str
    rule: Property
    coercion: str
    codes: dict[str, tuple[str, str, str]]


class Lexicon:
    """A context as it is used: keys by class, classes and datatypes by what they are called. Remembered between documents."""

    def __init__(self, stated: dict[str, Any], words: Vocabulary) -> None:
        self.words = words
        if any(key[:1] == "@" and key not in PLAIN_SETTING for key in stated):
            raise Unusual
        try:
            self.context = Context(tolerated=words.prefixes).extend(_items(stated))
        except NotPlain:
            raise Unusual from None
        if self.context.aliased or self.context.language is not None or self.context.base is not None:
            raise Unusual
        self.plans: dict[str, dict[str, Plan]] = {}
        self.classes: dict[str, Class] = {}
        self.datatypes: dict[str, str] = {}
        self.count = 0

    def plan(self, kind: Class, key: str) -> Plan:
        """How a key of an object of this class is read."""
        term = self._term(key)
        rule = kind.properties.get(self.words.names.get(term.iri, ""))
        if rule is None or rule.iri != term.iri or term.coercion[:1] == "@":
            raise Unusual
        made = Plan(rule.name, "/" + escape(key), rule, term.coercion, {})
        self._remember(self.plans.setdefault(kind.name, {}), key, made)
        return made

    def _term(self, key: str) -> Term:
        term = self.context.key(key)
        if not term.iri or term.language is not None or self.context.undeclared or unversioned(term.iri) != term.iri:
            raise Unusual
        return term

    def class_of(self, name: str) -> Class:
        """The class a type names."""
        iri = self.context.expand(name)
        found = self.words.class_of(iri)
        if found is None or unversioned(iri) != iri or self.context.undeclared:
            raise Unusual
        self._remember(self.classes, name, found)
        return found

    def datatype(self, name: str) -> str:
        """The IRI of a datatype."""
        iri = self.context.expand(name)
        if not iri.startswith(XSD) or self.context.undeclared:
            raise Unusual
        self._remember(self.datatypes, name, iri)
        return iri

    def code(self, plan: Plan, name: str) -> tuple[str, str, str]:
        """A code by its IRI: its short text, the IRI where the property's own list does not say it, and the IRI in any case."""
        iri = self.name(name)
        text, rule = local(iri), plan.rule
        listed = self.words.code_iri(text, rule)
        standard = iri if rule.range == "CodeListElement" else listed
        if iri[:2] == "_:" or (iri == standard and not self.words.is_code(text, rule)):
            raise Unusual
        found = (text, "" if iri == listed else iri, iri)
        self._remember(plan.codes, name, found)
        return found

    def name(self, text: str) -> str:
        """An ``@id`` as the key of a subject."""
        iri = self.context.resolve(text)
        if (iri[:2] != "_:" and not IRI.match(iri)) or unversioned(iri) != iri or text != text.strip() or self.context.undeclared:
            raise Unusual
        return iri

    def _remember(self, where: dict[str, Any], name: str, value: Any) -> None:
        self.count += 1
        if self.count <= MOST:
            where[name] = value


def _items(value: Any) -> Item:
    if isinstance(value, dict):
        return Item({key: _items(one) for key, one in value.items()}, 0)
    return Item([_items(one) for one in value] if isinstance(value, list) else value, 0)


@functools.lru_cache(maxsize=64)
def lexicon(stated: bytes) -> Lexicon:
    return Lexicon(msgspec.json.decode(stated), vocabulary())


@functools.cache
def fitting(range: str) -> frozenset[str]:
    """The datatypes a property's range takes (as :mod:`check` has it)."""
    wanted = range.removeprefix("xsd:")
    taken = {XSD + wanted} | ({STRING} if wanted == "anyURI" else set())
    return frozenset(taken | ({XSD + one for one in NUMBERS} if wanted in NUMBERS else set()))
