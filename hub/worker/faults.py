"""Faults of our own, told as problems: what a dead letter says of an exception. Knows no storage."""

import traceback

from hub.problem import Code, Problem

_LONGEST = 500


def told(fault: BaseException, *, doing: str) -> Problem:
    """The problem that stands for an exception: its class, its text and the line of code it came from."""
    frames = traceback.extract_tb(fault.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown place"
    text = f"{type(fault).__name__} while {doing} ({place}): {fault}"
    return Problem(code=Code.INTERNAL, message=text[:_LONGEST], segment=type(fault).__name__, element=place)
