"""``waybridge demo``: the hub with demonstration partners and a day of their traffic. Starts, shows, serves; knows no channel."""

import contextlib
import errno
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cli.output import line, print_json, progress, say, usage
from hub.demo.network import waybill_at
from hub.ports import Misconfigured

WORDS = {
    "received": "messages received",
    "shipments": "shipments",
    "delivered": "deliveries sent",
    "answers": "  of them answers",
    "acknowledged": "  of them confirmed by the partner",
    "notified": "  of them ONE Record notifications",
    "retried": "sent after a retry",
    "dead_letters": "dead letters",
    "undelivered": "not delivered",
    "verify_differences": "differences found by verify",
    "portal_own_shipment": "portal: own shipment, HTTP",
    "portal_own_timeline": "portal: its timeline, HTTP",
    "portal_foreign_shipment": "portal: another's shipment, HTTP",
    "node_own_waybill": "node: own waybill, HTTP",
    "node_foreign_waybill": "node: another's waybill, HTTP",
    "node_copied_waybill": "customer's node: its copy, HTTP",
}


def demo(
    exit: Annotated[bool, typer.Option("--exit", help="end when the day is over: status 0 when all went as planned")] = False,
    json: Annotated[bool, typer.Option("--json", help="one JSON document on standard output")] = False,
    count: Annotated[int, typer.Option("--count", help="shipments of the day, 2 to 2000")] = 60,
    port: Annotated[int, typer.Option("--port", help="port of the hub (a free one)")] = 0,
    folder: Annotated[Path, typer.Option("--folder", help="where everything is put")] = Path("waybridge-demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="remove the folder of an earlier demonstration first")] = False,
) -> None:
    """Start a hub with demonstration partners on real channels, feed a day of traffic, show what happened, and keep serving.

    Example: waybridge demo
    """
    from hub.demo.place import fresh_place
    from hub.demo.run import FEWEST, MOST

    if not FEWEST <= count <= MOST:
        raise usage(f"--count wants a number from {FEWEST} to {MOST}, not {count}")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with fresh_place(folder, fresh=fresh) as place:
            good = _whole_day(place, count, port, json, keep=not exit)
    except KeyboardInterrupt:
        say("stopped before the day was over")
        raise SystemExit(130) from None
    raise SystemExit(0 if good else 1)


def _whole_day(place: Any, count: int, port: int, json: bool, *, keep: bool) -> bool:
    from hub.demo import run as day

    began = time.monotonic()
    tellings = day.traffic(count)
    with _port_told(port), day.running(place, port=port) as run:
        say(f"hub on {run.url}, everything in {place.root}")
        day.feed(run, list(progress(day.letters(tellings, run.hub), "a day of traffic", quiet=json)))
        with _Bar("delivering", quiet=json) as tell:
            ended = day.ended(run, tellings, began, tell)
        _show(run, ended, json, keep=keep)
        if keep:
            _serve()
    return bool(ended.as_planned)


@contextlib.contextmanager
def _port_told(port: int) -> Iterator[None]:
    """A port that is taken is a fault of the call, and is told as one."""
    try:
        yield
    except OSError as fault:
        if fault.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        raise Misconfigured(f"port {port}: {fault.strerror}; name another with --port, or none for a free one") from None


def _serve() -> None:
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        say("stopping")


class _Bar:
    """A progress bar on standard error that is told how far things are, where that is a terminal."""

    def __init__(self, doing: str, *, quiet: bool) -> None:
        self._doing = doing
        self._progress: Any = None
        self._shown = not quiet and sys.stderr.isatty()

    def __enter__(self) -> Callable[[int, int], None]:
        if not self._shown:
            return lambda done, of: None
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True))
        task = self._progress.add_task(self._doing, total=None)
        self._progress.start()
        return lambda done, of: self._progress.update(task, completed=done, total=max(of, done))

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()


