"""What is lost of other people's messages, by file, class and type: ``python -m tests.corpus.report [--files] [FOLDER…]``."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus.explaining import errors, explain, problems
from tests.corpus.folder import CORPUS, classes, files

COLUMNS = ("files", "messages", "read", "refused", "characters", "no field", "not_carried", "shipments", "warnings")


def rows(folders: list[str]) -> Iterator[tuple[str, str, Counter[str]]]:
    """Folder/type, file and figures of every message, and of every file that has none."""
    for folder in folders:
        for path in files(f"{folder}/**/*"):
            answer = explain(path)
            whole = errors({**answer, "messages": []})
            if not answer["messages"]:
                yield f"{answer['format']} (no message)", path.name, Counter(files=1, refused=1)
            for at, message in enumerate(answer["messages"]):
                of = f"{message['format']} {message['type']}"
                lost = Counter({"no field": size(path, at)}) if message["subject"] == "unknown" else Counter()
                counted = figures(message, refused=bool(whole), first=at == 0)
                yield of, path.name, counted + lost + Counter(characters=size(path, at))


def size(path: Path, at: int) -> int:
    """Characters of the file, told with its first message."""
    return len(path.read_bytes().decode("utf-8", "replace")) if at == 0 else 0


def figures(message: dict[str, Any], *, refused: bool, first: bool) -> Counter[str]:
    """What one message adds to its row; ``no field``: characters that reached none, all of an unknown type."""
    wrong = refused or any(one["severity"] == "error" for one in message["problems"])
    return Counter(
        {
            "files": int(first),
            "messages": 1,
            "refused" if wrong else "read": 1,
            "no field": sum(len(one["text"]) for one in message["not_carried"] if message["subject"] != "unknown"),
            "not_carried": len(message["not_carried"]),
            "shipments": len(message["shipments"]),
            "warnings": sum(one["severity"] == "warning" for one in message["problems"]),
        }
    )


def losses(folders: list[str]) -> Iterator[tuple[str, str, Counter[str]]]:
    """Name, class and figures of every file; where a folder's manifest names no class, its own folder does."""
    for folder in folders:
        kinds = classes(folder) if folder == "cargo_imp" else {}
        by_name: dict[str, Counter[str]] = {}
        for _, name, counted in rows([folder]):
            by_name.setdefault(name, Counter()).update(counted)
        for path in files(f"{folder}/**/*"):
            yield str(path.relative_to(CORPUS)), f"{folder} {kinds.get(path.name, path.parent.name)}", by_name[path.name]


def lost(figures: Counter[str]) -> bool:
    """Whether a file was refused, or something of it reached no field."""
    return bool(figures["refused"] or figures["no field"] or figures["not_carried"])


def loss_lines(found: list[tuple[str, str, Counter[str]]]) -> Iterator[str]:
    """One line for every file that lost something, and how many lost nothing."""
    for name, kind, figures in found:
        if lost(figures):
            said = "refused" if figures["refused"] else "read"
            yield (
                f"{name:52} {kind:34} {said:8} {figures['no field']:6} of {figures['characters']:7} characters in no field, "
                f"{figures['not_carried']} not carried"
            )
    yield f"{sum(not lost(figures) for _, _, figures in found)} of {len(found)} files lost nothing"


def table(found: dict[str, Counter[str]]) -> str:
    """The figures as text in columns."""
    width = max((len(name) for name in found), default=4)
    head = f"{'type':{width}}" + "".join(f"{one:>12}" for one in COLUMNS)
    body = [f"{name:{width}}" + "".join(f"{figures[one]:>12}" for one in COLUMNS) for name, figures in sorted(found.items())]
    return "\n".join([head, *body])


def details(path: Path, kind: str) -> Iterator[str]:
    """One file: its problems and what was not carried."""
    answer = explain(path)
    verdict = "refused" if errors(answer) or not answer["messages"] else "read"
    yield f"{path.relative_to(CORPUS)}  {kind}  {verdict}"
    for one in problems(answer):
        yield f"    {one.get('line', '')}:{one.get('column', '')} {one['severity']} {one['code']}: {one['message']}"
    for message in answer["messages"]:
        yield from (f"    {one['line']}: not carried: {one['text'][:70]}" for one in message["not_carried"])


def main() -> None:
    """Print the table, or every file."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.report", description=__doc__)
    parser.add_argument("folders", nargs="*", default=["cargo_imp", "edifact", "one_record", "cargo_xml"])
    parser.add_argument("--files", action="store_true", help="every file with its problems")
    chosen = parser.parse_args()
    if not CORPUS.is_dir():
        sys.stdout.write(f"no corpus at {CORPUS}; set WAYBRIDGE_CORPUS to its folder\n")
        return
    if chosen.files:
        kinds = classes("cargo_imp")
        for folder in chosen.folders:
            for path in files(f"{folder}/**/*"):
                sys.stdout.write("\n".join(details(path, kinds.get(path.name, ""))) + "\n")
    each = list(losses(chosen.folders))
    sys.stdout.write("\n".join(loss_lines(each)) + "\n\n")
    by_class: dict[str, Counter[str]] = {}
    for _, kind, counted in each:
        by_class.setdefault(kind, Counter()).update(counted)
    sys.stdout.write(table(by_class) + "\n\n")
    found: dict[str, Counter[str]] = {}
    for of, _, counted in rows(chosen.folders):
        found.setdefault(of, Counter()).update(counted)
    sys.stdout.write(table(found) + "\n")


if __name__ == "__main__":
    main()
