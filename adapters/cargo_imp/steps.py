"""From every place in a message, what may come next: one dictionary look-up and one regular expression per line.

Compiled once from a :class:`Table`; knows nothing of files or problems.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from adapters.cargo_imp.cross_checks import checks_of
from adapters.cargo_imp.groups import Groups, groups, slots, within
from adapters.cargo_imp.layout import ANY, CONSIGNMENT, POINT, SLANT, Line, Option, Row, Table, Tolerated
from adapters.cargo_imp.notation import Item, Literal, Repeat, captures, expression
from adapters.cargo_imp.ways import END, Way, entries, onward, through


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Variant:
    """One layout a step may match, its groups in the step's expression, and where the walk stands afterwards."""

    option: Option
    line: Line
    node: str
    items: tuple[Item, ...]
    groups: Groups
    depth: int
    checked: bool
    place: "Place"


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Step:
    """A way onward: the mandatory rows it leaves out, the nodes it opens, and the layouts that fit.

    ``index`` and ``most`` are those of its outermost row; ``inner`` are the counts of the rows inside it, ``below``, afterwards.
    """

    match: Callable[[str], re.Match[str] | None]
    variants: tuple[Variant, ...]
    only: Variant | None
    by_group: dict[int, Variant]
    wrappers: tuple[tuple[int, str], ...]
    rows: tuple[Row, ...]
    missing: tuple[Row, ...]
    index: int
    below: slice
    most: int
    inner: list[int]
    departures: tuple["Departure", ...]


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class Departure:
    """A tolerated form of one variant."""

    pattern: re.Pattern[str]
    variant: Variant
    tolerated: Tolerated


class Place:
    """Where the walk stands: after a line of this option, or before all (``option`` None).

    What may come next is worked out when the walk first stands here: a message visits few of its table's places.
    ``fast``, ``slash`` and ``consignment`` are the first steps to try that leave no mandatory row out.
    """

    __slots__ = ("_fill", "consignment", "fast", "missing_at_end", "option", "slash", "steps")

    option: Option | None
    steps: dict[str, tuple[Step, ...]]
    fast: dict[str, Step]
    slash: Step | None
    consignment: Step | None
    missing_at_end: tuple[Row, ...]

    def __init__(self, option: Option | None, fill: Callable[["Place"], None]) -> None:
        self.option, self._fill = option, fill

    def __getattr__(self, name: str) -> object:
        """Only asked for what is not there yet; two threads that fill the same place give it the same."""
        if name not in Place.__slots__:
            raise AttributeError(name)
        self._fill(self)
        return object.__getattribute__(self, name)


@dataclass(frozen=True, kw_only=True, eq=False, slots=True)
class _Layouts:
    """What the steps to the same lines have in common, from wherever they lead there."""

    match: Callable[[str], re.Match[str] | None]
    variants: tuple[Variant, ...]
    by_group: dict[int, Variant]
    departures: tuple[Departure, ...]


