"""The command line: ``waybridge``. Each command imports what it needs when it runs, so that ``explain`` starts fast."""

import sys
from collections.abc import Callable

import typer

from hub.ports import Misconfigured


def application() -> typer.Typer:
    """All commands."""
    from hub.cli import again, demo, describe, line, look, node, one_record, pure

    app = typer.Typer(
        name="waybridge",
        help="The integration hub for air cargo: every partner's own format in and out, one canonical shipment.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for commands in (pure, describe, line, look, again, one_record, node, demo):
        commands.register(app)
    return app


def main() -> None:
    """Run the command line; configuration faults are one clear line and status 3."""
    commands = application()
    try:
        commands()
    except Misconfigured as fault:
        sys.stderr.write(f"waybridge: {fault}\n")
        raise SystemExit(3) from None


Command = Callable[..., None]
