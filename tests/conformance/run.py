"""``make conformance COLLECTION=path``: runs the collection with newman against a fresh node; passed, failed, exit status."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.conformance.node import running

NEWMAN = "newman@6.2.2"
CACHE = Path(os.environ.get("WAYBRIDGE_NEWMAN") or Path.home() / ".cache" / "waybridge" / "newman")


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def newman() -> Path:
    """The runner, installed into a cache folder the first time."""
    found = CACHE / "node_modules" / ".bin" / "newman"
    if not found.exists():
        npm = shutil.which("npm")
        if npm is None:
            sys.exit("conformance needs node and npm (https://nodejs.org); neither was found")
        say(f"installing {NEWMAN} into {CACHE}")
        subprocess.run([npm, "install", "--silent", "--prefix", CACHE, NEWMAN], check=True)
    return found


def without_tokens(collection: dict[str, Any]) -> dict[str, Any]:
    """The collection with our token's variable for authorization everywhere; whatever token it carries is left out."""
    kept = {name: value for name, value in collection.items() if name != "auth"}
    kept["auth"] = {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]}
    kept["item"] = [_item(one) for one in collection.get("item", ())]
    return kept


def _item(item: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in item.items() if name != "auth"}
    if "item" in kept:
        kept["item"] = [_item(one) for one in kept["item"]]
    if isinstance(kept.get("request"), dict):
        request = {name: value for name, value in kept["request"].items() if name != "auth"}
        request["header"] = [one for one in request.get("header", ()) if one.get("key", "").lower() != "authorization"]
        kept["request"] = request
    return kept


def run(collection: dict[str, Any]) -> dict[str, Any]:
    """newman's own report of one run."""
    with tempfile.TemporaryDirectory(prefix="waybridge-conformance-") as name:
        folder = Path(name)
        (folder / "collection.json").write_text(json.dumps(without_tokens(collection)))
        with running(folder) as (base, token):
            given = ["--env-var", f"baseUrl={base}", "--env-var", f"token={token}"]
            report = ["--reporters", "json", "--reporter-json-export", folder / "report.json"]
            subprocess.run(
                [newman(), "run", folder / "collection.json", *given, *report],
                env=os.environ | {"NODE_OPTIONS": "--unhandled-rejections=warn"},
                stderr=subprocess.DEVNULL,
                check=False,
                timeout=600,
            )
        found: dict[str, Any] = json.loads((folder / "report.json").read_text())
        return found


def _collection(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except ValueError as fault:
        sys.exit(f"{path}: not a Postman collection: {fault}")
    if not isinstance(found, dict) or not found.get("item"):
        sys.exit(f"{path}: not a Postman collection: an object with a list `item` of requests was expected")
    return found


def main() -> None:
    """Run, print, and say by the exit status whether all passed."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_file():
        sys.exit("usage: make conformance COLLECTION=path/to/1R_Unit_Tests.postman_collection")
    report = run(_collection(Path(sys.argv[1])))["run"]
    for failure in report["failures"]:
        say(f"failed: {failure.get('source', {}).get('name')}: {failure['error'].get('test')}: {failure['error']['message']}")
    checks, requests = report["stats"]["assertions"], report["stats"]["requests"]
    say(f"{requests['total']} requests, {requests['failed']} failed to be sent")
    say(f"{checks['total'] - checks['failed']} checks passed, {checks['failed']} failed")
    sys.exit(0 if not report["failures"] and checks["total"] else 1)


if __name__ == "__main__":
    main()
