"""From a canonical shipment to a tree, by the same rows that read it. Pure; knows no format's layout."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from hub.canonical.document import leaves
from hub.mapping.convert import Codes
from hub.mapping.language import MappingTable, StatementTable
from hub.mapping.paths import Tree, TreePath, node_path
from hub.mapping.writing_rows import Write, WritePass, compile_row
from hub.problem import Code, Problem
from hub.statement import Document
from hub.syntax import Node
from hub.transforms import Context

DERIVED = frozenset({"key", "sequence", "kind", "goods_text", "security", "status", "partial_status"})
"""Views that the fold makes (canonical.md): never written, because what they are made from is."""

DERIVED_IN_MILESTONES = frozenset({"id", "instant", "withdrawn", "time", "partial"})


class Expressed(msgspec.Struct, frozen=True, kw_only=True):
    """The tree made from a shipment, and what its mapping has no place for."""

    root: Node
    problems: list[Problem]


def _implied(pointer: str, value: Any) -> bool:
    """Total and part need no code of their own where pieces and ``partial`` are told."""
    return pointer.endswith("/description_code") and value in ("T", "P")


def _derived(pointer: str) -> bool:
    names = pointer.split("/")
    return names[1] in DERIVED or (names[1] == "milestones" and names[-1] in DERIVED_IN_MILESTONES) or names[-1] == "goods_text"


class MappingWriter:
    """A whole mapping compiled for writing."""

    def __init__(self, table: MappingTable, codes: Codes, shape: Callable[[Node], Node] | None) -> None:
        self.table = table
        self.shape = shape
        compiled = [
            (one, node_path(one.each), [(row.to.partition("/")[0], compile_row(row, codes)) for row in one.row])
            for one in table.statement
        ]
        self.statements = [one for one in compiled if not one[0].detail and not one[0].claim]
        self.details = [one for one in compiled if one[0].detail]

    def write(self, document: Document, context: Context) -> Expressed:
        """The tree that says this document, and a problem for every value it has no place for."""
        return self.write_all({}, [document], context)

    def write_all(self, detail: Document, documents: Sequence[Document], context: Context) -> Expressed:
        """The one tree that says the detail of a message and all of these documents, in their order."""
        tree = Tree(Node(name=self.table.type))
        problems = self._write(WritePass(tree, context), self.details, detail)
        for document in documents:
            found = self._write(WritePass(tree, context), self.statements, document)
            problems += found if len(documents) == 1 else [_of(document, one) for one in found]
        return Expressed(root=self.shape(tree.root) if self.shape else tree.root, problems=problems)

    def _write(self, run: WritePass, statements: "Sequence[Compiled]", document: Document) -> list[Problem]:
        for table, each, rows in statements:
            for part, rename in _spread(document, table, alone=len(statements) == 1):
                _statement(run, each, rows, part, rename)
        missing = [
            name
            for name, value in leaves(document)
            if name not in run.spent and not _implied(name, value) and not self._covered(run, name)
        ]
        return run.problems + [_unmapped(name, self.table) for name in missing]

    def _covered(self, run: WritePass, name: str) -> bool:
        return _derived(name) or name in run.covered or any(above in run.covered for above in _above(name))


def _above(pointer: str) -> Iterator[str]:
    """The pointers of all that holds a value, the nearest first."""
    end = pointer.rfind("/")
    while end > 0:
        yield pointer[:end]
        end = pointer.rfind("/", 0, end)


Rename = tuple[str, str] | None
Rows = list[tuple[str, Write]]
Compiled = tuple[StatementTable, TreePath, Rows]


def _of(document: Document, problem: Problem) -> Problem:
    """A problem with one of several documents, naming it."""
    return msgspec.structs.replace(problem, message=f"{document.get('awb') or document.get('key')}: {problem.message}")


def _statement(run: WritePass, each: TreePath, rows: Rows, part: Document, rename: Rename) -> None:
    node = run.tree.root
    if each.steps:
        node = run.tree.grow(run.tree.make(node, each.steps[:-1]), each.steps[-1])
    run.context.item = part
    if rename is None:
        _run_rows(run, rows, part, node)
        return
    spent, covered, run.spent, run.covered = run.spent, run.covered, set(), set()
    known = len(run.problems)
    _run_rows(run, rows, part, node)
    spent.update(_renamed(name, rename) for name in run.spent)
    covered.update(_renamed(name, rename) for name in run.covered)
    run.spent, run.covered = spent, covered
    run.problems[known:] = [_at_its_place(one, rename) for one in run.problems[known:]]


def _renamed(name: str, rename: tuple[str, str]) -> str:
    here, there = rename
    return there + name[len(here) :] if name.startswith(here) else name


def _at_its_place(problem: Problem, rename: tuple[str, str]) -> Problem:
    pointer = problem.path or ""
    place = _renamed(pointer, rename)
    return msgspec.structs.replace(problem, path=place, message=problem.message.replace(pointer, place, 1))


def _run_rows(run: WritePass, rows: Rows, part: Document, node: Node) -> None:
    for name, row in rows:
        if name in part or name == ".":
            row(run, part, node, "")


def _spread(document: Document, table: StatementTable, *, alone: bool) -> Iterator[tuple[Document, Rename]]:
    """The document once for each item of the list; without any, once as it is where no other statement would tell the rest."""
    name = table.spread
    if name is None or (alone and not document.get(name)):
        yield document, None
        return
    for at, item in enumerate(document.get(name, [])):
        yield {**document, name: [item]}, (f"/{name}/0/", f"/{name}/{at}/")


def _unmapped(pointer: str, table: MappingTable) -> Problem:
    return Problem(
        code=Code.NOT_EXPRESSIBLE,
        message=f"{table.type}/{table.version} has no place for {pointer}",
        path=pointer,
        element=pointer,
    )
