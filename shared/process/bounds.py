"""Between which bounds a number of a setting makes sense: beyond them a clock, a wire or a database breaks later."""

from typing import Annotated

from pydantic import Field

__all__ = ["Count", "Days", "GroupMs", "Seconds"]

Seconds = Annotated[float, Field(gt=0, le=86_400)]  # a day: what waits for longer waits for ever; neither inf nor nan
Days = Annotated[int, Field(ge=1, le=36_500)]  # a century: a moment so long ago is one that PostgreSQL can tell
Count = Annotated[int, Field(ge=1, le=1_000_000_000)]  # more of anything in one process is a slip of the pen
GroupMs = Annotated[int, Field(le=1_800_000)]  # Kafka's group.max.session.timeout.ms unless the broker says otherwise
