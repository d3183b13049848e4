"""Validation profiles from the problem tables: what is an error, for whom. Knows no format's rules."""

import tomllib
from collections.abc import Mapping
from importlib import resources

import msgspec

from hub.problem import Profile, Severity

PROFILES = ("strict", "standard", "lenient")


class ProblemRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of ``mappings/codes/problem/*.toml``: severities by profile, and the words for engineers and for answers."""

    code: str
    strict: Severity = Severity.ERROR
    standard: Severity = Severity.ERROR
    lenient: Severity = Severity.ERROR
    advice: str = ""
    fna: str = ""
    contrl: str = ""
    api: str = ""


def problem_rows() -> dict[str, ProblemRow]:
    """All rows by problem code."""
    folder = resources.files("mappings").joinpath("codes", "problem")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".toml")), key=lambda one: one.name)
    rows = (row for one in files for row in tomllib.loads(one.read_text())["problem"])
    return {row.code: row for row in (msgspec.convert(raw, ProblemRow) for raw in rows)}


def profile(name: str, rows: Mapping[str, ProblemRow], overrides: Mapping[str, str] | None = None) -> Profile:
    """A profile by name with a partner's overrides. Raises KeyError for an unknown name, ValueError for an unknown severity."""
    if name not in PROFILES:
        raise KeyError(name)
    severities: dict[str, Severity] = {code: getattr(row, name) for code, row in rows.items()}
    severities.update({code: Severity(value) for code, value in (overrides or {}).items()})
    return Profile(name=name, severities=severities)
