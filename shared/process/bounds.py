"""Between which bounds a number of a setting makes sense: beyond them a clock, a wire or a database breaks later.

A field with a lower bound of its own takes the number from here: of two lower bounds pydantic would keep this one.
"""

from typing import Annotated

from pydantic import Field

__all__ = ["COUNT_MAX", "DAYS_MAX", "Count", "Days", "GroupMs", "Rate", "Seconds"]

DAYS_MAX = 100_000  # whoever means for ever; so long ago is a moment that can still be told
COUNT_MAX = 1_000_000_000  # more of anything in one process is a slip of the pen

Seconds = Annotated[float, Field(gt=0, le=86_400)]  # a day: what waits for longer waits for ever; neither inf nor nan
Days = Annotated[int, Field(ge=1, le=DAYS_MAX)]
Count = Annotated[int, Field(ge=1, le=COUNT_MAX)]
Rate = Annotated[float, Field(gt=0, le=1_000_000_000)]  # a second; whoever wants no limit writes a large one
GroupMs = Annotated[int, Field(le=1_800_000)]  # Kafka's group.max.session.timeout.ms unless the broker says otherwise
