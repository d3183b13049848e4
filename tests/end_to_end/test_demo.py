"""``waybridge demo`` as a user meets it: a process of its own in an empty folder, from the sources and from a wheel."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAIN = "from hub.cli import main; main()"
SECONDS = 150


def environment(source, **more):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WAYBRIDGE_", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(source), **more}


def waybridge(folder, *arguments, source=ROOT, **more):
    command = [sys.executable, "-c", MAIN, *arguments]
    return subprocess.run(
        command, cwd=folder, env=environment(source, **more), capture_output=True, text=True, timeout=SECONDS, check=False
    )


def by_name(shown):
    return {one["name"]: one["found"] for one in shown["checks"]}


@pytest.fixture(scope="module")
def day(tmp_path_factory):
    """A small day that has ended: its folder and what was shown."""
    folder = tmp_path_factory.mktemp("demo")
    ran = waybridge(folder, "demo", "--exit", "--json", "--count", "10")
    assert ran.returncode == 0, ran.stderr + ran.stdout
    return folder, json.loads(ran.stdout)


def test_day_goes_as_planned(day):
    _, shown = day
    assert shown["as_planned"]
    assert all(one["ok"] for one in shown["checks"])
    # Ten bookings, ten waybills, each confirmed by the airline; two shipments end after two reports, eight after six; two status
    # requests; three faults. To the airline: waybill and acceptance; to the handler: waybill and what the airline said; to the
    # forwarder: all reports; answers to the airline. At last a waybill of the airline itself: to the handler, answered, and one
    # notification to the customer's ONE Record node.
    assert by_name(shown) == {
        "received": 10 + 10 + 10 + 2 * 2 + 8 * 6 + 2 + 3 + 1,
        "shipments": 10 + 1,
        "delivered": (10 + 10) + (10 + 2 + 8 * 5) + (2 * 2 + 8 * 6) + (2 + 8 * 4 + 1 + 2) + (1 + 1 + 1),
        "answers": 2 + 8 * 4 + 1 + 2 + 1,
        "acknowledged": 10,
        "notified": 1,
        "retried": 3,
        "dead_letters": 3,
        "undelivered": 0,
        "verify_differences": 0,
        "portal_own_shipment": 200,
        "portal_own_timeline": 200,
        "portal_foreign_shipment": 404,
        "node_own_waybill": 200,
        "node_foreign_waybill": 403,
        "node_copied_waybill": 200,
    }


def test_partners_got_files_and_posts(day):
    folder, _ = day
    root = folder / "waybridge-demo"
    to_airline = [one.name for one in (root / "skyline" / "from-hub").iterdir()]
    assert sum(one.startswith("FWB") for one in to_airline) == 10
    (answered, *_) = (one for one in to_airline if one.startswith("FSA"))
    told = (root / "skyline" / "from-hub" / answered).read_text().splitlines()
    assert [one[:3] for one in told[2:]] == ["RCS", "DEP", "ARR", "RCF", "NFD", "DLV"]
    assert len(list((root / "nordhafen").iterdir())) == 2 * 2 + 8 * 6
    to_handler = [one.read_text() for one in (root / "apron" / "out").iterdir()]
    assert sum(one.startswith("FWB/16\n") for one in to_handler) == 10 + 1
    assert sum(one.startswith("UNA") for one in to_handler) == 42
    assert not list((root / "apron" / "in").iterdir())


def test_what_is_shown_can_be_looked_at(day):
    folder, shown = day
    ran = waybridge(folder, "shipment", shown["shipment"], "--json", WAYBRIDGE_CONFIG=shown["config"])
    document = json.loads(ran.stdout)["shipment"]
    assert document["awb"] == shown["shipment"]
    assert [one["code"] for one in document["milestones"]] == ["RCS", "DEP", "ARR", "RCF", "NFD", "DLV"]
    assert document["status"] == "DLV"
    letters = json.loads(waybridge(folder, "dead-letters", "list", "--json", WAYBRIDGE_CONFIG=shown["config"]).stdout)["items"]
    assert {one["partner"] for one in letters} == {"skyline", "nordhafen", "apron"}
    assert waybridge(folder, "partners", "check", WAYBRIDGE_CONFIG=shown["config"]).returncode == 0


def test_customers_own_node_has_a_copy_of_what_it_was_told_of(day):
    folder, shown = day
    ran = waybridge(folder, "shipment", shown["copied_shipment"], "--json", WAYBRIDGE_CONFIG=shown["customer_config"])
    copy = json.loads(ran.stdout)["shipment"]
    ran = waybridge(folder, "shipment", shown["copied_shipment"], "--json", WAYBRIDGE_CONFIG=shown["config"])
    original = json.loads(ran.stdout)["shipment"]
    for name in ("awb", "pieces", "weight", "origin", "destination", "shipper", "consignee"):
        assert copy[name] == original[name]


def test_earlier_day_is_kept_until_asked(day):
    folder, shown = day
    again = waybridge(folder, "demo", "--exit", "--count", "2")
    assert again.returncode == 3
    assert "--fresh" in again.stderr
    assert shown["config"] in again.stderr
    fresh = waybridge(folder, "demo", "--exit", "--json", "--count", "2", "--folder", str(folder / "second"), "--fresh")
    assert fresh.returncode == 0, fresh.stderr
    fresh = waybridge(folder, "demo", "--exit", "--json", "--count", "3", "--folder", str(folder / "second"), "--fresh")
    assert fresh.returncode == 0, fresh.stderr
    assert by_name(json.loads(fresh.stdout))["shipments"] == 3 + 1


def test_folder_of_somebody_else_is_left_alone(tmp_path):
    (tmp_path / "waybridge-demo").mkdir()
    (tmp_path / "waybridge-demo" / "mine.txt").write_text("precious")
    ran = waybridge(tmp_path, "demo", "--exit", "--fresh")
    assert ran.returncode == 3
    assert (tmp_path / "waybridge-demo" / "mine.txt").read_text() == "precious"


@pytest.mark.parametrize("count", ["0", "1", "100000"])
def test_count_is_bounded(tmp_path, count):
    ran = waybridge(tmp_path, "demo", "--exit", "--count", count)
    assert ran.returncode == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(90)
def test_serves_until_interrupted(tmp_path):
    command = [sys.executable, "-c", MAIN, "demo", "--count", "2"]
    running = subprocess.Popen(
        command, cwd=tmp_path, env=environment(ROOT), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        lines = _lines_until(running.stdout, "Serving on ")
        curl = next(one for one in lines if one.strip().endswith("/timeline"))
        key, url = curl.split("X-Api-Key: ")[1].split("'")[0], curl.split()[-1]
        assert _get(url, key) == 200
        assert _get(url, "wrong") == 401
        token = next(one for one in lines if one.strip().startswith("TOKEN=")).strip().removeprefix("TOKEN=")
        object = next(one.split()[-1] for one in lines if "$TOKEN" in one)
        assert _as_json_ld(object, token)["@type"] == "cargo:Waybill"
        second = waybridge(tmp_path, "demo", "--exit", "--fresh")
        assert second.returncode == 3
        assert "running" in second.stderr
    finally:
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=30)
    assert running.returncode == 0
    assert "Traceback" not in told


def _lines_until(stream, beginning):
    lines = []
    for one in stream:
        lines.append(one)
        if one.startswith(beginning):
            return lines
    raise AssertionError("".join(lines))


def _get(url, key):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"X-Api-Key": key}), timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def _as_json_ld(url, token):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"}), timeout=10) as answer:
        return json.load(answer)


def test_taken_port_is_told(tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = waybridge(tmp_path, "demo", "--exit", "--count", "2", "--port", str(taken.getsockname()[1]))
    assert ran.returncode == 3
    assert "port" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The wheel, unpacked: what an installation holds, and nothing else of this checkout."""
    built, unpacked = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("installed")
    source = built / "source"
    packages = ("hub", "adapters", "mappings", "schemas", "config", "portal_api")
    for name in packages:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "--quiet",
        "-w",
        str(built),
        str(source),
    ]
    made = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(unpacked)
    return unpacked


def test_wheel_holds_every_packaged_table(installed):
    endings = (".py", ".toml", ".json", ".mako")
    folders = ("hub", "adapters", "mappings", "schemas", "config", "portal_api")
    packaged = {
        str(one.relative_to(ROOT))
        for folder in folders
        for one in (ROOT / folder).rglob("*")
        if one.suffix in endings and "__pycache__" not in one.parts
    }
    missing = sorted(name for name in packaged if not (installed / name).is_file())
    assert missing == []
    assert not (installed / "tests").exists()


def test_demo_runs_from_the_wheel_in_an_empty_folder(installed, tmp_path):
    ran = waybridge(tmp_path, "demo", "--exit", "--json", "--count", "3", source=installed)
    assert ran.returncode == 0, ran.stderr + ran.stdout
    shown = json.loads(ran.stdout)
    assert shown["as_planned"]
    assert Path(shown["config"]).is_relative_to(tmp_path.resolve())
