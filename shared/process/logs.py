"""JSON logs on stderr: one object a line, allow-listed fields, never a customer's words or handles."""

import logging
import sys
from typing import Any

import orjson
import structlog

__all__ = ["Log", "configure"]

Log = structlog.stdlib.BoundLogger


def configure(service: str, level: str) -> Log:
    """Set up logging of the process and return the service's logger. Libraries' lines become JSON lines too."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        structlog.processors.format_exc_info,
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_of(service), structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_dumps),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("aiokafka", "faststream", "asyncio"):
        logging.getLogger(noisy).setLevel("WARNING")
    logging.getLogger("uvicorn").setLevel(
        "ERROR"
    )  # a line for each request that is no HTTP: whoever sends them chooses
    # aiokafka logs every retried request as an error; the lanes report the failures that mean something.
    logging.getLogger("aiokafka.consumer.group_coordinator").setLevel("CRITICAL")
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logger: Log = structlog.get_logger(service).bind(service=service)
    return logger


def _of(service: str) -> structlog.typing.Processor:
    """Lines of libraries say whose process they come from, as our own do; ``logger`` says which library."""

    def named(_: Any, __: str, fields: structlog.typing.EventDict) -> structlog.typing.EventDict:
        fields["service"] = service
        return fields

    return named


def _dumps(value: Any, **_: Any) -> str:
    return orjson.dumps(value, default=str).decode()