class Walk:
    """All places of a table. ``start`` is before the first line."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.checks = checks_of(table.type)
        self._layouts: dict[tuple[tuple[int, str], ...], _Layouts] = {}
        self.start = Place(None, lambda place: self._fill(place, through(table.rows, ())))
        self._places = {id(option): Place(option, self._fill_behind) for row in table.all_rows for option in row.options}

    def _fill_behind(self, place: Place) -> None:
        if place.option is not None:
            self._fill(place, onward(place.option, self.table))

    def _fill(self, place: Place, ways: Iterator[Way]) -> None:
        keyed: dict[str, list[Way]] = {}
        for way in ways:
            keyed.setdefault(way.key, []).append(way)
        place.missing_at_end = keyed.pop(END)[0].missing
        steps = {key: self._steps(found) for key, found in keyed.items()}
        sure = {key: found[0] for key, found in steps.items() if not found[0].missing and key != ANY}
        place.fast = {key[:3]: step for key, step in sure.items()}
        place.slash, place.consignment = sure.get(SLANT), sure.get(CONSIGNMENT)
        place.steps = steps

    def _steps(self, ways: list[Way]) -> tuple[Step, ...]:
        """Ways of one key as steps; ways of the same row are one step with several variants."""
        bundles: dict[tuple[int, ...], list[Way]] = {}
        for way in ways:
            bundles.setdefault((*(row.index for row in way.rows), len(way.missing)), []).append(way)
        return tuple(self._step(bundle) for bundle in bundles.values())

    def _step(self, ways: list[Way]) -> Step:
        first, layouts = ways[0], self._laid_out(ways)
        row = first.rows[0]
        inner = [0] * (row.last - row.index - 1)
        for below in first.rows[1:]:
            inner[below.index - row.index - 1] = 1
        return Step(
            match=layouts.match,
            variants=layouts.variants,
            only=layouts.variants[0] if len(ways) == 1 else None,
            by_group=layouts.by_group,
            wrappers=first.wrappers,
            rows=first.rows,
            missing=first.missing,
            index=row.index,
            below=slice(row.index + 1, row.last),
            most=row.most,
            inner=inner,
            departures=layouts.departures,
        )

    def _laid_out(self, ways: list[Way]) -> _Layouts:
        key = tuple((id(way.option), way.prefix) for way in ways)
        if key not in self._layouts:
            self._layouts[key] = self._compiled(ways)
        return self._layouts[key]

    def _compiled(self, ways: list[Way]) -> _Layouts:
        laid = [_laid(way) for way in ways]
        shared = _shared(laid) if len(ways) > 1 else ()
        variants, text = self._branches(ways, laid, shared)
        return _Layouts(
            match=re.compile(text).fullmatch,
            variants=tuple(variants),
            by_group=_closing_groups(variants, shared) if len(variants) > 1 else {},
            departures=tuple(
                self._departure(one, way.prefix, kind)
                for way, one in zip(ways, variants, strict=True)
                for kind in one.line.tolerated
            ),
        )

    def _departure(self, variant: Variant, prefix: str, kind: Tolerated) -> Departure:
        items = (Literal(text=prefix), *kind.items) if prefix else kind.items
        form = replace(variant, node=kind.node, items=items, groups=groups(items))
        return Departure(pattern=re.compile(expression(items)), variant=form, tolerated=kind)

    def _branches(self, ways: list[Way], laid: list[tuple[Item, ...]], shared: tuple[Item, ...]) -> tuple[list[Variant], str]:
        """The variants and one expression for all: what they share, then a branch for each, closed by an empty group."""
        if len(ways) == 1:
            return [self._variant(ways[0], laid[0], groups(laid[0]))], expression(laid[0])
        group = 1 + len(list(captures(shared)))
        common, variants, branches = slots(shared, 1), [], []
        for way, items in zip(ways, laid, strict=True):
            rest = items[len(shared) :]
            found = Groups(common + slots(rest, group), within(rest, group))
            variants.append(self._variant(way, items, found))
            branches.append(expression(rest) + "()")
            group += len(list(captures(rest))) + 1
        return variants, expression(shared) + "(?:" + "|".join(branches) + ")"

    def _variant(self, way: Way, items: tuple[Item, ...], groups: Groups) -> Variant:
        line = way.option.line
        assert line is not None  # noqa: S101
        return Variant(
            option=way.option,
            line=line,
            node=line.node,
            items=items,
            groups=groups,
            depth=way.option.row.depth,
            checked=bool(line.check),
            place=self._places[id(way.option)],
        )

    def nearby(self, option: Option | None, key: str) -> tuple[Step, ...]:
        """A known line out of its order, in the innermost group that the walk stands in and that has it."""
        here = option
        while here is not None:
            rows = here.row.owner.rows if here.row.owner is not None else ()
            ways = [way for row in rows for one in row.options for way in entries(one, (), ()) if way.key == key]
            if ways:
                return self._steps([way for way in ways if way.rows[0] is ways[0].rows[0]])
            here = here.row.owner
        return ()

    def again(self, option: Option) -> tuple[Step, ...]:
        """The line of an option once more, whether or not its row allows it."""
        return self._steps([way for way in entries(option, (), ()) if way.option is option])

    @cached_property
    def anywhere(self) -> dict[str, tuple[Step, ...]]:
        """A known line out of its order, by what it begins with."""
        keyed: dict[str, list[Way]] = {}
        for row in self.table.all_rows:
            for option in row.options:
                for way in entries(option, (), ()):
                    if way.key not in (SLANT, POINT, ANY):
                        keyed.setdefault(way.key, []).append(way)
        alike = {key: [way for way in found if way.rows[0] is found[0].rows[0]] for key, found in keyed.items()}
        return {key: self._steps(found) for key, found in alike.items()}


def _laid(way: Way) -> tuple[Item, ...]:
    assert way.option.line is not None  # noqa: S101
    items = way.option.line.items
    return (Literal(text=way.prefix), *items) if way.prefix else items


def _shared(laid: list[tuple[Item, ...]]) -> tuple[Item, ...]:
    """What all layouts begin with, short of a whole layout and of any repeat."""
    count = 0
    for together in zip(*(items[:-1] for items in laid), strict=False):
        if any(item != together[0] for item in together) or isinstance(together[0], Repeat):
            break
        count += 1
    return laid[0][:count]


def _closing_groups(variants: list[Variant], shared: tuple[Item, ...]) -> dict[int, Variant]:
    """The empty group that ends each branch of a step with several variants."""
    closing, group = {}, 1 + len(list(captures(shared)))
    for one in variants:
        group += len(list(captures(one.items[len(shared) :])))
        closing[group] = one
        group += 1
    return closing


def nearest(steps: tuple[Step, ...]) -> list[Step]:
    """Those that leave out the fewest mandatory lines."""
    least = min((len(step.missing) for step in steps), default=0)
    return [step for step in steps if len(step.missing) == least]
