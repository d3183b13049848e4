"""Python's cyclic collector, set for a process that makes thousands of short-lived trees a second. Knows no work."""

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 50


def settle() -> None:
    """Once, when a worker process has loaded what it needs: what is loaded is not looked at again, and collections come seldom.

    Without it a third of the time of a batch goes into traversing statements and documents that are about to be freed anyway.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
