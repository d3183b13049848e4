"""A plain nested document straight to its tree, in one walk: the same tree as the graph gives, where nothing is wrong or unusual.

Anything else (a fault, a second context, ``@graph``, an object described twice, a value JSON-LD reads in its own way) is
:class:`Unusual`, and the graph is built instead. That both give the same is a law with a test of its own.
"""

import functools

import msgspec

from adapters.one_record.again import finish
from adapters.one_record.lexicon import LONGEST_CONTEXT, Unusual, lexicon
from adapters.one_record.scan import LIMIT_BYTES, LIMIT_VALUES
from adapters.one_record.walk import Walk
from hub.syntax import Node


class Straight(msgspec.Struct, frozen=True, kw_only=True):
    """A document understood the short way: its root's tree, class, and where it stands."""

    root: Node
    type: str
    iri: str
    reference: str
    offset: int


@functools.lru_cache(maxsize=1)
def straight(text: str) -> Straight | None:
    """The document by the short way; None when it is for the graph. The last one is kept for ``read`` after ``split``."""
    # The tree before goes first, so that the new one is made where it was, in memory that is near.
    straight.cache_clear()
    try:
        return _straight(text)
    except (Unusual, msgspec.MsgspecError, RecursionError, ValueError, IndexError, StopIteration):
        return None


def _straight(text: str) -> Straight | None:
    if ("\\" in text and "\\u" in text) or len(text) > LIMIT_BYTES or text.lstrip()[:1] != "{":
        return None
    if len(text) > LIMIT_VALUES and text.count("{") + text.count("[") > LIMIT_VALUES:
        return None
    value = msgspec.json.decode(text)
    stated, type = value.get("@context"), value.get("@type")
    if stated.__class__ is not dict or type.__class__ is not str:
        return None
    context = msgspec.json.encode(stated)
    if len(context) > LONGEST_CONTEXT:
        return None
    words = lexicon(context)
    kind = words.class_of(type)
    walk = Walk(_unescaped(text), words)
    node = walk.node(value, kind.name, "", text.index("{"), "", 0)
    if kind.name == "Collection":
        return None
    finish(walk)
    return Straight(root=node, type=kind.name, iri=kind.iri, reference=node.text("@id") or "", offset=node.offset)


def _unescaped(text: str) -> str:
    """A JSON text of the same length in which every quotation mark begins or ends a string."""
    return text.replace("\\\\", "__").replace('\\"', "__") if "\\" in text else text
