"""Where the corpus lies, and its manifests: file name to class."""

import os
import re
from pathlib import Path

import pytest

CORPUS = Path(os.environ.get("WAYBRIDGE_CORPUS") or Path(__file__).resolve().parents[3] / "shared" / "corpus")
needed = pytest.mark.skipif(not CORPUS.is_dir(), reason=f"no corpus at {CORPUS} (other people's messages)")


def files(pattern: str) -> list[Path]:
    """The corpus files of a glob, without manifests; empty when there is no corpus."""
    return (
        sorted(path for path in CORPUS.glob(pattern) if path.is_file() and path.name != "MANIFEST.md") if CORPUS.is_dir() else []
    )


def classes(folder: str) -> dict[str, str]:
    """File name to class, from a folder's manifest table."""
    manifest = CORPUS / folder / "MANIFEST.md"
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", manifest.read_text(), re.MULTILINE) if manifest.is_file() else []
    return {name: kind for name, kind in rows if "." in name}
