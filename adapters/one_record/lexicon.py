"""A JSON-LD context as documents use it: objects by their keys, types, datatypes, codes, worked out once and remembered.

Only for contexts and words of the plain kind; anything else raises :class:`Unusual`, and the document is read by the graph.
"""

import functools
import re
from collections.abc import Iterable
from typing import Any

import msgspec

from adapters.one_record.check import LEXICAL, NUMBERS, WAIVED
from adapters.one_record.context import IRI, PLAIN_SETTING, Context, NotPlain, Term, escape
from adapters.one_record.graph import NUMERIC, STRING, literal
from adapters.one_record.scan import Item
from adapters.one_record.vocabulary import API, XSD, Class, Property, Vocabulary, local, unversioned, vocabulary

MOST = 1024
"""Words remembered of one context; those of a document with more are worked out each time."""

LONGEST_CONTEXT = 32_768
"""Bytes of a context that is worth remembering."""

LONGEST_POINTER = 256
"""Characters of a pointer that is worth remembering."""

LONGEST_VALUE = 64
"""Characters of a number or time whose form is remembered."""


INTERNAL = "internal:"
_INTERNAL = re.compile(r"(?:internal:[-0-9A-Za-z._~/]++ ?)++")
_ADDRESS = re.compile(r"https?://[-0-9A-Za-z._~:/?@!$&'()*+,;=]++(?:#[-0-9A-Za-z._~:/?@!$&'()*+,;=]*+)?")


class Unusual(Exception):
    """Not a document for the short way."""


TYPE, NAME, TEXT, LITERAL, CODE, OBJECT, CONTEXT = range(7)
"""How the value of a key is read. Numbers, because every value of a document is asked for its form."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a key means in an object of a class. ``below`` is the class expected of an object that states none."""

    short: str
    pointer: str
    form: int
    rule: Property
    repeats: bool = False
    coercion: str = ""
    language: str = ""
    below: str = ""
    codes: dict[str, tuple[str, str, str]] = msgspec.field(default_factory=dict)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How an object with certain keys in a certain order is read: a step for each of its keys.

    ``ordered``: the steps come in the order of their names. ``told``: it says more than its name and class.
    """

    kind: Class
    steps: tuple[Step, ...]
    typed: bool
    named: bool
    told: bool
    ordered: bool
    paths: dict[str, tuple[str, ...]]


_KEYWORDS = {
    key: Step(short=key, pointer="/" + key, form=form, rule=Property(name=key, iri=key))
    for key, form in {"@context": CONTEXT, "@type": TYPE, "@id": NAME}.items()
}


class Lexicon:
    """A context as it is used: objects by their class and keys, classes and datatypes by what they are called."""

    def __init__(self, stated: dict[str, Any], words: Vocabulary) -> None:
        self.words = words
        if any(key[:1] == "@" and key not in PLAIN_SETTING for key in stated):
            raise Unusual
        try:
            self.context = Context(tolerated=words.prefixes).extend(_items(stated))
        except NotPlain:
            raise Unusual from None
        if self.context.aliased or self.context.base is not None:
            raise Unusual
        self.internal = "internal" not in self.context.terms
        self.keys, self.containers = _keys(stated), _containers(stated)
        self.plans: dict[tuple[str, ...], Plan] = {}
        self.steps: dict[tuple[str, str], Step] = {}
        self.datatypes: dict[str, str] = {}
        self.count = 0

    def plan(self, stated: str, keys: Iterable[str]) -> Plan:
        """How an object is read that states this type, or is expected to be of this class, and has these keys."""
        keys = tuple(keys)
        typed = "@type" in keys
        kind = self.class_of(stated) if typed else self.words.classes.get(stated)
        if kind is None or not keys:
            raise Unusual
        steps = tuple(_KEYWORDS.get(key) or self.step(kind, key) for key in keys)
        told = [step.short for step in steps if step.short[:1] != "@"]
        if len(set(told)) < len(told) or ((told or "@id" not in keys) and _incomplete(told, kind)):
            raise Unusual
        names = [step.short for step in steps]
        ordered = names == sorted(names)
        made = Plan(kind=kind, steps=steps, typed=typed, named="@id" in keys, told=bool(told), ordered=ordered, paths={})
        self._remember(self.plans, (stated, *keys), made)
        return made

    def paths(self, plan: Plan, pointer: str) -> tuple[str, ...]:
        """The JSON pointers of the values of an object of a plan, when its own is this."""
        made = tuple(pointer + step.pointer for step in plan.steps)
        if len(pointer) <= LONGEST_POINTER:
            self._remember(plan.paths, pointer, made)
        return made

    def step(self, kind: Class, key: str) -> Step:
        """How a key of an object of this class is read."""
        known = self.steps.get((kind.name, key))
        if known is None:
            known = self._step(kind, key)
            self._remember(self.steps, (kind.name, key), known)
        return known

    def _step(self, kind: Class, key: str) -> Step:
        term = self._term(key)
        short = self.words.names.get(term.iri, "")
        rule = kind.properties.get(short) or _of_the_server(term.iri, short, kind, self.words)
        if rule is None or rule.iri != term.iri or term.coercion[:1] == "@":
            raise Unusual
        language = term.language if term.language is not None else self.context.language
        plain = not term.coercion and not language and rule.range not in LEXICAL and STRING in fitting(rule.range)
        forms = {"literal": TEXT if plain else LITERAL, "code": CODE, "object": OBJECT}
        return Step(
            short=rule.name,
            pointer="/" + escape(key),
            form=forms[rule.kind],
            rule=rule,
            repeats=rule.repeats,
            coercion=term.coercion,
            language="" if term.coercion else language or "",
            below=rule.range,
        )

    def _term(self, key: str) -> Term:
        term = self.context.key(key)
        if not term.iri or self.context.undeclared or unversioned(term.iri) != term.iri:
            raise Unusual
        return term

    def class_of(self, name: str) -> Class:
        """The class a type names."""
        iri = self.context.expand(name)
        found = self.words.class_of(iri)
        if found is None or unversioned(iri) != iri or self.context.undeclared:
            raise Unusual
        return found

    def datatype(self, name: str) -> str:
        """The IRI of a datatype."""
        known = self.datatypes.get(name)
        if known is None:
            known = self.context.expand(name)
            if not known.startswith(XSD) or self.context.undeclared:
                raise Unusual
            self._remember(self.datatypes, name, known)
        return known

    def code(self, step: Step, name: str) -> tuple[str, str, str]:
        """A code by its IRI: its short text, the IRI where the property's own list does not say it, and the IRI in any case."""
        iri = self.name(name)
        text, rule = local(iri), step.rule
        listed = self.words.code_iri(text, rule)
        standard = iri if rule.range == "CodeListElement" else listed
        if iri[:2] == "_:" or (iri == standard and not self.words.is_code(text, rule)):
            raise Unusual
        found = (text, "" if iri == listed else iri, iri)
        self._remember(step.codes, name, found)
        return found

    def name(self, text: str) -> str:
        """An ``@id`` as the key of a subject."""
        if _ADDRESS.fullmatch(text) and "/ns/" not in text:
            return text
        iri = self.context.resolve(text)
        if (iri[:2] != "_:" and not IRI.match(iri)) or unversioned(iri) != iri or text != text.strip() or self.context.undeclared:
            raise Unusual
        return iri

    def see_internal(self, names: list[str]) -> None:
        """See, for all of a document at once, that names in the space of embedded objects need no more than to be taken as they
        stand.
        """
        whole = " ".join(names)
        if names and (not self.internal or whole.count(" ") >= len(names) or not _INTERNAL.fullmatch(whole)):
            raise Unusual

    def _remember(self, where: dict[Any, Any], name: Any, value: Any) -> None:
        self.count += 1
        if self.count <= MOST:
            where[name] = value


