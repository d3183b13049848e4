"""Logs: JSON lines on standard error, without the content of messages. Knows nothing of what is logged."""

import logging
import sys
import traceback
from typing import Any, TextIO, cast


class Log:
    """A named log that loads its library when first written to: most runs of a pure command never do."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._bound: Any = None

    def _open(self) -> Any:
        if self._bound is None:
            import structlog

            if not structlog.is_configured():
                configure()
            self._bound = structlog.get_logger().bind(log=self._name)
        return self._bound

    def info(self, event: str, **fields: Any) -> None:
        """Something worth a line."""
        self._open().info(event, **fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Something an operator should know."""
        self._open().warning(event, **fields)

    def error(self, event: str, **fields: Any) -> None:
        """Something an operator must look at."""
        self._open().error(event, **fields)


class _StandardError:
    """Standard error as it is when written to: it may be another than when logging was set up."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure(level: str = "info") -> None:
    """Set up logging for a process."""
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
    )


def origin(fault: BaseException) -> str:
    """An exception by type and the place it came from. Not its text: that may hold a shipper's words."""
    frames = traceback.extract_tb(fault.__traceback__)
    last = frames[-1] if frames else None
    return (
        f"{type(fault).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno} {last.name}"
        if last
        else type(fault).__name__
    )
