"""Logs: JSON lines on standard error, without the content of messages. Knows nothing of what is logged."""

import logging
import sys
import traceback

import structlog


def configure(level: str = "info") -> None:
    """Set up logging for a process; called by the command line only."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def origin(fault: BaseException) -> str:
    """An exception by type and the place it came from. Not its text: that may hold a shipper's words."""
    frames = traceback.extract_tb(fault.__traceback__)
    last = frames[-1] if frames else None
    return f"{type(fault).__name__} at {last.filename.rpartition('/')[2]}:{last.lineno} {last.name}" if last else type(fault).__name__
