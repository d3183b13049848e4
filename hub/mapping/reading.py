"""From a tree to statements by a compiled mapping. Pure; knows no format."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import msgspec

from hub.mapping.convert import Codes, canonical_get
from hub.mapping.language import MappingTable, StatementTable
from hub.mapping.passing import Pass
from hub.mapping.paths import Tree, TreePath, element_path, node_path
from hub.mapping.reading_rows import compile_rows
from hub.position import Place
from hub.problem import Code, Problem
from hub.statement import CLAIM, Document, Said
from hub.syntax import Element, Node
from hub.transforms import Context


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping made of one message: statements, or the detail of another subject; and what it could not carry."""

    said: list[Said]
    detail: Document
    not_carried: list[tuple[int, str]]
    problems: list[Problem]


def _ignored(holder: Node, name: str) -> Iterable[Element]:
    if name == "**":
        return itertools.chain.from_iterable(one.elements.values() for one in holder.walk())
    if name == "*":
        return holder.elements.values()
    return [holder.elements[name]] if name in holder.elements else ()


def _holders(run: Pass, node: Node, path: TreePath) -> Iterator[Node]:
    """The nodes a path to be ignored meets; a leading ``**`` step is the statement's node and all below it."""
    if path.steps and path.steps[0].name == "**":
        for one in node.walk():
            yield from run.tree.find(one, path.steps[1:])
    else:
        yield from run.tree.find(node, path.steps)


def _is_anywhere(path: TreePath) -> bool:
    """Whether a path to be ignored is ``**/name``: one element, wherever it stands."""
    return len(path.steps) == 1 and path.steps[0].name == "**" and path.element not in ("*", "**")


def _named_below(node: Node, names: frozenset[str]) -> list[int]:
    """The elements of these names in a whole tree, found in one walk for all of them."""
    nodes = _below(node)
    return [id(one.elements[name]) for name in names for one in nodes if name in one.elements]


def _below(root: Node) -> list[Node]:
    """A node and all below it, in no order that matters."""
    found = [root]
    for node in found:
        if node.children:
            found += node.children
    return found


def _left(root: Node, used: set[int], ignored: frozenset[str]) -> list[tuple[int, str]]:
    """Lines and texts of the elements that nothing reached, in document order. Mostly there is none, which is seen at once."""
    meant = [id(element) for one in _below(root) for name, element in one.elements.items() if name not in ignored]
    if used.issuperset(meant):
        return []
    elements = (element for node in root.walk() for name, element in node.elements.items() if name not in ignored)
    return [(element.line, element.text) for element in elements if id(element) not in used and element.text]


class StatementReader:
    """One compiled [[statement]] table."""

    def __init__(self, table: StatementTable, codes: Codes) -> None:
        self.table = table
        self.each = node_path(table.each)
        self.rows = compile_rows(table.row, codes)
        self.keys = [path.split("/") for path in table.key_paths()]
        self.scope_by = [path.split("/") for path in table.scope_by]
        self.part = element_path(table.part) if table.part else None
        self.last = element_path(table.last) if table.last else None
        ignores = [element_path(one.source) for one in table.ignore]
        self.anywhere = frozenset(path.element for path in ignores if _is_anywhere(path))
        self.ignores = [path for path in ignores if not _is_anywhere(path)]

    def read(self, run: Pass) -> Iterator[tuple[Document, dict[str, Place], Node]]:
        """The facts of every node ``each`` meets, with their places."""
        for node in run.tree.find(run.tree.root, self.each.steps):
            facts: Document = {}
            run.places = {}
            run.context.item = facts
            self.rows(run, node, facts, "")
            if self.anywhere:
                run.used.update(_named_below(node, self.anywhere))
            for path in self.ignores:
                for holder in _holders(run, node, path):
                    run.used.update(map(id, _ignored(holder, path.element)))
            yield facts, run.places, node

    def said(self, run: Pass) -> Iterator[Said]:
        """The statements; a node without a key is a problem at its place, and one without any facts takes its part back."""
        for facts, places, node in self.read(run):
            key = f"{CLAIM}{self._scope(facts)}" if self.table.claim else self.key(facts)
            if key is None:
                if facts:
                    run.problems.append(_keyless(self.table, node))
                elif self.part is not None and _text_at(run, node, self.part):
                    yield self._said(run, f"{CLAIM}{self._scope(facts)}", facts, {}, node)
                continue
            yield self._said(run, key, facts, places, node)

    def claimed(self, run: Pass, facts: Document, node: Node) -> Iterator[Said]:
        """The claim that a message about a flight is complete about it, also where it names no shipment; nothing else is said."""
        if self.scope_by and all(_named(facts, path) for path in self.scope_by):
            yield self._said(run, f"{CLAIM}{self._scope(facts)}", facts, {}, node)

    def _scope(self, facts: Document) -> str:
        return ":".join([self.table.scope, *(str(_named(facts, path) or "") for path in self.scope_by)])

    def _said(self, run: Pass, key: str, facts: Document, places: dict[str, Place], node: Node) -> Said:
        return Said(
            key=key,
            scope=self._scope(facts),
            part=_text_at(run, node, self.part),
            last=bool(_text_at(run, node, self.last)),
            action=self.table.kind,
            facts={} if key.startswith(CLAIM) else facts,
            places=places,
        )

    def key(self, facts: Document) -> str | None:
        """The first key that the facts have."""
        for path in self.keys:
            value = _named(facts, path)
            if value is not None:
                return _key(path, value, facts)
        return None


