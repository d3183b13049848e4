"""Bodies already written, by what they say: a revision of an object never changes, so its bytes need not be made twice."""

import threading
from collections import OrderedDict
from collections.abc import Callable

MOST, LARGEST = 512, 65_536


class Rendered:
    """The bodies asked for last, bounded in number and size. Safe for threads."""

    def __init__(self) -> None:
        self._bodies: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def body(self, mark: tuple[str, ...], write: Callable[[], bytes]) -> bytes:
        """The body of a mark, written when it is not at hand. Equal marks are equal bytes."""
        with self._lock:
            known = self._bodies.get(mark)
            if known is not None:
                self._bodies.move_to_end(mark)
                return known
        made = write()
        if len(made) <= LARGEST:
            with self._lock:
                self._bodies[mark] = made
                if len(self._bodies) > MOST:
                    self._bodies.popitem(last=False)
        return made
