"""The commands that move messages: init, receive, work, serve."""

import contextlib
import signal
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.output import line, print_json, progress, say, usage

Json = Annotated[bool, typer.Option("--json", help="one JSON document on standard output")]


def init(
    json: Json = False, folder: Annotated[str, typer.Option("--config", help="also copy the configuration there")] = ""
) -> None:
    """Make or upgrade the database, and optionally a configuration folder of your own.

    Example: waybridge init --config /etc/waybridge
    """
    from hub.bootstrap.setup import copy_configuration, prepare_database
    from hub.settings import load

    if folder:
        copy_configuration(Path(folder))
        say(f"configuration copied to {folder}; set WAYBRIDGE_CONFIG={folder}")
    configured = load({"WAYBRIDGE_CONFIG": folder} if folder else None)
    version = prepare_database(configured)
    if json:
        print_json({"database": configured.hub.database.rpartition("@")[2], "schema": version})
    else:
        line(f"database ready at schema {version}")


def receive(
    files: Annotated[list[Path], typer.Argument(help="the files to hand in")],
    partner: Annotated[str, typer.Option("--partner", help="whose files these are")],
    json: Json = False,
) -> None:
    """Hand files to the hub as if a partner had sent them: committed before anything is understood.

    Example: waybridge receive fwb.txt --partner skyline
    """
    from hub.bootstrap.durable import open_hub
    from hub.ports import Arrival, IntakeRefused

    hub = open_hub()
    if partner not in hub.settings.partners:
        raise usage(f"no partner {partner!r}; `waybridge partners list` shows them")
    items: list[dict[str, Any]] = []
    for file in progress(files, "receiving", quiet=json):
        try:
            raw = file.read_bytes()
            got = hub.intake.receive(Arrival(partner=partner, channel="cli", raw=raw, name=file.name))
            items.append({"file": str(file), "message_set": got.id, "status": got.status, "sha256": got.sha256})
        except OSError as fault:
            items.append({"file": str(file), "status": "unreadable", "error": fault.strerror})
        except IntakeRefused as fault:
            items.append({"file": str(file), "status": "refused", "error": str(fault)})
    hub.close()
    _print_received(items, json)
    raise SystemExit(0 if all(one["status"] in ("received", "duplicate") for one in items) else 1)


def _print_received(items: list[dict[str, Any]], json: bool) -> None:
    if json:
        print_json({"items": items})
        return
    for item in items:
        line(f"{item['file']}: {item['status']} {item.get('message_set', item.get('error', ''))}")


def work(
    drain: Annotated[bool, typer.Option("--drain", help="stop when nothing is queued or due")] = False,
    json: Json = False,
    seconds: Annotated[float, typer.Option("--seconds", help="give up draining after this long")] = 3600,
    processes: Annotated[int, typer.Option("--processes", help="how many work at once (configured; draining: 1)")] = 0,
) -> None:
    """Take queued messages through the line and deliver what is due.

    Example: waybridge work --drain --json
    """
    from hub.bootstrap.crew import Crew, size
    from hub.bootstrap.durable import open_hub
    from hub.worker.memory import settle

    hub = open_hub()
    settle()
    worker = hub.worker()
    crew = Crew(hub, others=size(processes or (1 if drain else hub.settings.hub.processes)) - 1)
    crew.start()
    worker.share()
    crew.share()
    try:
        if not drain:
            _work_on(worker)
            return
        drained = worker.drain(seconds=seconds)
    finally:
        crew.close()
        worker.close()
        hub.close()
    shown = {"messages": dict(drained.messages), "deliveries": dict(drained.deliveries), "seconds": round(drained.seconds, 3)}
    if json:
        print_json(shown)
    else:
        line(f"messages {shown['messages']}, deliveries {shown['deliveries']}, {shown['seconds']} s")


def _work_on(worker: Any) -> None:
    import threading

    _stop_when_told()
    say("working; stop with Ctrl-C")
    with contextlib.suppress(KeyboardInterrupt):
        worker.run(threading.Event())


def _stop_when_told() -> None:
    """What a supervisor sends to end a service ends it as Ctrl-C does."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def serve(
    host: Annotated[str, typer.Option("--host", help="listen address (configured)")] = "",
    port: Annotated[int, typer.Option("--port", help="listen port (configured)")] = 0,
    json: Json = False,
) -> None:
    """Run everything: HTTP intake and portal, workers, polls and housekeeping, until Ctrl-C or SIGTERM.

    Example: waybridge serve --port 8080
    """
    from hub.bootstrap.durable import open_hub
    from hub.bootstrap.service import Service
    from hub.worker.memory import settle

    hub = open_hub()
    settle()
    _stop_when_told()
    service = Service(hub, host=host or None, port=port or None)
    service.start()
    if json:
        print_json({"url": service.url})
    say(f"serving on {service.url}; stop with Ctrl-C")
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        service.stop()
        hub.close()


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (init, receive, work, serve):
        app.command()(command)