def _text_at(run: Pass, node: Node, path: TreePath | None) -> str:
    """The text of the element a path meets; empty where there is none."""
    holder = run.tree.first(node, path.steps) if path is not None else None
    return (holder.text(path.element) if holder is not None and path is not None else None) or ""


def _named(facts: Document, path: list[str]) -> Any:
    """The value at a canonical path; ``booking`` stands for the booking number, the first reference of type BN."""
    if path != ["booking"]:
        return canonical_get(facts, path)
    return next((one["value"] for one in facts.get("references", ()) if one.get("type") == "BN" and one.get("value")), None)


def _key(path: list[str], value: Any, facts: Document) -> str:
    if path == ["awb"]:
        return f"awb:{value}"
    if path[-1] in ("hawb", "house"):
        return f"house:{canonical_get(facts, ['houses', '0', 'issuer']) or ''}:{value}"
    return f"booking:{canonical_get(facts, ['bookings', '0', 'issuer']) or ''}:{value}"


def _keyless(table: StatementTable, node: Node) -> Problem:
    return Problem(
        code=Code.KEY_MISSING,
        message=f"nothing here says which shipment is meant (looked for {', '.join(table.key_paths())})",
        line=node.line or None,
        column=node.column or None,
        offset=node.offset,
        segment=node.name,
        expected=" or ".join(table.key_paths()),
    )


class MappingReader:
    """A whole mapping compiled for reading."""

    def __init__(
        self, table: MappingTable, codes: Codes, shape: Callable[[Node], Node] | None, renames: frozenset[str] = frozenset()
    ) -> None:
        self.table = table
        self.shape = shape
        self.statements = [StatementReader(one, codes) for one in table.statement]
        self.ignored = self._ignored_by_all() - renames
        for one in self.statements:
            one.anywhere -= self.ignored
        dating = [row for one in table.statement for row in one.row if table.dated is not None and row.to == table.dated]
        self.dating = compile_rows(dating, codes) if dating else None

    def _ignored_by_all(self) -> frozenset[str]:
        """The names that every statement ignores wherever they stand: seen in the last walk over the whole, in none of theirs.

        One that only takes a scope back repeats what another statement reads.
        """
        names = [one.anywhere for one in self.statements if not one.table.claim]
        return frozenset.intersection(*names) if names else frozenset()

    def _own_day(self, tree: Tree, context: Context) -> Context:
        """The message's own full date is the day near which its incomplete dates lie (canonical.md, Rules)."""
        found: Document = {}
        if self.dating is not None:
            self.dating(Pass(tree, context), tree.root, found, "")
        own = canonical_get(found, str(self.table.dated).split("/"))
        return Context(reference=date.fromisoformat(own)) if own else context

    def read(self, root: Node, context: Context) -> Carried:
        """Statements or detail of one tree; elements that no row reached are ``not_carried``."""
        tree = Tree(self.shape(root) if self.shape else root)
        run = Pass(tree, self._own_day(tree, context) if self.dating else context)
        said: list[Said] = []
        detail: Document = {}
        for statement in self.statements:
            if statement.table.speaks(self.table.subject):
                said.extend(statement.said(run))
            else:
                for facts, _, node in statement.read(run):
                    detail.update(facts)
                    said.extend(statement.claimed(run, facts, node))
        left = _left(root, run.used, self.ignored)
        return Carried(said=said, detail=detail, not_carried=left + run.respelled, problems=run.problems)