def _show(run: Any, ended: Any, json: bool, *, keep: bool) -> None:
    if json:
        print_json(_shown(run, ended))
        return
    for one in ended.checks:
        line(f"  {WORDS[one.name]:32} {one.found:>6}  {'as planned' if one.ok else f'planned were {one.planned}'}")
    if not ended.drained:
        line("  the day did not end in time: something is still waiting, `waybridge messages` shows what")
    line(f"{'All went as planned' if ended.as_planned else 'NOT as planned'}, {ended.seconds:.1f} s.")
    line()
    for text in _invitation(run, ended, keep):
        line(text)
    sys.stdout.flush()


def _invitation(run: Any, ended: Any, keep: bool) -> list[str]:
    """What to try next."""
    place = run.place
    looking = [
        "Look at it, in another terminal:" if keep else "Look at it:",
        f"  export WAYBRIDGE_CONFIG='{place.config}'",
        f"  waybridge shipment {ended.own}",
        "  waybridge dead-letters list",
        "  waybridge messages",
    ]
    return [*looking, *_copied(place, ended), *(_asking(run, ended) if keep else [])]


def _copied(place: Any, ended: Any) -> list[str]:
    return [
        "",
        f"Mekong Trading's own ONE Record node was told of {ended.late}, which Skyline dropped by SFTP, and read it:",
        f"  WAYBRIDGE_CONFIG='{place.mekong}' waybridge shipment {ended.late}",
    ]


def _asking(run: Any, ended: Any) -> list[str]:
    place, portal = run.place, f"-H 'X-Api-Key: {run.place.secret('mekong-key')}'"
    return [
        "",
        f"Ask the portal as the customer Mekong Trading, who sees {ended.own} and not {ended.foreign}:",
        f"  curl {portal} {run.url}/v1/shipments/{ended.own}",
        f"  curl {portal} {run.url}/v1/shipments/{ended.own}/timeline",
        f"  curl {portal} {run.url}/v1/shipments/{ended.foreign}",
        "",
        *_of_the_node(run, ended),
        "",
        f"Send something: a file put into {place.apron / 'in'} or {place.skyline / 'to-hub'} (SFTP), or posted as the forwarder:",
        f"  curl -H 'X-Api-Key: {place.secret('nordhafen-key')}' --data-binary @FILE {run.url}/v1/messages",
        "",
        f"Serving on {run.url}; stop with Ctrl-C.",
    ]


def _of_the_node(run: Any, ended: Any) -> list[str]:
    """The node by its URL, and a token as its customer gets it."""
    node, secret = run.network.hub, run.place.secret("mekong-node")
    one = waybill_at(node, ended.own)
    return [
        f"The same as logistics objects, from the ONE Record node {node} (JSON-LD, Turtle by Accept), with Mekong's token:",
        f"  TOKEN={run.neighbour.token(node)}",
        f'  curl -H "Authorization: Bearer $TOKEN" {one}',
        f"  curl -H \"Authorization: Bearer $TOKEN\" '{one}?embedded=true'",
        f'  curl -H "Authorization: Bearer $TOKEN" {one}-shipment/logistics-events',
        f"A new token, good for a day: curl -u mekong:{secret} -d grant_type=client_credentials {node}/token",
    ]


def _shown(run: Any, ended: Any) -> dict[str, Any]:
    return {
        "as_planned": ended.as_planned,
        "drained": ended.drained,
        "seconds": round(ended.seconds, 3),
        "checks": [{"name": one.name, "planned": one.planned, "found": one.found, "ok": one.ok} for one in ended.checks],
        "url": run.url,
        "config": str(run.place.config),
        "shipment": ended.own,
        "foreign_shipment": ended.foreign,
        "node": run.network.hub,
        "waybill": waybill_at(run.network.hub, ended.own),
        "copied_shipment": ended.late,
        "customer_config": str(run.place.mekong),
    }


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(demo)