def _of_the_server(iri: str, short: str, kind: Class, words: Vocabulary) -> Property | None:
    """A property of the API on an object or event that the class table does not give it: revision, time of the last change."""
    served = kind.is_object or "LogisticsEvent" in kind.lineage
    if not short or not iri.startswith(API) or not served or short in words.renamed:
        return None
    return Property(name=short, iri=iri, kind="literal", max=1)


def _incomplete(told: list[str], kind: Class) -> bool:
    return any(rule.name not in told and rule.name not in WAIVED for rule in kind.required)


def _keys(value: Any) -> int:
    """How many keys a JSON value has, with those of all that is in it."""
    if value.__class__ is dict:
        return len(value) + sum(map(_keys, value.values()))
    return sum(map(_keys, value)) if value.__class__ is list else 0


def _containers(value: Any) -> int:
    """How many of the values of a context, with itself, are no strings. A list counts as one: no plain context has any."""
    if value.__class__ is dict:
        return 1 + sum(map(_containers, value.values()))
    return int(value.__class__ is not str)


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


def shared(text: str, datatype: str, range: str) -> str:
    """A literal in the form all serialisations share. Raises :class:`Unusual` where a property of this range does not take it."""
    return _remembered(text, datatype, range) if len(text) <= LONGEST_VALUE else _shared(text, datatype, range)


def _shared(text: str, datatype: str, range: str) -> str:
    if datatype in NUMERIC or datatype == XSD + "boolean":
        text = literal(text, datatype).text
    form = LEXICAL.get(range)
    if range and (datatype not in fitting(range) or (form is not None and not form[0].fullmatch(text))):
        raise Unusual
    return text


_remembered = functools.lru_cache(maxsize=4096)(_shared)
