"""Python's collector and the C library's allocator, as a service needs them that works in batches."""

import ctypes
import gc
import os

__all__ = ["GC_THRESHOLDS", "prepare_memory", "spare_the_collector"]

# A batch makes tens of thousands of objects that die with it, beside live contacts that stay: collecting at Python's
# default of 700 new objects walks them again and again for nothing (measured: a fifth of the time of router and sla).
GC_THRESHOLDS = (50_000, 20, 100)
# A batch is read, stored and sent in some buffers of a megabyte or two. glibc gives what is freed at the end of its
# heap back to the system at once and asks for it again, page by page, with the next batch (measured: two page faults
# for each contact, a twentieth of sla's time). So much free memory is kept; larger buffers are given back.
KEPT_BYTES = 8 * 1024 * 1024
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # of mallopt(3)
# By which an operator says so to glibc: mallopt would put itself in their places without a word.
VARIABLES = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def prepare_memory() -> None:
    """Once for the process, before it works."""
    gc.set_threshold(*GC_THRESHOLDS)
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; others have none, and other habits
    said = any(name in os.environ for name in VARIABLES)  # noqa: TID251 - the C library's own
    if mallopt is not None and not said:
        mallopt(M_TRIM_THRESHOLD, KEPT_BYTES)
        mallopt(M_MMAP_THRESHOLD, KEPT_BYTES)  # it would follow what is freed, but not once the other is given


def spare_the_collector() -> None:
    """What was loaded stays: the collector need not walk it again with every full collection."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
