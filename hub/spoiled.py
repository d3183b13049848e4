"""What a fault of a whole interchange does to each of its messages. Pure; knows no format."""

from collections.abc import Sequence

import msgspec

from hub.problem import Problem, has_error
from hub.statement import Reading, Understood


def spoiled(understood: Understood) -> Understood:
    """An error of an interchange as a whole (a wrong UNZ count) is an error of each of its messages: none of them is applied."""
    faults = [one for one in understood.problems if has_error([one])]
    if not faults:
        return understood
    frames = {_frame_of(one, understood.readings): one for one in reversed(faults)}
    readings = [_rejected(one, frames[one.frame]) if one.frame in frames else one for one in understood.readings]
    return msgspec.structs.replace(understood, readings=readings)


def _frame_of(problem: Problem, readings: Sequence[Reading]) -> int | None:
    """The layer a file's problem belongs to: that of the last message before it."""
    before = [one for one in readings if problem.offset is None or one.offset <= problem.offset]
    return before[-1].frame if before else (readings[0].frame if readings else None)


def _rejected(reading: Reading, fault: Problem) -> Reading:
    return msgspec.structs.replace(reading, problems=[fault, *reading.problems], readable=False)
