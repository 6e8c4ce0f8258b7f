"""CRC-32C, by the processor's instruction for it where there is one."""

from collections.abc import Callable

import google_crc32c
from aiokafka.record.util import calc_crc32c

__all__ = ["crc32c"]

# Where it was built without its C part it is Python, a thousand times slower; aiokafka's is in software but in C.
crc32c: Callable[[bytes], int] = google_crc32c.value if google_crc32c.implementation == "c" else calc_crc32c
