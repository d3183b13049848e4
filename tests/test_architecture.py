"""The dependency rule of the design is a test, and so are the promises about libraries, file sizes and empty words."""

import ast
import re
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("hub", "adapters", "portal_api")
LIBRARIES = ("pydifact", "lxml", "fastapi", "rdflib", "paramiko", "apscheduler", "sqlalchemy", "oracledb", "tenacity")


def modules():
    return [path for package in SHIPPED for path in sorted((ROOT / package).rglob("*.py"))]


def test_import_contracts_hold(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(config_filename="pyproject.toml", no_cache=True) == EXIT_STATUS_SUCCESS


@pytest.mark.parametrize("library", LIBRARIES)
def test_library_is_used_by_shipped_code(library):
    pattern = re.compile(rf"^\s*(from|import) {library}\b", re.MULTILINE)
    assert any(pattern.search(path.read_text()) for path in modules())


def test_every_module_says_what_it_is():
    silent = [str(path.relative_to(ROOT)) for path in modules() if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


def test_files_stay_readable():
    long = {str(path.relative_to(ROOT)): count for path in modules() if (count := len(path.read_text().splitlines())) > 330}
    assert long == {}


def test_functions_stay_small():
    lengths = sorted(
        node.end_lineno - node.lineno
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert lengths[len(lengths) // 2] < 9
    assert sum(length > 40 for length in lengths) <= len(lengths) // 100
