"""The difference of two canonical documents as RFC 6902 operations. Pure."""

from collections.abc import Iterator
from typing import Any

Operation = dict[str, Any]


def difference(old: Any, new: Any, pointer: str = "") -> Iterator[Operation]:
    """The operations that make ``old`` into ``new``. Items of lists are compared by place."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _objects(old, new, pointer)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _lists(old, new, pointer)
    else:
        yield {"op": "replace", "path": pointer, "value": new}


def _objects(old: dict[str, Any], new: dict[str, Any], pointer: str) -> Iterator[Operation]:
    for name in sorted(old.keys() - new.keys()):
        yield {"op": "remove", "path": f"{pointer}/{_escaped(name)}"}
    for name in sorted(old.keys() & new.keys()):
        yield from difference(old[name], new[name], f"{pointer}/{_escaped(name)}")
    for name in sorted(new.keys() - old.keys()):
        yield {"op": "add", "path": f"{pointer}/{_escaped(name)}", "value": new[name]}


def _lists(old: list[Any], new: list[Any], pointer: str) -> Iterator[Operation]:
    common = min(len(old), len(new))
    for at in range(common):
        yield from difference(old[at], new[at], f"{pointer}/{at}")
    for at in range(len(old) - 1, common - 1, -1):
        yield {"op": "remove", "path": f"{pointer}/{at}"}
    for value in new[common:]:
        yield {"op": "add", "path": f"{pointer}/-", "value": value}


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
