"""JSON-LD contexts of the plain kind (prefixes, terms, coercions, vocabulary, base, language), inline only. Knows no ontology.

JSON-LD 1.1 section 4.1 and 9.15. What goes beyond (containers, reverse terms, scoped contexts) raises :class:`NotPlain`, and
the document is read by pyoxigraph instead.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import msgspec

from adapters.one_record.scan import Item

_CHARACTERS = r"(?:[^\s<>\"{}|\\^`\[\]#%\x00-\x20\x7f-\x9f\ue000-\uf8ff\ufff0-\uffff]++|%[0-9A-Fa-f]{2})*+"
IRI = re.compile(rf"[A-Za-z][A-Za-z0-9+.-]*+:(?://(?:[^\s/?#\[\]@]*+@)?\[[0-9A-Fa-fvV:.]++\])?{_CHARACTERS}(?:#{_CHARACTERS})?\Z")
"""An absolute IRI by its characters (RFC 3987, section 2.2); ``[`` and ``]`` only around an address of IPv6."""

LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
"""A language tag by its form (RFC 5646, section 2.1, as RDF 1.1 needs it)."""

KEYWORDS = frozenset(
    [
        "@id",
        "@type",
        "@value",
        "@language",
        "@graph",
        "@context",
        "@included",
        "@list",
        "@set",
        "@reverse",
        "@index",
        "@json",
        "@none",
        "@nest",
        "@direction",
        "@vocab",
        "@base",
        "@version",
        "@protected",
        "@import",
        "@propagate",
        "@container",
        "@prefix",
    ]
)
LONGEST_CHAIN = 50
"""Terms defined by terms defined by terms."""

PLAIN_TERM = frozenset(("@id", "@type", "@language", "@prefix", "@protected"))
PLAIN_SETTING = frozenset(("@vocab", "@base", "@language", "@version", "@protected"))


class NotPlain(Exception):
    """The context uses a feature that only the library understands."""


class Term(msgspec.Struct, frozen=True):
    """A term: what it stands for, how its text values are to be read (an IRI, ``@id``, ``@vocab`` or empty), its language.

    Without an IRI the context says that it means nothing. ``language`` is empty where the context takes the default away.
    """

    iri: str
    coercion: str = ""
    language: str | None = None
    prefix: bool = False


class Context(msgspec.Struct, kw_only=True):
    """An active context. ``tolerated`` prefixes are expanded though undeclared; the caller reports those it finds in
    ``undeclared``.
    """

    terms: dict[str, Term] = msgspec.field(default_factory=dict)
    vocab: str | None = None
    base: str | None = None
    language: str | None = None
    tolerated: Mapping[str, str] = {}
    aliased: bool = False
    undeclared: set[str] = msgspec.field(default_factory=set)
    seen: dict[str, Term] = msgspec.field(default_factory=dict)

    def key(self, name: str) -> Term:
        """What a key of an object means; a term without IRI when the context gives it none."""
        known = self.seen.get(name)
        if known is None:
            known = self.seen[name] = self._key(name)
        return known

    def _key(self, name: str) -> Term:
        if name in KEYWORDS:
            return Term(name)
        return self.terms.get(name) or Term(self.expand(name))

    def expand(self, name: str) -> str:
        """A vocabulary word (key or type) as IRI; empty when the context does not say."""
        if name in self.terms:
            return self.terms[name].iri
        compact = self._compact(name)
        if compact is not None:
            return compact
        return "" if self.vocab is None else self.vocab + name

    def resolve(self, name: str) -> str:
        """A reference (``@id``) as IRI: compact, absolute, or relative to the base where one is stated."""
        compact = self._compact(name)
        if compact is not None:
            return compact
        try:
            return urljoin(self.base, name) if self.base else name
        except ValueError:
            return name

    def _compact(self, name: str) -> str | None:
        prefix, colon, rest = name.partition(":")
        if not colon:
            return None
        if prefix == "_" or rest.startswith("//"):
            return name
        known = self.terms.get(prefix)
        if known is not None and known.prefix:
            return known.iri + rest
        if prefix in self.tolerated and (known is None or known.iri == self.tolerated[prefix][:-1]):
            self.undeclared.add(prefix)
            return self.tolerated[prefix] + rest
        return name

    def extend(self, stated: Item) -> "Context":
        """The active context under a stated one: null clears, a list is applied in order. Raises :class:`NotPlain`."""
        if isinstance(stated.value, list):
            active = self
            for one in stated.value:
                active = active.extend(one)
            return active
        if stated.value is None:
            return Context(tolerated=self.tolerated, undeclared=self.undeclared)
        if not isinstance(stated.value, dict):
            raise NotPlain
        return self._object({key: item.value for key, item in stated.value.items()})

    def _object(self, stated: dict[str, Any]) -> "Context":
        made = msgspec.structs.replace(self, terms=dict(self.terms), seen={})
        for name, value in stated.items():
            if name.startswith("@"):
                made._setting(name, value)
        waiting = {name: value for name, value in stated.items() if not name.startswith("@")}
        for name in waiting:
            made._define(name, waiting, ())
        return made

    def _setting(self, name: str, value: Any) -> None:
        if name not in PLAIN_SETTING or not (value is None or isinstance(value, str | bool)):
            raise NotPlain
        if name in ("@vocab", "@base", "@language"):
            text = value if isinstance(value, str) else None
            setattr(self, name[1:], self.expand(text) if name == "@vocab" and text and ":" in text else text)

    def _define(self, name: str, waiting: dict[str, Any], open_terms: tuple[str, ...]) -> None:
        if name in open_terms or len(open_terms) > LONGEST_CHAIN:
            raise NotPlain
        value = waiting[name]
        definition = {key: item.value for key, item in value.items()} if isinstance(value, dict) else {"@id": value}
        if not set(definition) <= PLAIN_TERM:
            raise NotPlain
        for part in (definition.get("@id"), definition.get("@type")):
            before = part.partition(":")[0] if isinstance(part, str) else ""
            if before in waiting and before != name and before not in self.terms:
                self._define(before, waiting, (*open_terms, name))
        self.terms[name] = self._term(name, definition)

    def _term(self, name: str, definition: dict[str, Any]) -> Term:
        stated, kind, language = definition.get("@id", name), definition.get("@type", ""), definition.get("@language", "")
        if not isinstance(stated, str | None) or not isinstance(kind, str) or not isinstance(language, str | None):
            raise NotPlain
        if kind in ("@json", "@none"):
            raise NotPlain
        self.terms.pop(name, None)
        iri = "" if stated is None else stated if stated in KEYWORDS else self.expand(stated)
        self.aliased = self.aliased or iri in KEYWORDS
        prefix = definition.get("@prefix") is True or (len(definition) == 1 and iri[-1:] in set(":/?#[]@"))
        if kind and kind not in ("@id", "@vocab") and not IRI.match(self.expand(kind) or kind):
            raise NotPlain
        spoken = (language or "") if "@language" in definition else None
        return Term(iri, kind if kind in ("@id", "@vocab") else self.expand(kind) if kind else "", spoken, prefix)


def remote(item: Item, pointer: str = "") -> list[tuple[str, Item]]:
    """Every place below a value where a context is to be fetched: a text as ``@context``, or an ``@import``."""
    found: list[tuple[str, Item]] = []
    if isinstance(item.value, dict):
        for key, inner in item.value.items():
            where = f"{pointer}/{escape(key)}"
            if key == "@import":
                found.append((where, inner))
            elif key == "@context":
                found.extend(_named(inner, where))
            found.extend(remote(inner, where))
    elif isinstance(item.value, list):
        for place, inner in enumerate(item.value):
            found.extend(remote(inner, f"{pointer}/{place}"))
    return found


def _named(stated: Item, pointer: str) -> list[tuple[str, Item]]:
    if isinstance(stated.value, str):
        return [(pointer, stated)]
    items = stated.value if isinstance(stated.value, list) else []
    return [(f"{pointer}/{place}", one) for place, one in enumerate(items) if isinstance(one.value, str)]


def escape(key: str) -> str:
    """A key as a step of a JSON pointer (RFC 6901 section 3)."""
    return key.replace("~", "~0").replace("/", "~1") if "/" in key or "~" in key else key
