"""Where everything is wired, and the only place: settings to adapters, adapters to the hub."""

from hub.bootstrap.pure import PureHub, pure_line

__all__ = ["PureHub", "pure_line"]
